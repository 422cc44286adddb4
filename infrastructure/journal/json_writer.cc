#include "infrastructure/journal/json_writer.h"

#include <array>
#include <charconv>

#include "infrastructure/journal/stored_time.h"
#include "infrastructure/journal/utf8.h"

namespace orders::infrastructure {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// True for bytes that go out as they are.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = true;
  plain['"'] = false;
  plain['\\'] = false;
  return plain;
}();

void AppendEscaped(unsigned char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 0xF]);
  }
}

}  // namespace

void JsonWriter::Begin(char bracket) {
  Separate();
  out_.push_back(bracket);
  first_ = true;
}

void JsonWriter::End(char bracket) {
  out_.push_back(bracket);
  first_ = false;
}

void JsonWriter::Separate() {
  if (!first_) out_.push_back(',');
  first_ = false;
}

void JsonWriter::Key(std::string_view name) {
  Separate();
  out_.push_back('"');
  out_.append(name);
  out_.append("\":");
  first_ = true;  // The value needs no comma.
}

void JsonWriter::String(std::string_view text) {
  Separate();
  out_.push_back('"');
  std::size_t written = 0;  // All before is in `out_`.
  std::size_t at = 0;
  const auto flush = [&] { out_.append(text.substr(written, at - written)); };
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (kPlain[byte]) {
      ++at;
    } else if (byte < 0x80) {
      flush();
      AppendEscaped(byte, out_);
      written = ++at;
    } else if (const std::size_t length = Utf8SequenceLength(text.substr(at)); length > 0) {
      at += length;
    } else {
      flush();
      out_.append(kReplacement);
      written = ++at;
    }
  }
  flush();
  out_.push_back('"');
}

void JsonWriter::Int(std::int64_t value) {
  Separate();
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), end.ptr);
}

void JsonWriter::Bool(bool value) {
  Separate();
  out_.append(value ? "true" : "false");
}

void JsonWriter::Time(absl::Time time) {
  Separate();
  out_.push_back('"');
  AppendStoredTime(time, out_);
  out_.push_back('"');
}

}  // namespace orders::infrastructure
