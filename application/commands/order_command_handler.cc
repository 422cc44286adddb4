#include "application/commands/order_command_handler.h"

#include <algorithm>
#include <coroutine>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

#include "application/commands/append_wait.h"
#include "application/commands/detached.h"
#include "application/commands/loaded_order.h"
#include "application/commands/order_cache.h"
#include "application/commands/request_errors.h"
#include "application/commands/request_hash.h"
#include "application/commands/request_memory.h"
#include "domain/order/decider.h"
#include "domain/order/validation.h"

namespace orders::application {
namespace {

constexpr std::size_t kRequestIdBytesMax = 128;
constexpr absl::Duration kRetryLater = absl::Seconds(1);

bool IsRequestId(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdBytesMax &&
         std::all_of(id.begin(), id.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::shared_ptr<const OrderView> ViewOf(const std::shared_ptr<const LoadedOrder>& loaded) {
  return {loaded, &loaded->view};
}

/// Of a read that failed: nothing was recorded, and asking again is safe.
absl::Status ReadFailed(const absl::Status& status) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
  return MakeRequestError(status.code(), absl::StrCat("the order was not read: ", status.message()),
                          {.reason = "OUTCOME_UNKNOWN", .retry_after = kRetryLater});
}

absl::Status AppendFailed(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
      return status;  // Nothing was written.
    case absl::StatusCode::kResourceExhausted:
      if (GetRequestError(status).has_value()) return status;
      return MakeRequestError(status.code(), std::string(status.message()),
                              {.reason = "STORE_FULL", .retry_after = kRetryLater});
    default:
      // Whatever the store says here, the events may stand in the log.
      return MakeRequestError(
          absl::IsDeadlineExceeded(status) ? status.code() : absl::StatusCode::kUnavailable,
          absl::StrCat("whether it was recorded is not known, ask again with the same request id: ",
                       status.message()),
          {.reason = "OUTCOME_UNKNOWN", .retry_after = kRetryLater});
  }
}

absl::Status StaleRevision(const LoadedOrder& loaded, std::uint64_t expected) {
  RequestError error{.reason = "STALE_REVISION"};
  if (loaded.exists) error.current_revision = loaded.view.revision;
  const std::string where =
      loaded.exists ? absl::StrCat("at revision ", loaded.view.revision) : "without events";
  return MakeRequestError(absl::StatusCode::kAborted,
                          absl::StrCat("the order is ", where, ", not at ", expected), error);
}

}  // namespace

class OrderCommandHandler::Impl {
 public:
  Impl(Ports ports, const OrderCommandHandlerOptions& options)
      : ports_(ports), options_(options), cache_(options.cache_bytes_max) {}

  void Start(CallContext call, CommandRequest request, RunBlocking run_blocking, CommandDone done) {
    Run({.call = std::move(call),
         .request = std::move(request),
         .run_blocking = std::move(run_blocking),
         .done = std::move(done)});
  }

  domain::OrderId OrderIdFor(std::string_view actor, std::string_view request_id) const {
    // The actor's length first: no two pairs give one name.
    std::string name = absl::StrCat("order\n", actor.size(), "\n");
    name.append(actor).append("\n").append(request_id);
    return domain::OrderId{ports_.digest.NamedId(name)};
  }

 private:
  /// One request, with what follows from it alone, and what the order is, as far as we know.
  struct Task {
    CallContext call;
    CommandRequest request;
    RunBlocking run_blocking;
    CommandDone done;

    bool may_block = false;  ///< Of the thread that it is on.
    ShortHash request_hash{};
    ShortHash content_hash{};
    EventMetadata metadata;

    std::shared_ptr<const LoadedOrder> order;
    bool confirmed = false;  ///< `order`: by the log, in this call.

    int appends = 0;
    bool cache_hit = false;
  };
  /// Certain whatever else the log holds: this request's own events stand in it.
  struct Replay {
    RequestMemory::Entry entry;
  };
  /// Nothing to write, if the order is what we believe it to be.
  using Verdict = absl::StatusOr<CommandAnswer>;
  using Decision = std::variant<Replay, Verdict, domain::OrderEvents>;

  /// co_await: goes on in a thread that may block.
  struct Blocking {
    Task& task;
    bool await_ready() const noexcept { return task.may_block; }
    void await_suspend(std::coroutine_handle<> waiting) const {
      task.may_block = true;
      task.run_blocking([waiting] { waiting.resume(); });
    }
    void await_resume() const noexcept {}
  };

  // Begins in the caller and ends where the log's answer arrives. Both must not be blocked: all
  // that reads or sleeps comes after a co_await of Blocking.
  Detached Run(Task task) {
    if (const absl::Status prepared = Prepare(task); !prepared.ok()) {
      co_return End(task, prepared);
    }
    if (!FindOrder(task)) {
      co_await Blocking{task};
      const absl::StatusOr<bool> moved = Refresh(task);
      if (!moved.ok()) co_return End(task, ReadFailed(moved.status()));
    }

    for (int attempt = 1;; ++attempt) {
      Decision decision = DecideOn(task);
      // A decision that leads to an append is proven by it. Any other one is made on a state that
      // the log has confirmed.
      if (std::holds_alternative<Verdict>(decision) && !IsConfirmed(task)) {
        co_await Blocking{task};
        const absl::StatusOr<bool> moved = Refresh(task);
        if (!moved.ok()) co_return End(task, ReadFailed(moved.status()));
        if (*moved) decision = DecideOn(task);
      }
      if (const auto* replay = std::get_if<Replay>(&decision)) {
        co_await Blocking{task};
        co_return End(task, Answer(task, replay->entry));
      }
      if (auto* verdict = std::get_if<Verdict>(&decision)) {
        co_return End(task, *std::move(verdict));
      }

      auto& events = std::get<domain::OrderEvents>(decision);
      ++task.appends;
      task.may_block = false;  // The thread that brings the answer.
      const absl::StatusOr<AppendedEvents> appended = co_await AppendWait(
          {ports_.store, ports_.clock, ports_.scheduler}, {.call = task.call,
                                                           .order = task.request.order_id,
                                                           .after = task.order->last_revision(),
                                                           .events = events,
                                                           .metadata = task.metadata});
      if (appended.ok()) co_return End(task, Record(task, std::move(events), *appended));
      if (!absl::IsAborted(appended.status())) {
        cache_.Drop(task.request.order_id);
        co_return End(task, AppendFailed(appended.status()));
      }

      // Another writer was first: decide again on what is now true.
      if (attempt >= options_.attempts_max) co_return End(task, LostEveryRace(""));
      co_await Blocking{task};
      if (task.confirmed && !BackOff(task.call, attempt)) {
        co_return End(task, LostEveryRace(", and the deadline leaves no time for another attempt"));
      }
      const absl::StatusOr<bool> moved = Refresh(task);
      if (!moved.ok()) co_return End(task, ReadFailed(moved.status()));
    }
  }

  void End(Task& task, absl::StatusOr<CommandAnswer> answer) {
    ports_.telemetry.CommandEnded(domain::CommandName(task.request.command), answer.status(),
                                  task.appends, task.cache_hit);
    task.done(std::move(answer));
  }

  absl::Status Prepare(Task& task) {
    CommandRequest& request = task.request;
    const CallContext& call = task.call;
    std::vector<domain::FieldViolation> violations;
    if (request.request_id.empty()) {
      request.request_id = ports_.ids.NewId();
    } else if (!IsRequestId(request.request_id)) {
      violations.push_back({"request_id", "must be 1 to 128 printable ASCII characters"});
    }
    const bool makes_id = request.order_id.value.empty() &&
                          std::holds_alternative<domain::CreateOrder>(request.command);
    const auto add = [&violations](std::vector<domain::FieldViolation>&& more) {
      std::move(more.begin(), more.end(), std::back_inserter(violations));
    };
    if (!makes_id) add(domain::ValidateOrderId(request.order_id));
    add(domain::Validate(request.command));
    if (!violations.empty()) return domain::ToStatus(violations);
    const auto* const create = std::get_if<domain::CreateOrder>(&request.command);
    if (create != nullptr && !call.MaySee(create->customer_id)) {
      return MakeRequestError(
          absl::StatusCode::kNotFound,
          absl::StrCat("no customer ", create->customer_id.value, " to order for"),
          {.reason = "CUSTOMER_NOT_FOUND"});
    }
    if (call.deadline <= ports_.clock.Now()) {
      return absl::DeadlineExceededError("the deadline passed before the command began");
    }

    if (makes_id) request.order_id = OrderIdFor(call.actor, request.request_id);
    task.request_hash = HashOfRequestId(request.request_id, ports_.digest);
    task.metadata.request_hash = RequestHash(request.command, ports_.digest);
    task.content_hash = HashOfContent(task.metadata.request_hash);
    task.metadata.request_id = request.request_id;
    task.metadata.correlation_id =
        call.correlation_id.empty() ? request.request_id : call.correlation_id;
    task.metadata.causation_id = call.causation_id.empty() ? request.request_id : call.causation_id;
    task.metadata.traceparent = call.traceparent;
    task.metadata.actor = call.actor;
    task.metadata.command = domain::CommandName(request.command);
    return absl::OkStatus();
  }

  /// False: it is to be read.
  bool FindOrder(Task& task) {
    task.order = cache_.Get(task.request.order_id);
    task.cache_hit = task.order != nullptr;
    if (task.cache_hit) return true;
    task.order = NoOrder();
    // Most often right, and the append proves it: a new order costs no read.
    return std::holds_alternative<domain::CreateOrder>(task.request.command);
  }

  /// Reads the events after those in `task.order` and folds them in. True: there were some.
  absl::StatusOr<bool> Refresh(Task& task) {
    const LoadedOrder& old = *task.order;
    std::optional<OrderFolder> folder;  // Made by the first event: mostly there is none.
    const absl::Status read = ports_.store.Read(task.call, task.request.order_id, old.events(),
                                                [&](RecordedOrderEvent&& recorded) {
                                                  if (!folder) folder.emplace(ports_.digest, old);
                                                  folder->Add(recorded);
                                                  return true;
                                                });
    if (absl::IsNotFound(read) && old.exists) {
      // Its events are gone: another store, or a deleted stream. No state of ours holds.
      cache_.Drop(task.request.order_id);
      return absl::DataLossError(
          absl::StrCat("order ", task.request.order_id.value, ": the log has lost its events"));
    }
    if (!read.ok() && !absl::IsNotFound(read)) return read;
    task.confirmed = true;
    if (!folder) return false;
    task.order = std::make_shared<const LoadedOrder>(folder->Take());
    cache_.Put(task.request.order_id, task.order);
    return true;
  }

  bool IsConfirmed(Task& task) {
    if (!task.confirmed) {
      task.confirmed = ports_.store.IsKnownHead(task.request.order_id, task.order->last_revision());
    }
    return task.confirmed;
  }

  Decision DecideOn(Task& task) {
    CommandRequest& request = task.request;
    const LoadedOrder& order = *task.order;
    if (order.exists && !task.call.MaySee(order.view.order.customer_id)) {
      return Verdict(NoSuchOrder(request));
    }
    if (std::optional<RequestMemory::Entry> entry = order.requests.Find(task.request_hash)) {
      if (entry->content == task.content_hash) return Replay{*entry};
      return Verdict(
          MakeRequestError(absl::StatusCode::kAlreadyExists,
                           absl::StrCat("the request id was used for something else at revision ",
                                        entry->first_revision),
                           {.reason = "REQUEST_ID_REUSED"}));
    }
    task.metadata.time = domain::TruncateToMicros(ports_.clock.Now());
    domain::StampTime(request.command, task.metadata.time);

    const bool creates = std::holds_alternative<domain::CreateOrder>(request.command);
    if (request.expected_revision.has_value() && (order.exists || creates) &&
        (!order.exists || *request.expected_revision != order.view.revision)) {
      return Verdict(StaleRevision(order, *request.expected_revision));
    }
    absl::StatusOr<domain::OrderEvents> events =
        domain::Decide(request.order_id, request.command, order.view.order);
    if (!events.ok()) return Verdict(events.status());
    if (events->empty()) {
      return Verdict(CommandAnswer{.view = ViewOf(task.order), .request_id = request.request_id});
    }
    if (order.events() + events->size() > options_.events_per_order_max) {
      return Verdict(
          MakeRequestError(absl::StatusCode::kResourceExhausted,
                           absl::StrCat("the order has ", order.events(), " events; it may have ",
                                        options_.events_per_order_max),
                           {.reason = "TOO_MANY_EVENTS"}));
    }
    if (request.validate_only) return Verdict(WouldBe(task, order, *events));
    return *std::move(events);
  }

  CommandAnswer WouldBe(const Task& task, const LoadedOrder& order,
                        const domain::OrderEvents& events) {
    auto view = std::make_shared<OrderView>(order.view);
    if (!order.exists) view->create_time = task.metadata.time;
    for (const domain::OrderEvent& event : events) domain::Apply(event, view->order);
    view->update_time = task.metadata.time;
    return CommandAnswer{.view = std::move(view),
                         .request_id = task.request.request_id,
                         .events_recorded = static_cast<int>(events.size())};
  }

  /// The answer is folded from the decided events as a reload would fold them from the log.
  CommandAnswer Record(const Task& task, domain::OrderEvents&& events,
                       const AppendedEvents& appended) {
    auto after = std::make_shared<LoadedOrder>(*task.order);
    RecordedOrderEvent recorded;
    recorded.metadata.time = task.metadata.time;
    recorded.position = appended.last_position;
    recorded.revision = task.order->events();
    for (domain::OrderEvent& event : events) {
      recorded.event = std::move(event);
      ApplyRecorded(recorded, after->view);
      after->requests.Remember(task.request_hash, task.content_hash, recorded.revision);
      ++recorded.revision;
    }
    after->exists = true;
    cache_.Put(task.request.order_id, after);
    return CommandAnswer{.view = ViewOf(after),
                         .request_id = task.request.request_id,
                         .events_recorded = static_cast<int>(events.size())};
  }

  /// The order as this request left it, again.
  absl::StatusOr<CommandAnswer> Answer(const Task& task, const RequestMemory::Entry& entry) {
    CommandAnswer answer{
        .request_id = task.request.request_id,
        .replayed = true,
        .events_recorded = static_cast<int>(entry.last_revision - entry.first_revision + 1)};
    if (task.order->view.revision == entry.last_revision) {
      answer.view = ViewOf(task.order);
      return answer;
    }
    auto view = std::make_shared<OrderView>();
    const absl::Status read =
        ports_.store.Read(task.call, task.request.order_id, 0, [&](RecordedOrderEvent&& recorded) {
          ApplyRecorded(recorded, *view);
          return recorded.revision < entry.last_revision;
        });
    if (!read.ok()) return ReadFailed(read);
    answer.view = std::move(view);
    return answer;
  }

  /// Of an order that is another customer's: what is said of one that never was.
  static absl::Status NoSuchOrder(const CommandRequest& request) {
    const auto decided = domain::Decide(request.order_id, request.command, domain::Order());
    if (!decided.ok()) return decided.status();
    return MakeRequestError(
        absl::StatusCode::kNotFound,
        absl::StrCat("order ", request.order_id.value, " cannot be made: choose another order id"),
        {.reason = "ORDER_NOT_FOUND"});
  }

  absl::Status LostEveryRace(std::string_view why) const {
    std::string text = "other writers were first each time; nothing was recorded";
    text.append(why);
    return MakeRequestError(absl::StatusCode::kAborted, text,
                            {.reason = "LOST_EVERY_RACE", .retry_after = options_.backoff_max});
  }

  /// False: the deadline would pass first.
  bool BackOff(const CallContext& call, int attempt) {
    absl::Duration bound = options_.backoff_min;
    for (int i = 1; i < attempt && bound < options_.backoff_max; ++i) bound *= 2;
    const absl::Duration pause = std::min(bound, options_.backoff_max) * ports_.random.Uniform();
    if (ports_.clock.Now() + pause >= call.deadline) return false;
    ports_.scheduler.Sleep(pause);
    return true;
  }

  static std::shared_ptr<const LoadedOrder> NoOrder() {
    static const auto* none =
        new std::shared_ptr<const LoadedOrder>(std::make_shared<const LoadedOrder>());
    return *none;
  }

  const Ports ports_;
  const OrderCommandHandlerOptions options_;
  OrderCache cache_;
};

OrderCommandHandler::OrderCommandHandler(Ports ports, OrderCommandHandlerOptions options)
    : impl_(std::make_unique<Impl>(ports, options)) {}
OrderCommandHandler::~OrderCommandHandler() = default;

void OrderCommandHandler::Start(CallContext call, CommandRequest request, RunBlocking run_blocking,
                                CommandDone done) {
  impl_->Start(std::move(call), std::move(request), std::move(run_blocking), std::move(done));
}

domain::OrderId OrderCommandHandler::OrderIdFor(const std::string& actor,
                                                const std::string& request_id) const {
  return impl_->OrderIdFor(actor, request_id);
}

}  // namespace orders::application
