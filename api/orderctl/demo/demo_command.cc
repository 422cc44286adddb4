#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/demo/cross_check.h"
#include "api/orderctl/demo/demo_report.h"
#include "api/orderctl/demo/shop.h"
#include "api/orderctl/demo/steps.h"
#include "api/orderctl/demo/stories.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/interrupt.h"
#include "api/orderctl/options.h"
#include "api/orderctl/progress.h"

namespace orders::api {
namespace {

constexpr std::int64_t kOrdersMax = 1'000'000;
constexpr std::int64_t kSeedMax = 999'999'999'999;
constexpr std::int64_t kStoriesAtOnceMax = 256;

struct Arguments {
  std::int64_t orders = 200;
  std::int64_t seed = 1;
  std::int64_t concurrency = 16;
};

/// Tells all stories of a day, several at a time.
class Day {
 public:
  Day(Session& session, const Arguments& arguments)
      : session_(session),
        shop_(static_cast<std::uint64_t>(arguments.seed), arguments.orders),
        tellers_(std::min(arguments.concurrency, arguments.orders)),
        outcomes_(static_cast<std::size_t>(arguments.orders)) {}

  void Stop() { counters_.stop = true; }

  /// The first failure of a story, or Ok.
  grpc::Status Tell() {
    Progress progress(shop_.orders());
    std::vector<std::thread> threads;
    for (std::int64_t i = 0; i < tellers_; ++i) threads.emplace_back([this] { TellSome(); });
    {
      absl::MutexLock lock(&mutex_);
      while (telling_ends_ < tellers_) {
        changed_.WaitWithTimeout(&mutex_, progress.interval());
        progress.Show(told_);
      }
    }
    for (std::thread& thread : threads) thread.join();
    progress.Finish(told_);
    return failure_;
  }

  /// Records that the day is over, on its first order: everything else lies before that event, so
  /// its position is what the read models must have reached.
  grpc::Status Close(std::string& position_token) {
    DemoOrder closing(session_, counters_, shop_.OrderId(0), shop_.ClosingRequestPrefix());
    v1::SetNoteRequest note;
    note.set_note(absl::StrCat("The day is closed: ", shop_.orders(), " orders."));
    closing.Do(note, &CommandStub::SetNote);
    if (!closing.status().ok()) return closing.status();
    outcomes_.front().etag = closing.order().etag();
    position_token = closing.position_token();
    return grpc::Status::OK;
  }

  const std::vector<OrderOutcome>& outcomes() const { return outcomes_; }
  DemoRun Run(absl::Duration elapsed) const {
    return DemoRun{.seed = shop_.seed(),
                   .orders = shop_.orders(),
                   .commands = counters_.commands,
                   .replayed = counters_.replayed,
                   .retries = counters_.retries,
                   .elapsed = elapsed};
  }

 private:
  void TellSome() {
    for (std::int64_t number = next_++; number < shop_.orders() && !counters_.stop;
         number = next_++) {
      SplitMix64 random(shop_.seed(), static_cast<std::uint64_t>(number));
      DemoOrder order(session_, counters_, shop_.OrderId(number), shop_.OrderId(number));
      TellStory(shop_, random, order);
      if (!order.status().ok()) return Fail(order.status());
      outcomes_[static_cast<std::size_t>(number)] = OutcomeOf(order);
      ++told_;
    }
    absl::MutexLock lock(&mutex_);
    ++telling_ends_;
    changed_.Signal();
  }

  void Fail(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    if (failure_.ok()) failure_ = status;
    counters_.stop = true;
    ++telling_ends_;
    changed_.Signal();
  }

  Session& session_;
  DemoCounters counters_;
  const Shop shop_;
  const std::int64_t tellers_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::int64_t> told_{0};
  std::vector<OrderOutcome> outcomes_;  ///< Each element is one teller's.

  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::int64_t telling_ends_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::Status failure_;
};

/// Whether the service answers at all: without it a demo would only ask again and again.
grpc::Status Greet(Session& session) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::ListOrdersRequest request;
  request.set_page_size(1);
  v1::ListOrdersResponse answer;
  return session.queries().ListOrders(&context, request, &answer);
}

int Demo(Session& session, const Arguments& arguments) {
  const std::string again = "run it again: what was done is answered as before";
  if (const grpc::Status status = Greet(session); !status.ok()) return session.Fail(status);

  Day day(session, arguments);
  const Interrupt interrupt([&day] { day.Stop(); });
  const absl::Time began = absl::Now();
  grpc::Status status = day.Tell();
  const absl::Duration elapsed = absl::Now() - began;
  std::string position_token;
  if (status.ok()) status = day.Close(position_token);
  if (Interrupt::WasAsked()) {
    WriteErrorLine("orderctl: interrupted; " + again);
    return kExitInterrupted;
  }
  if (!status.ok()) return session.Fail(status, again);

  const DaySums sums = Sum(day.outcomes());
  const CrossCheck check = CompareWithReadModels(session, position_token, sums, day.outcomes());
  if (!check.status.ok()) return session.Fail(check.status, again);
  if (!check.differences.empty()) {
    WriteErrorLine("orderctl: the service's lists and totals do not agree with what it answered:");
    for (const std::string& difference : check.differences) WriteErrorLine("  " + difference);
    return kExitInternal;
  }
  const DemoRun run = day.Run(elapsed);
  switch (session.options().output) {
    case OutputForm::kTable:
      session.out().Write(DemoText(sums, run));
      break;
    case OutputForm::kJson:
      session.out().Write(DemoJson(sums, run, 2));
      break;
    case OutputForm::kNdjson:
      session.out().Write(DemoJson(sums, run, -1));
      break;
  }
  return kExitOk;
}

}  // namespace

void AddDemoCommand(CommandLine& line) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app =
      line.Add("demo", "Trying it out", "A shop's day of orders; the same seed tells the same day",
               [arguments](Session& session) { return Demo(session, *arguments); });
  AddInteger(app, "--orders", "How many [200]", "N", 1, kOrdersMax,
             [arguments](std::int64_t orders) { arguments->orders = orders; });
  AddInteger(app, "--seed", "Which day [1]", "S", 0, kSeedMax,
             [arguments](std::int64_t seed) { arguments->seed = seed; });
  AddInteger(app, "--concurrency", "Stories told at a time [16]", "N", 1, kStoriesAtOnceMax,
             [arguments](std::int64_t stories) { arguments->concurrency = stories; });
}

}  // namespace orders::api
