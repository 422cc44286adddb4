#include "application/commands/order_command_handler.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

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

  absl::StatusOr<CommandAnswer> Handle(const CallContext& call, CommandRequest request) {
    const std::string_view name = domain::CommandName(request.command);
    Effort effort;
    absl::StatusOr<CommandAnswer> answer = Run(call, std::move(request), effort);
    ports_.telemetry.CommandEnded(name, answer.status(), effort.appends, effort.cache_hit);
    return answer;
  }

  domain::OrderId OrderIdFor(std::string_view actor, std::string_view request_id) const {
    // The actor's length first: no two pairs give one name.
    std::string name = absl::StrCat("order\n", actor.size(), "\n");
    name.append(actor).append("\n").append(request_id);
    return domain::OrderId{ports_.digest.NamedId(name)};
  }

 private:
  struct Effort {
    int appends = 0;
    bool cache_hit = false;
  };
  /// One request, checked, with what follows from it alone.
  struct Task {
    const CallContext& call;
    CommandRequest request;
    ShortHash request_hash{};
    ShortHash content_hash{};
    EventMetadata metadata;
  };
  /// What the order is, as far as we know.
  struct Known {
    std::shared_ptr<const LoadedOrder> order;
    bool confirmed = false;  ///< By the log, in this call.
  };
  /// Certain whatever else the log holds: this request's own events stand in it.
  struct Replay {
    RequestMemory::Entry entry;
  };
  /// Nothing to write, if the order is what we believe it to be.
  using Verdict = absl::StatusOr<CommandAnswer>;
  using Decision = std::variant<Replay, Verdict, domain::OrderEvents>;

  absl::StatusOr<CommandAnswer> Run(const CallContext& call, CommandRequest&& request,
                                    Effort& effort) {
    absl::StatusOr<Task> task = Prepare(call, std::move(request));
    if (!task.ok()) return task.status();
    absl::StatusOr<Known> known = Load(*task, effort);
    if (!known.ok()) return ReadFailed(known.status());

    for (int attempt = 1;; ++attempt) {
      absl::StatusOr<Decision> decision = DecideConfirmed(*task, *known);
      if (!decision.ok()) return ReadFailed(decision.status());
      if (const auto* replay = std::get_if<Replay>(&*decision)) {
        return Answer(*task, *known, replay->entry);
      }
      if (auto* verdict = std::get_if<Verdict>(&*decision)) return *std::move(verdict);

      auto& events = std::get<domain::OrderEvents>(*decision);
      ++effort.appends;
      const LoadedOrder& before = *known->order;
      absl::StatusOr<AppendedEvents> appended =
          ports_.store.Append(call, task->request.order_id,
                              before.exists ? std::optional(before.view.revision) : std::nullopt,
                              events, task->metadata);
      if (appended.ok()) return Record(*task, *known, std::move(events), *appended);
      if (!absl::IsAborted(appended.status())) {
        cache_.Drop(task->request.order_id);
        return AppendFailed(appended.status());
      }

      // Another writer was first: decide again on what is now true.
      if (attempt >= options_.attempts_max) return LostEveryRace("");
      if (known->confirmed && !BackOff(call, attempt)) {
        return LostEveryRace(", and the deadline leaves no time for another attempt");
      }
      absl::StatusOr<bool> moved = Refresh(*task, *known);
      if (!moved.ok()) return ReadFailed(moved.status());
    }
  }

  absl::StatusOr<Task> Prepare(const CallContext& call, CommandRequest&& request) {
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
    if (call.deadline <= ports_.clock.Now()) {
      return absl::DeadlineExceededError("the deadline passed before the command began");
    }

    if (makes_id) request.order_id = OrderIdFor(call.actor, request.request_id);
    Task task{.call = call, .request = std::move(request)};
    task.request_hash = HashOfRequestId(task.request.request_id, ports_.digest);
    task.metadata.request_hash = RequestHash(task.request.command, ports_.digest);
    task.content_hash = HashOfContent(task.metadata.request_hash);
    task.metadata.request_id = task.request.request_id;
    task.metadata.correlation_id =
        call.correlation_id.empty() ? task.request.request_id : call.correlation_id;
    task.metadata.causation_id =
        call.causation_id.empty() ? task.request.request_id : call.causation_id;
    task.metadata.traceparent = call.traceparent;
    task.metadata.actor = call.actor;
    task.metadata.command = domain::CommandName(task.request.command);
    return task;
  }

  absl::StatusOr<Known> Load(const Task& task, Effort& effort) {
    Known known{.order = cache_.Get(task.request.order_id)};
    effort.cache_hit = known.order != nullptr;
    if (effort.cache_hit) return known;
    known.order = NoOrder();
    // Most often right, and the append proves it: a new order costs no read.
    if (std::holds_alternative<domain::CreateOrder>(task.request.command)) return known;
    absl::StatusOr<bool> moved = Refresh(task, known);
    if (!moved.ok()) return moved.status();
    return known;
  }

  /// Reads the events after those in `known` and folds them in. True: there were some.
  absl::StatusOr<bool> Refresh(const Task& task, Known& known) {
    const LoadedOrder& old = *known.order;
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
    known.confirmed = true;
    if (!folder) return false;
    known.order = std::make_shared<const LoadedOrder>(folder->Take());
    cache_.Put(task.request.order_id, known.order);
    return true;
  }

  /// A decision that leads to an append is proven by it. Any other one is made on a state that the
  /// log has confirmed.
  absl::StatusOr<Decision> DecideConfirmed(Task& task, Known& known) {
    Decision decision = DecideOn(task, *known.order, known.order);
    if (!std::holds_alternative<Verdict>(decision) || known.confirmed) return decision;
    const LoadedOrder& order = *known.order;
    if (ports_.store.IsKnownHead(task.request.order_id, order.exists
                                                            ? std::optional(order.view.revision)
                                                            : std::nullopt)) {
      known.confirmed = true;
      return decision;
    }
    absl::StatusOr<bool> moved = Refresh(task, known);
    if (!moved.ok()) return moved.status();
    if (*moved) return DecideOn(task, *known.order, known.order);
    return decision;
  }

  Decision DecideOn(Task& task, const LoadedOrder& order,
                    const std::shared_ptr<const LoadedOrder>& shared) {
    CommandRequest& request = task.request;
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
      return Verdict(CommandAnswer{.view = ViewOf(shared), .request_id = request.request_id});
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
  CommandAnswer Record(const Task& task, const Known& known, domain::OrderEvents&& events,
                       const AppendedEvents& appended) {
    auto after = std::make_shared<LoadedOrder>(*known.order);
    RecordedOrderEvent recorded;
    recorded.metadata.time = task.metadata.time;
    recorded.position = appended.last_position;
    recorded.revision = known.order->events();
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
  absl::StatusOr<CommandAnswer> Answer(const Task& task, const Known& known,
                                       const RequestMemory::Entry& entry) {
    CommandAnswer answer{
        .request_id = task.request.request_id,
        .replayed = true,
        .events_recorded = static_cast<int>(entry.last_revision - entry.first_revision + 1)};
    if (known.order->view.revision == entry.last_revision) {
      answer.view = ViewOf(known.order);
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

absl::StatusOr<CommandAnswer> OrderCommandHandler::Handle(const CallContext& call,
                                                          CommandRequest request) {
  return impl_->Handle(call, std::move(request));
}

domain::OrderId OrderCommandHandler::OrderIdFor(const std::string& actor,
                                                const std::string& request_id) const {
  return impl_->OrderIdFor(actor, request_id);
}

}  // namespace orders::application
