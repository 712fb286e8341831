// SPDX-License-Identifier: Apache-2.0
// JsonWriter: one JSON text in the form of to_pretty_text(), written piece by piece, so that what
// is large is never held whole. Used by one thread.
#pragma once

#include <cstdio>
#include <memory>
#include <string_view>

#include "harness/wire/json.h"

namespace tailrace {

class JsonWriter {
 public:
  explicit JsonWriter(std::FILE* out);  // Stays open, and outlives this.
  ~JsonWriter();                        // Ends the text with a newline.
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void name(std::string_view name);  // In an object, before each value.
  void value(const Json& value);
  void members(const Json& object);  // Its members, one by one, into the object that was begun.

 private:
  class Body;
  std::unique_ptr<Body> body_;
};

}  // namespace tailrace
