// SPDX-License-Identifier: Apache-2.0
// Json: a JSON value (RFC 8259) as a plain C++ value, and the only door to RapidJSON.
// Values only: any thread may hold its own.
//
// Objects keep their member order and may hold a name twice (evidence stays as it was sent); find()
// returns the first. Numbers keep int64 where they fit, else double.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harness/base/result.h"

namespace tailrace {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::uint32_t value) : value_(std::int64_t{value}) {}
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Each returns the given default where the kind differs: what a peer sent is never an error.
  bool as_bool(bool otherwise = false) const;
  std::int64_t as_int(std::int64_t otherwise = 0) const;
  double as_double(double otherwise = 0) const;
  const std::string& as_string() const;  // "" where the value is no string.
  const Array& items() const;            // Empty where the value is no array.
  const Object& members() const;         // Empty where the value is no object.

  const Json* find(std::string_view name) const;        // First member of that name, or null.
  const Json& operator[](std::string_view name) const;  // The member, or a null value.

  Json& set(std::string name, Json value);  // Replaces or appends; makes a null value an object.
  Json& push(Json value);                   // Appends; makes a null value an array.

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// Nesting deeper than `max_depth` is an error: hostile input must not exhaust the stack.
struct JsonLimits {
  int max_depth = 64;
  bool comments = false;  // Manifests may hold // and /* */ comments.
  bool unique = false;    // A member that stands twice in one object is an error.
};

// Error: what is wrong and at which line and column. Invalid UTF-8 is an error.
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});
std::string to_text(const Json& value);         // One line, no spaces; always valid UTF-8.
std::string to_pretty_text(const Json& value);  // Two-space indent, ends in a newline.

}  // namespace tailrace
