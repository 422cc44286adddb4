#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "grpcpp/alarm.h"

namespace eventstoredb::client {

/// Runs one function once, on a thread of gRPC. Not thread-safe; what `fire` captures must outlive
/// the timer, since it may be running while the timer is set anew or destroyed.
class Timer {
 public:
  /// Forgets what was set before.
  void Set(absl::Time at, std::function<void()> fire) {
    alarm_ = std::make_unique<grpc::Alarm>();
    // An alarm keeps its function after it has run. What runs is moved out of it, since it may own
    // the timer itself.
    const auto once = std::make_shared<std::function<void()>>(std::move(fire));
    alarm_->Set(absl::ToChronoTime(at), [once](bool expired) {
      const std::function<void()> run = std::exchange(*once, nullptr);
      if (expired) run();
    });
  }
  void Cancel() { alarm_.reset(); }

 private:
  std::unique_ptr<grpc::Alarm> alarm_;
};

}  // namespace eventstoredb::client
