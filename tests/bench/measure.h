#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>

namespace orders::bench {

using Clock = std::chrono::steady_clock;

inline Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

inline double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Of this process, user and system.
inline double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// Not thread-safe.
class Latencies {
 public:
  void Add(Clock::duration latency) {
    sorted_ = false;
    microseconds_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(latency).count());
  }
  std::size_t size() const { return microseconds_.size(); }
  /// 0 <= quantile <= 1.
  double Ms(double quantile) {
    if (microseconds_.empty()) return 0;
    if (!sorted_) std::sort(microseconds_.begin(), microseconds_.end());
    sorted_ = true;
    const double last = static_cast<double>(microseconds_.size() - 1);
    return static_cast<double>(microseconds_[static_cast<std::size_t>(quantile * last)]) / 1e3;
  }

 private:
  std::vector<std::int64_t> microseconds_;
  bool sorted_ = false;
};

/// A closed loop: so many callers, each of whom asks again when it is answered, until time is up.
/// Calls that began in the warm-up are not counted in the rate. Thread-safe but for Print.
class ClosedLoop {
 public:
  ClosedLoop(double warm_up_seconds, double seconds, int callers)
      : seconds_(seconds),
        measured_from_(Clock::now() + Seconds(warm_up_seconds)),
        ends_(measured_from_ + Seconds(seconds)),
        running_(callers) {}

  /// One call has ended, well if `error` is empty. True: its caller asks again.
  bool Ended(Clock::time_point start, std::string_view error = "") {
    const auto now = Clock::now();
    std::lock_guard lock(mutex_);
    ++calls_;
    if (!error.empty()) {
      if (errors_++ == 0) first_error_ = error.substr(0, 100);
    } else if (start >= measured_from_ && now <= ends_) {
      latencies_.Add(now - start);
    }
    if (now < ends_) return true;
    if (--running_ == 0) done_.notify_one();
    return false;
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
  }

  /// After Wait. `response_bytes`: of one answer, where that is known.
  void Print(const std::string& method, std::size_t response_bytes = 0) {
    std::printf(
        "{\"method\": \"%s\", \"rate\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"errors\": "
        "%llu, \"first_error\": \"%s\", \"calls\": %llu, \"client_cpu_s\": %.3f, "
        "\"response_bytes\": %zu}\n",
        method.c_str(), static_cast<double>(latencies_.size()) / seconds_, latencies_.Ms(0.5),
        latencies_.Ms(0.99), static_cast<unsigned long long>(errors_), first_error_.c_str(),
        static_cast<unsigned long long>(calls_), CpuSeconds(), response_bytes);
  }

 private:
  const double seconds_;
  const Clock::time_point measured_from_;
  const Clock::time_point ends_;
  std::mutex mutex_;
  std::condition_variable done_;
  int running_;
  Latencies latencies_;
  std::uint64_t calls_ = 0;
  std::uint64_t errors_ = 0;
  std::string first_error_;
};

}  // namespace orders::bench
