#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace orders::api {

/// Of a finite duration, to the nanosecond.
inline void SetDuration(absl::Duration duration, google::protobuf::Duration& message) {
  message.set_seconds(absl::ToInt64Seconds(duration));
  message.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration % absl::Seconds(1))));
}

inline absl::Duration ToDuration(const google::protobuf::Duration& message) {
  return absl::Seconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

}  // namespace orders::api
