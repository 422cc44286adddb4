#include "eventstoredb/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

constexpr char kWrongExpectedRevisionUrl[] = "eventstoredb/wrong-expected-revision";
constexpr char kStreamDeletedUrl[] = "eventstoredb/stream-deleted";
constexpr char kMaximumAppendSizeExceededUrl[] = "eventstoredb/maximum-append-size-exceeded";
constexpr char kNoEvents[] = "none";

std::optional<std::string> Payload(const absl::Status& status, const char* url) {
  const absl::optional<absl::Cord> payload = status.GetPayload(url);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

}  // namespace

absl::Status WrongExpectedRevisionError(std::string_view stream,
                                        std::optional<std::uint64_t> current) {
  const std::string where =
      current.has_value() ? absl::StrCat("at revision ", *current) : "without events";
  absl::Status status =
      absl::AbortedError(absl::StrCat("stream ", std::string(stream), " is ", where));
  status.SetPayload(kWrongExpectedRevisionUrl,
                    absl::Cord(current.has_value() ? absl::StrCat(*current) : kNoEvents));
  return status;
}

std::optional<WrongExpectedRevision> GetWrongExpectedRevision(const absl::Status& status) {
  const std::optional<std::string> payload = Payload(status, kWrongExpectedRevisionUrl);
  if (!payload.has_value()) return std::nullopt;
  WrongExpectedRevision details;
  std::uint64_t current = 0;
  if (absl::SimpleAtoi(*payload, &current)) details.current = current;
  return details;
}

absl::Status StreamDeletedError(std::string_view stream) {
  absl::Status status =
      absl::FailedPreconditionError(absl::StrCat("stream ", std::string(stream), " is deleted"));
  status.SetPayload(kStreamDeletedUrl, absl::Cord(std::string(stream)));
  return status;
}

std::optional<StreamDeleted> GetStreamDeleted(const absl::Status& status) {
  std::optional<std::string> payload = Payload(status, kStreamDeletedUrl);
  if (!payload.has_value()) return std::nullopt;
  return StreamDeleted{*std::move(payload)};
}

absl::Status MaximumAppendSizeExceededError(std::uint64_t limit_bytes) {
  absl::Status status = absl::InvalidArgumentError(
      absl::StrCat("the append has more than ", limit_bytes, " bytes of data"));
  status.SetPayload(kMaximumAppendSizeExceededUrl, absl::Cord(absl::StrCat(limit_bytes)));
  return status;
}

std::optional<MaximumAppendSizeExceeded> GetMaximumAppendSizeExceeded(const absl::Status& status) {
  const std::optional<std::string> payload = Payload(status, kMaximumAppendSizeExceededUrl);
  MaximumAppendSizeExceeded details;
  if (!payload.has_value() || !absl::SimpleAtoi(*payload, &details.limit_bytes)) {
    return std::nullopt;
  }
  return details;
}

}  // namespace eventstoredb
