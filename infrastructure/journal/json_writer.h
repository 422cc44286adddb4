#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace orders::infrastructure {

/// Appends one JSON document to a string, without spaces. The caller keeps the nesting right.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }
  /// `name` needs no escaping.
  void Key(std::string_view name);

  /// Bytes that are no UTF-8 become U+FFFD: what is written can always be read.
  void String(std::string_view text);
  void Int(std::int64_t value);
  void Bool(bool value);
  /// As FormatTime (stored_time.h) writes it.
  void Time(absl::Time time);

 private:
  void Begin(char bracket);
  void End(char bracket);
  void Separate();

  std::string& out_;
  bool first_ = true;  // Nothing stands before the next key or item in its brackets.
};

}  // namespace orders::infrastructure
