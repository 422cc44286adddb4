#include "api/http/request_target.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace orders::api {
namespace {

std::optional<int> HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Of a form: a plus is a space.
absl::StatusOr<std::string> DecodeFormText(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return DecodePercent(spaced);
}

absl::Status SplitQuery(std::string_view query, RequestTarget& target) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    absl::StatusOr<std::string> name = DecodeFormText(pair.substr(0, equals));
    if (!name.ok()) return name.status();
    absl::StatusOr<std::string> value =
        DecodeFormText(pair.substr(std::min(equals + 1, pair.size())));
    if (!value.ok()) return value.status();
    target.query.emplace_back(*std::move(name), *std::move(value));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> DecodePercent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const std::optional<int> high = i + 2 < text.size() ? HexValue(text[i + 1]) : std::nullopt;
      const std::optional<int> low = high.has_value() ? HexValue(text[i + 2]) : std::nullopt;
      if (!low.has_value()) {
        return absl::InvalidArgumentError(
            "the target has a % that two hexadecimal digits do not follow");
      }
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    if (IsControl(c)) {
      return absl::InvalidArgumentError("the target holds a control character");
    }
    decoded += c;
  }
  return decoded;
}

std::string EncodePercent(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
        c == '~') {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

absl::StatusOr<RequestTarget> ParseTarget(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with(kScheme)) {
    const std::size_t path = target.find_first_of("/?", kScheme.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  RequestTarget parsed;
  const std::size_t question = std::min(target.find('?'), target.size());
  parsed.path = target.substr(0, question);
  if (!parsed.path.starts_with('/')) {
    return absl::InvalidArgumentError("the target must begin with /, as /v1/orders");
  }
  std::string_view rest = parsed.path.substr(1);
  while (true) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    parsed.segments.push_back(rest.substr(0, end));
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  std::string_view& last = parsed.segments.back();
  if (const std::size_t colon = last.rfind(':'); colon != std::string_view::npos) {
    parsed.verb = last.substr(colon + 1);
    last = last.substr(0, colon);
  }
  absl::Status split = SplitQuery(target.substr(std::min(question + 1, target.size())), parsed);
  if (!split.ok()) return split;
  return parsed;
}

}  // namespace orders::api
