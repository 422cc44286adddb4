#include "api/orderctl/load/load_run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <sys/resource.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "grpcpp/alarm.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/load/load_requests.h"
#include "api/orderctl/output.h"

namespace orders::api {
namespace {

constexpr std::int64_t kOrdersToGet = 1'000;
constexpr std::int64_t kGetsToACreate = 4;
constexpr absl::Duration kPauseAfterError = absl::Milliseconds(10);
constexpr absl::Duration kTick = absl::Milliseconds(100);
constexpr absl::Duration kLoadLineInterval = absl::Seconds(5);

double ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// One call in flight, or a pause after an error.
struct Slot {
  grpc::GenericStub* stub = nullptr;
  std::optional<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer answer;
  grpc::Status status;
  absl::Time sent;
  grpc::Alarm alarm;
  bool pausing = false;
};

class LoadLoop {
 public:
  LoadLoop(const GlobalOptions& global, const LoadOptions& options, const std::atomic<bool>& stop)
      : global_(global), options_(options), stop_(stop), requests_(RandomHex().substr(0, 12)) {
    for (int i = 0; i < options.channels; ++i) {
      stubs_.push_back(std::make_unique<grpc::GenericStub>(OpenChannel(global, i)));
    }
    for (int i = 0; i < options.concurrency; ++i) {
      slots_.push_back(std::make_unique<Slot>());
      slots_.back()->stub = stubs_[static_cast<std::size_t>(i) % stubs_.size()].get();
    }
  }

  ~LoadLoop() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  /// Creates the orders that gets ask for.
  grpc::Status Prepare() {
    phase_ = Phase::kPreparing;
    for (const auto& slot : slots_) SendNext(*slot);
    while (in_flight_ > 0) Step();
    return result_.last_error;
  }

  void Measure() {
    phase_ = Phase::kRunning;
    const absl::Time started = absl::Now();
    measure_from_ = started + options_.warmup;
    measure_to_ = measure_from_ + options_.duration;
    absl::Time line_at = started + kLoadLineInterval;
    double processor = ProcessorSeconds();
    bool warm = false;
    for (const auto& slot : slots_) SendNext(*slot);
    for (absl::Time now = absl::Now(); now < measure_to_ && !stop_; now = absl::Now()) {
      if (!warm && now >= measure_from_) {
        warm = true;
        processor = ProcessorSeconds();
      }
      if (now >= line_at) {
        line_at += kLoadLineInterval;
        WriteErrorLine(absl::StrFormat("%.0f s: %d calls, %d errors",
                                       absl::ToDoubleSeconds(now - started), finished_, failed_));
      }
      Step();
    }
    const absl::Time ended = std::min(absl::Now(), measure_to_);
    result_.measured = std::max(ended - measure_from_, absl::ZeroDuration());
    if (result_.latencies.count() > 0) {
      result_.client_cpu_us_per_call =
          (ProcessorSeconds() - processor) * 1e6 / static_cast<double>(result_.latencies.count());
    }
    phase_ = Phase::kEnding;
    for (const auto& slot : slots_) {
      if (slot->pausing) slot->alarm.Cancel();
      if (slot->context.has_value() && stop_) slot->context->TryCancel();
    }
    while (in_flight_ > 0) Step();
  }

  LoadResult TakeResult() { return std::move(result_); }

 private:
  enum class Phase { kPreparing, kRunning, kEnding };

  /// Waits for one answer, kTick at most: the clock is looked at between steps.
  void Step() {
    void* tag = nullptr;
    bool ok = false;
    const auto until = absl::ToChronoTime(absl::Now() + kTick);
    if (queue_.AsyncNext(&tag, &ok, until) != grpc::CompletionQueue::GOT_EVENT) return;
    --in_flight_;
    Slot& slot = *static_cast<Slot*>(tag);
    if (!slot.pausing) {
      Count(slot);
    } else {
      slot.pausing = false;
      slot.status = grpc::Status::OK;
    }
    if (phase_ == Phase::kEnding || stop_) return;
    if (slot.status.ok()) {
      SendNext(slot);
    } else if (phase_ == Phase::kRunning) {
      slot.pausing = true;
      ++in_flight_;
      slot.alarm.Set(&queue_, absl::ToChronoTime(absl::Now() + kPauseAfterError), &slot);
    }
  }

  void Count(Slot& slot) {
    const absl::Time now = absl::Now();
    ++finished_;
    if (!slot.status.ok()) ++failed_;
    if (phase_ == Phase::kPreparing) {
      if (!slot.status.ok()) result_.last_error = slot.status;
      return;
    }
    if (phase_ != Phase::kRunning || now < measure_from_ || now > measure_to_) return;
    if (slot.status.ok()) {
      result_.latencies.Add(now - slot.sent);
    } else {
      ++result_.errors[std::string(StatusCodeName(slot.status.error_code()))];
      result_.last_error = slot.status;
    }
  }

  /// In the preparation, nothing once all orders are asked for.
  void SendNext(Slot& slot) {
    if (phase_ == Phase::kPreparing && prepared_++ >= kOrdersToGet) return;
    const LoadCall call = NextIsCreate() ? requests_.Create() : requests_.Get(kOrdersToGet);
    slot.reader.reset();  // It lives in memory of the call that the context owns.
    slot.context.emplace();
    PrepareCall(global_, *slot.context);
    slot.answer.Clear();
    slot.sent = absl::Now();
    slot.reader = slot.stub->PrepareUnaryCall(&*slot.context, *call.method, call.request, &queue_);
    slot.reader->StartCall();
    slot.reader->Finish(&slot.answer, &slot.status, &slot);
    ++in_flight_;
  }

  bool NextIsCreate() {
    if (phase_ == Phase::kPreparing || options_.mix == LoadMix::kCreate) return true;
    if (options_.mix == LoadMix::kGet) return false;
    return turn_++ % (kGetsToACreate + 1) == 0;
  }

  const GlobalOptions& global_;
  const LoadOptions& options_;
  const std::atomic<bool>& stop_;
  LoadRequests requests_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Slot>> slots_;

  Phase phase_ = Phase::kPreparing;
  std::int64_t in_flight_ = 0;  ///< Answers and alarms that the queue owes.
  std::int64_t prepared_ = 0;
  std::int64_t turn_ = 0;
  std::int64_t finished_ = 0;
  std::int64_t failed_ = 0;
  absl::Time measure_from_;
  absl::Time measure_to_;
  LoadResult result_;
};

}  // namespace

double LoadResult::CallsPerSecond() const {
  const double seconds = absl::ToDoubleSeconds(measured);
  return seconds > 0 ? static_cast<double>(latencies.count()) / seconds : 0;
}

grpc::Status RunLoad(const GlobalOptions& global, const LoadOptions& options,
                     const std::atomic<bool>& stop, LoadResult& result) {
  LoadLoop loop(global, options, stop);
  if (options.mix != LoadMix::kCreate) {
    if (const grpc::Status status = loop.Prepare(); !status.ok()) return status;
  }
  loop.Measure();
  result = loop.TakeResult();
  return grpc::Status::OK;
}

}  // namespace orders::api
