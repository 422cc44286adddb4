#include "eventstoredb/errors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

constexpr char kPayloadUrl[] = "eventstoredb/error";
constexpr char kNone[] = "none";
/// Parts fields in the payload; a field is cut where it holds one.
constexpr char kEnd = '\0';

constexpr std::array<std::string_view, 31> kKindNames = {
    "other",
    "invalid argument",
    "wrong expected revision",
    "stream not found",
    "stream deleted",
    "access denied",
    "not authenticated",
    "maximum append size exceeded",
    "missing required metadata",
    "invalid transaction",
    "not leader",
    "not ready",
    "unavailable",
    "cancelled by the server",
    "discovery failed",
    "server timeout",
    "deadline exceeded",
    "consumer too slow",
    "message too large",
    "unsupported",
    "group exists",
    "group not found",
    "group failed",
    "maximum subscribers reached",
    "subscription dropped",
    "user not found",
    "user conflict",
    "scavenge not found",
    "projection not found",
    "projection exists",
    "projection failed",
};

ErrorKind KindOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return ErrorKind::kInvalidArgument;
    case absl::StatusCode::kPermissionDenied:
      return ErrorKind::kAccessDenied;
    case absl::StatusCode::kUnauthenticated:
      return ErrorKind::kNotAuthenticated;
    case absl::StatusCode::kUnavailable:
      return ErrorKind::kUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return ErrorKind::kDeadlineExceeded;
    case absl::StatusCode::kUnimplemented:
      return ErrorKind::kUnsupported;
    default:
      return ErrorKind::kOther;
  }
}

std::string NumberText(const std::optional<std::uint64_t>& number) {
  return number.has_value() ? absl::StrCat(*number) : kNone;
}

/// The numbers of the protocol's trailers (section 3.1).
std::string ExpectedText(const ExpectedRevision& expected) {
  switch (expected.kind()) {
    case ExpectedRevision::Kind::kNoStream:
      return "-1";
    case ExpectedRevision::Kind::kAny:
      return "-2";
    case ExpectedRevision::Kind::kStreamExists:
      return "-4";
    case ExpectedRevision::Kind::kExact:
      break;
  }
  return absl::StrCat(expected.revision());
}

std::optional<std::uint64_t> ReadNumber(std::string_view text) {
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(std::string(text), &number)) return std::nullopt;
  return number;
}

std::optional<ExpectedRevision> ReadExpected(std::string_view text) {
  if (text == "-1") return ExpectedRevision::NoStream();
  if (text == "-2") return ExpectedRevision::Any();
  if (text == "-4") return ExpectedRevision::StreamExists();
  const std::optional<std::uint64_t> number = ReadNumber(text);
  if (!number.has_value()) return std::nullopt;
  return ExpectedRevision::Exact(*number);
}

class Writer {
 public:
  void Field(char key, std::string_view value) {
    if (value.empty()) return;
    text_.push_back(key);
    text_.append(value.substr(0, value.find(kEnd)));
    text_.push_back(kEnd);
  }
  std::string Take() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string Encode(const ErrorDetails& details) {
  Writer writer;
  writer.Field('k', absl::StrCat(static_cast<int>(details.kind)));
  writer.Field('s', details.stream);
  writer.Field('g', details.group);
  writer.Field('l', details.login);
  writer.Field('j', details.projection);
  writer.Field('r', details.reason);
  if (details.expected.has_value()) writer.Field('e', ExpectedText(*details.expected));
  if (details.actual.has_value()) writer.Field('a', NumberText(*details.actual));
  if (details.leader.has_value()) {
    writer.Field('h', details.leader->host);
    writer.Field('p', absl::StrCat(details.leader->port));
  }
  if (details.bytes_max.has_value()) writer.Field('m', absl::StrCat(*details.bytes_max));
  if (details.event_bytes.has_value()) writer.Field('b', absl::StrCat(*details.event_bytes));
  writer.Field('i', details.event_id);
  return std::move(writer).Take();
}

void ReadField(char key, std::string_view value, ErrorDetails& out) {
  const auto leader = [&out]() -> Endpoint& {
    if (!out.leader.has_value()) out.leader.emplace();
    return *out.leader;
  };
  switch (key) {
    case 'k':
      out.kind = static_cast<ErrorKind>(ReadNumber(value).value_or(0));
      break;
    case 's':
      out.stream = std::string(value);
      break;
    case 'g':
      out.group = std::string(value);
      break;
    case 'l':
      out.login = std::string(value);
      break;
    case 'j':
      out.projection = std::string(value);
      break;
    case 'r':
      out.reason = std::string(value);
      break;
    case 'e':
      out.expected = ReadExpected(value);
      break;
    case 'a':
      out.actual = ReadNumber(value);
      break;
    case 'h':
      leader().host = std::string(value);
      break;
    case 'p':
      leader().port = static_cast<std::uint16_t>(ReadNumber(value).value_or(0));
      break;
    case 'm':
      out.bytes_max = ReadNumber(value);
      break;
    case 'b':
      out.event_bytes = ReadNumber(value);
      break;
    case 'i':
      out.event_id = std::string(value);
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view ToString(ErrorKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kKindNames.size() ? kKindNames[index] : kKindNames[0];
}

absl::Status MakeError(absl::StatusCode code, std::string_view text, const ErrorDetails& details) {
  absl::Status status(code, std::string(text));
  status.SetPayload(kPayloadUrl, absl::Cord(Encode(details)));
  return status;
}

ErrorDetails GetErrorDetails(const absl::Status& status) {
  ErrorDetails details;
  details.kind = KindOf(status.code());
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return details;
  const std::string text(*payload);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view field = rest.substr(0, rest.find(kEnd));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    if (!field.empty()) ReadField(field.front(), field.substr(1), details);
  }
  return details;
}

absl::Status WrongExpectedRevisionError(std::string_view stream,
                                        std::optional<std::uint64_t> current,
                                        std::optional<ExpectedRevision> expected) {
  const std::string where =
      current.has_value() ? absl::StrCat("at revision ", *current) : "without events";
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("stream ", std::string(stream), " is ", where),
                   {.kind = ErrorKind::kWrongExpectedRevision,
                    .stream = std::string(stream),
                    .expected = expected,
                    .actual = current});
}

std::optional<WrongExpectedRevision> GetWrongExpectedRevision(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  if (details.kind != ErrorKind::kWrongExpectedRevision) return std::nullopt;
  return WrongExpectedRevision{details.actual.value_or(std::nullopt)};
}

absl::Status StreamDeletedError(std::string_view stream) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("stream ", std::string(stream), " is deleted"),
                   {.kind = ErrorKind::kStreamDeleted, .stream = std::string(stream)});
}

std::optional<StreamDeleted> GetStreamDeleted(const absl::Status& status) {
  ErrorDetails details = GetErrorDetails(status);
  if (details.kind != ErrorKind::kStreamDeleted) return std::nullopt;
  return StreamDeleted{std::move(details.stream)};
}

absl::Status MaximumAppendSizeExceededError(std::uint64_t limit_bytes) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("the append has more than ", limit_bytes, " bytes of data"),
                   {.kind = ErrorKind::kMaximumAppendSizeExceeded, .bytes_max = limit_bytes});
}

std::optional<MaximumAppendSizeExceeded> GetMaximumAppendSizeExceeded(const absl::Status& status) {
  const ErrorDetails details = GetErrorDetails(status);
  if (details.kind != ErrorKind::kMaximumAppendSizeExceeded || !details.bytes_max.has_value()) {
    return std::nullopt;
  }
  return MaximumAppendSizeExceeded{*details.bytes_max};
}

}  // namespace eventstoredb
