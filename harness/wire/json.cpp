// SPDX-License-Identifier: Apache-2.0
#include "harness/wire/json.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/filewritestream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>

#include "harness/base/assert.h"
#include "harness/wire/json_writer.h"
#include "harness/wire/utf8.h"

namespace tailrace {
namespace {

// Builds from the leaves upward: a container moves into its parent when it closes.
class Builder {
 public:
  explicit Builder(int max_depth) : max_depth_(static_cast<std::size_t>(std::max(max_depth, 0))) {}

  bool Null() { return add(Json()); }
  bool Bool(bool value) { return add(value); }
  // Numbers come as text: reading them with full precision RapidJSON does what C++ leaves undefined
  // (a zero with an exponent).
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    std::int64_t whole = 0;
    const auto [stop, error] = std::from_chars(text, text + size, whole);
    if (error == std::errc() && stop == text + size) return add(whole);
    const double number = std::strtod(std::string(text, size).c_str(), nullptr);
    too_big_ = !std::isfinite(number);
    return !too_big_ && add(number);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return add(std::string(text, size));
  }
  bool StartObject() { return open(); }
  bool StartArray() { return open(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    open_.back().name.emplace(text, size);
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    open_.back().members.shrink_to_fit();  // Histories hold thousands of messages.
    Json object(std::move(open_.back().members));
    open_.pop_back();
    return add(std::move(object));
  }
  bool EndArray(rapidjson::SizeType) {
    open_.back().items.shrink_to_fit();
    Json array(std::move(open_.back().items));
    open_.pop_back();
    return add(std::move(array));
  }

  bool too_deep() const { return too_deep_; }
  bool too_big() const { return too_big_; }
  Json take() { return std::move(root_); }

 private:
  struct Container {
    std::optional<std::string> name;  // Set while a member of an object waits for its value.
    Json::Object members;
    Json::Array items;
  };

  bool open() {
    too_deep_ = open_.size() >= max_depth_;
    if (!too_deep_) open_.emplace_back();
    return !too_deep_;
  }
  bool add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Container& parent = open_.back(); parent.name) {
      parent.members.emplace_back(std::move(*parent.name), std::move(value));
      parent.name.reset();
    } else {
      parent.items.push_back(std::move(value));
    }
    return true;
  }

  std::size_t max_depth_;
  bool too_deep_ = false, too_big_ = false;
  std::vector<Container> open_;
  Json root_;
};

std::unexpected<Error> trouble_at(std::string_view text, std::size_t offset,
                                  std::string_view what) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto newline = before.rfind('\n');
  const auto column = before.size() - (newline == before.npos ? 0 : newline + 1) + 1;
  return trouble(fmt::format("line {}, column {}: {}", line, column, what));
}

constexpr unsigned kIndent = 2;
constexpr std::size_t kOfAWrite = 64U << 10;

// Where text goes. RapidJSON's own buffer takes six bytes for each of a string before it writes
// one, which for an answer of megabytes is most of what a run takes.
class TextSink {
 public:
  using Ch = char;
  void Put(char c) {
    if (used_ == room_.size()) Flush();
    room_[used_++] = c;
  }
  void Flush() {
    text_.append(room_.data(), used_);
    used_ = 0;
  }
  std::string take() {
    Flush();
    return std::move(text_);
  }

 private:
  std::string text_;
  std::array<char, 1 << 10> room_;  // std::string's own push_back() is a call for each byte.
  std::size_t used_ = 0;
};

template <class Writer>
void write_string(std::string_view text, Writer& writer) {
  if (!is_valid_utf8(text)) return write_string(repaired_utf8(text), writer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

template <class Writer>
void write(const Json& value, Writer& writer) {
  if (value.is_bool()) {
    writer.Bool(value.as_bool());
  } else if (value.is_int()) {
    writer.Int64(value.as_int());
  } else if (value.is_number() && std::isfinite(value.as_double())) {
    writer.Double(value.as_double());
  } else if (value.is_string()) {
    write_string(value.as_string(), writer);
  } else if (value.is_array()) {
    writer.StartArray();
    for (const Json& item : value.items()) write(item, writer);
    writer.EndArray();
  } else if (value.is_object()) {
    writer.StartObject();
    for (const auto& [name, member] : value.members()) {
      write_string(name, writer);  // Where a name stands, it is one.
      write(member, writer);
    }
    writer.EndObject();
  } else {
    writer.Null();  // Also for NaN and infinity, which JSON cannot say.
  }
}

}  // namespace

namespace {

const std::string* repeated_in(const Json& value) {
  const Json::Object& members = value.members();
  for (auto member = members.begin(); member != members.end(); ++member) {
    const bool known = std::any_of(members.begin(), member, [&](const Json::Member& earlier) {
      return earlier.first == member->first;
    });
    if (known && member->first != "comment") return &member->first;
    if (const std::string* const below = repeated_in(member->second)) return below;
  }
  for (const Json& item : value.items()) {
    if (const std::string* const below = repeated_in(item)) return below;
  }
  return nullptr;
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
  constexpr unsigned kAscii =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  constexpr unsigned kStrict = kAscii | rapidjson::kParseValidateEncodingFlag;
  constexpr unsigned kLoose = kStrict | rapidjson::kParseCommentsFlag;
  if (text.size() >= std::numeric_limits<rapidjson::SizeType>::max()) {
    return trouble("a JSON text of 4 GiB or more");
  }
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  Builder builder(limits.max_depth);
  // Of ASCII, which most messages are, there is nothing to validate: a third of their cost.
  const auto outcome = limits.comments  ? reader.Parse<kLoose>(stream, builder)
                       : is_ascii(text) ? reader.Parse<kAscii>(stream, builder)
                                        : reader.Parse<kStrict>(stream, builder);
  if (builder.too_deep()) {
    return trouble_at(text, outcome.Offset(),
                      fmt::format("nested deeper than {}", limits.max_depth));
  }
  if (builder.too_big()) {
    return trouble_at(text, outcome.Offset(), "a number that is too big");
  }
  if (outcome.IsError()) {
    return trouble_at(text, outcome.Offset(), rapidjson::GetParseError_En(outcome.Code()));
  }
  // RapidJSON takes a NUL byte for the end of the text.
  if (stream.Tell() != text.size()) return trouble_at(text, stream.Tell(), "a NUL byte");
  Json value = builder.take();
  if (limits.unique) {
    if (const std::string* const twice = repeated_in(value)) {
      return trouble("'" + *twice + "' is there twice");
    }
  }
  return value;
}

std::string to_text(const Json& value) {
  TextSink text;
  rapidjson::Writer writer(text);
  write(value, writer);
  return text.take();
}

std::string to_pretty_text(const Json& value) {
  TextSink text;
  rapidjson::PrettyWriter writer(text);
  writer.SetIndent(' ', kIndent);
  write(value, writer);
  text.Put('\n');
  return text.take();
}

class JsonWriter::Body {
 public:
  explicit Body(std::FILE* out) : stream_(out, room_.data(), room_.size()), writer(stream_) {
    writer.SetIndent(' ', kIndent);
  }
  ~Body() {
    stream_.Put('\n');
    stream_.Flush();
  }

 private:
  std::vector<char> room_ = std::vector<char>(kOfAWrite);
  rapidjson::FileWriteStream stream_;

 public:
  rapidjson::PrettyWriter<rapidjson::FileWriteStream> writer;
};

JsonWriter::JsonWriter(std::FILE* out) : body_(std::make_unique<Body>(out)) {}
JsonWriter::~JsonWriter() = default;

void JsonWriter::begin_object() { body_->writer.StartObject(); }
void JsonWriter::end_object() { body_->writer.EndObject(); }
void JsonWriter::begin_array() { body_->writer.StartArray(); }
void JsonWriter::end_array() { body_->writer.EndArray(); }
void JsonWriter::name(std::string_view name) { write_string(name, body_->writer); }
void JsonWriter::value(const Json& value) { write(value, body_->writer); }

void JsonWriter::members(const Json& object) {
  for (const auto& [own, member] : object.members()) {
    name(own);
    value(member);
  }
}

bool Json::as_bool(bool otherwise) const {
  const bool* value = std::get_if<bool>(&value_);
  return value ? *value : otherwise;
}

std::int64_t Json::as_int(std::int64_t otherwise) const {
  const std::int64_t* value = std::get_if<std::int64_t>(&value_);
  return value ? *value : otherwise;
}

double Json::as_double(double otherwise) const {
  if (is_int()) return static_cast<double>(as_int());
  const double* value = std::get_if<double>(&value_);
  return value ? *value : otherwise;
}

const std::string& Json::as_string() const {
  static const std::string kNone;
  const std::string* value = std::get_if<std::string>(&value_);
  return value ? *value : kNone;
}

const Json::Array& Json::items() const {
  static const Array kNone;
  const Array* value = std::get_if<Array>(&value_);
  return value ? *value : kNone;
}

const Json::Object& Json::members() const {
  static const Object kNone;
  const Object* value = std::get_if<Object>(&value_);
  return value ? *value : kNone;
}

const Json* Json::find(std::string_view name) const {
  for (const auto& [own, value] : members()) {
    if (own == name) return &value;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  static const Json kNull;
  const Json* value = find(name);
  return value ? *value : kNull;
}

Json& Json::set(std::string name, Json value) {
  if (is_null()) value_ = Object();
  TAILRACE_ASSERT(is_object());
  auto& own = std::get<Object>(value_);
  const auto same = [&name](const Member& member) { return member.first == name; };
  if (const auto at = std::find_if(own.begin(), own.end(), same); at != own.end()) {
    at->second = std::move(value);
  } else {
    own.emplace_back(std::move(name), std::move(value));
  }
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array();
  TAILRACE_ASSERT(is_array());
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

}  // namespace tailrace
