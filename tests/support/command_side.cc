#include "tests/support/command_side.h"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

namespace orders::testing_support {
namespace {

std::unique_ptr<eventstoredb::EmbeddedEventStore> OpenInMemory() {
  auto store = eventstoredb::EmbeddedEventStore::Open({.in_memory = true});
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    std::abort();
  }
  return *std::move(store);
}

}  // namespace

void RecordingTelemetry::CommandEnded(std::string_view command, const absl::Status& status,
                                      int attempts, bool cache_hit) {
  const std::lock_guard lock(mutex_);
  last_ = {std::string(command), status, attempts, cache_hit};
}

RecordingTelemetry::Ended RecordingTelemetry::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void SleeplessScheduler::Sleep(absl::Duration duration) {
  const std::lock_guard lock(mutex_);
  slept_.push_back(duration);
}

std::vector<absl::Duration> SleeplessScheduler::slept() const {
  const std::lock_guard lock(mutex_);
  return slept_;
}

absl::StatusOr<application::CommandAnswer> Handle(application::OrderCommandHandler& handler,
                                                  const application::CallContext& call,
                                                  application::CommandRequest request) {
  struct News {
    std::mutex mutex;
    std::condition_variable arrived;
    absl::AnyInvocable<void()> task;
    std::optional<absl::StatusOr<application::CommandAnswer>> answer;
  };
  const auto news = std::make_shared<News>();
  handler.Start(
      call, std::move(request),
      [news](absl::AnyInvocable<void()> task) {
        const std::lock_guard lock(news->mutex);
        news->task = std::move(task);
        news->arrived.notify_one();
      },
      [news](absl::StatusOr<application::CommandAnswer> answer) {
        const std::lock_guard lock(news->mutex);
        news->answer = std::move(answer);
        news->arrived.notify_one();
      });
  std::unique_lock lock(news->mutex);
  while (true) {
    news->arrived.wait(lock, [&] { return news->task || news->answer.has_value(); });
    if (news->answer.has_value()) return *std::move(news->answer);
    absl::AnyInvocable<void()> task = std::exchange(news->task, nullptr);
    lock.unlock();
    task();
    lock.lock();
  }
}

CommandSide::CommandSide()
    : log(OpenInMemory()), journal(*log, digest, {log->store_id().ToString(), log->generation()}) {}

std::unique_ptr<application::OrderCommandHandler> CommandSide::NewHandler(
    application::OrderCommandHandlerOptions options) {
  return std::make_unique<application::OrderCommandHandler>(
      application::OrderCommandHandler::Ports{.store = store,
                                              .clock = clock,
                                              .scheduler = scheduler,
                                              .random = random,
                                              .ids = ids,
                                              .digest = digest,
                                              .telemetry = telemetry},
      options);
}

application::OrderView CommandSide::Fold(const std::string& order) {
  application::OrderView view;
  for (const application::RecordedOrderEvent& event : Events(order)) {
    application::ApplyRecorded(event, view);
  }
  return view;
}

std::vector<application::RecordedOrderEvent> CommandSide::Events(const std::string& order) {
  std::vector<application::RecordedOrderEvent> events;
  journal
      .Read({}, {order}, 0,
            [&](application::RecordedOrderEvent&& event) {
              events.push_back(std::move(event));
              return true;
            })
      .IgnoreError();
  return events;
}

}  // namespace orders::testing_support
