#pragma once

#include "absl/status/status.h"

#include "eventstoredb/errors.h"

namespace eventstoredb::client {

/// Whether what ended a subscription, `attempts` times now, may be mended by opening it anew.
inline bool MayResume(const absl::Status& error, int attempts) {
  /// How often a server may fail without a reason before that is taken for a reason: 23.10 says so
  /// little of a place that is none.
  constexpr int kUnexplainedMax = 3;
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    case absl::StatusCode::kResourceExhausted:
      return GetErrorKind(error) != ErrorKind::kMessageTooLarge;
    case absl::StatusCode::kUnknown:
      return attempts < kUnexplainedMax;
    default:
      return false;
  }
}

}  // namespace eventstoredb::client
