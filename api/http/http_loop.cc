#include "api/http/http_loop.h"

#include "absl/time/time.h"

namespace orders::api {

const std::string& HttpLoop::Date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ =
        absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::FromTimeT(now), absl::UTCTimeZone());
  }
  return date_;
}

}  // namespace orders::api
