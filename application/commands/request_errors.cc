#include "application/commands/request_errors.h"

#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace orders::application {
namespace {

constexpr char kPayloadUrl[] = "orders.application/request-error";

}  // namespace

// The payload is three lines: the reason, the revision, the microseconds to wait.
absl::Status MakeRequestError(absl::StatusCode code, std::string_view text,
                              const RequestError& error) {
  absl::Status status(code, std::string(text));
  std::string payload = absl::StrCat(error.reason, "\n");
  if (error.current_revision.has_value()) absl::StrAppend(&payload, *error.current_revision);
  absl::StrAppend(&payload, "\n");
  if (error.retry_after.has_value()) {
    absl::StrAppend(&payload, absl::ToInt64Microseconds(*error.retry_after));
  }
  status.SetPayload(kPayloadUrl, absl::Cord(std::move(payload)));
  return status;
}

std::optional<RequestError> GetRequestError(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  const std::vector<std::string> parts = absl::StrSplit(text, '\n');
  if (parts.size() != 3) return std::nullopt;
  RequestError error;
  error.reason = parts[0];
  std::uint64_t revision = 0;
  if (absl::SimpleAtoi(parts[1], &revision)) error.current_revision = revision;
  std::int64_t microseconds = 0;
  if (absl::SimpleAtoi(parts[2], &microseconds)) {
    error.retry_after = absl::Microseconds(microseconds);
  }
  return error;
}

}  // namespace orders::application
