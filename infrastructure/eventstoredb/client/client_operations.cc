#include <cstdint>
#include <limits>
#include <utility>

#include "event_store/client/monitoring.grpc.pb.h"
#include "event_store/client/operations.grpc.pb.h"
#include "eventstoredb/operations.h"
#include "infrastructure/eventstoredb/client/streamed_answers.h"
#include "infrastructure/eventstoredb/client/unary_operation.h"
#include "infrastructure/eventstoredb/client/utf8.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

namespace operations_wire = event_store::client::operations;
namespace monitoring_wire = event_store::client::monitoring;
using event_store::client::Empty;
using monitoring_wire::Monitoring;
using OperationsService = operations_wire::Operations;
using OperationMethods = OperationsService::StubInterface::async_interface;
using MonitoringMethods = Monitoring::StubInterface::async_interface;

absl::StatusOr<Scavenge> ToScavenge(const absl::StatusOr<operations_wire::ScavengeResp>& answer) {
  if (!answer.ok()) return answer.status();
  using Response = operations_wire::ScavengeResp;
  switch (answer->scavenge_result()) {
    case Response::Started:
      return Scavenge{.id = answer->scavenge_id(), .status = Scavenge::Status::kStarted};
    case Response::InProgress:
      return Scavenge{.id = answer->scavenge_id(), .status = Scavenge::Status::kInProgress};
    case Response::Stopped:
      return Scavenge{.id = answer->scavenge_id(), .status = Scavenge::Status::kStopped};
    default:
      return absl::DataLossError("what became of the scavenge cannot be read");
  }
}

ServerStatistics ToStatistics(const monitoring_wire::StatsResp& answer) {
  return {answer.stats().begin(), answer.stats().end()};
}

}  // namespace

absl::StatusOr<Scavenge> Operations::StartScavenge(StartScavengeRequest request,
                                                   CallOptions options) const {
  if (request.threads < 1) return absl::InvalidArgumentError("threads is 1 or more");
  if (request.start_from_chunk < 0) {
    return absl::InvalidArgumentError("start_from_chunk is 0 or more");
  }
  operations_wire::StartScavengeReq message;
  message.mutable_options()->set_thread_count(request.threads);
  message.mutable_options()->set_start_from_chunk(request.start_from_chunk);
  return ToScavenge(CallUnary<OperationsService>(core_, std::move(options), request.deadline, {},
                                                 std::move(message),
                                                 &OperationMethods::StartScavenge));
}

absl::StatusOr<Scavenge> Operations::StopScavenge(std::string id, absl::Time deadline,
                                                  CallOptions options) const {
  if (id.empty() || !IsUtf8(id)) {
    return absl::InvalidArgumentError("the scavenge has no id, or one that is not UTF-8");
  }
  operations_wire::StopScavengeReq message;
  message.mutable_options()->set_scavenge_id(std::move(id));
  return ToScavenge(CallUnary<OperationsService>(core_, std::move(options), deadline, {},
                                                 std::move(message),
                                                 &OperationMethods::StopScavenge));
}

absl::Status Operations::MergeIndexes(absl::Time deadline, CallOptions options) const {
  return CallUnary<OperationsService>(core_, std::move(options), deadline, {}, Empty(),
                                      &OperationMethods::MergeIndexes)
      .status();
}

absl::Status Operations::ResignNode(absl::Time deadline, CallOptions options) const {
  return CallUnary<OperationsService>(core_, std::move(options), deadline, {}, Empty(),
                                      &OperationMethods::ResignNode)
      .status();
}

absl::Status Operations::SetNodePriority(int priority, absl::Time deadline,
                                         CallOptions options) const {
  operations_wire::SetNodePriorityReq message;
  message.set_priority(priority);
  return CallUnary<OperationsService>(core_, std::move(options), deadline, {}, std::move(message),
                                      &OperationMethods::SetNodePriority)
      .status();
}

absl::Status Operations::Shutdown(absl::Time deadline, CallOptions options) const {
  return CallUnary<OperationsService>(core_, std::move(options), deadline, {}, Empty(),
                                      &OperationMethods::Shutdown)
      .status();
}

absl::Status Operations::RestartPersistentSubscriptions(absl::Time deadline,
                                                        CallOptions options) const {
  return CallUnary<OperationsService>(core_, std::move(options), deadline, {}, Empty(),
                                      &OperationMethods::RestartPersistentSubscriptions)
      .status();
}

absl::StatusOr<ServerStatistics> Operations::GetStatistics(absl::Time deadline,
                                                           CallOptions options) const {
  std::optional<ServerStatistics> first;
  const absl::Status asked =
      ForEachAnswer<Monitoring, monitoring_wire::StatsReq, monitoring_wire::StatsResp>(
          core_, options, core_->DeadlineOr(deadline), {}, {}, &MonitoringMethods::Stats,
          [&first](monitoring_wire::StatsResp&& answer) {
            first = ToStatistics(answer);
            return false;
          });
  if (!asked.ok()) return asked;
  if (!first.has_value()) return absl::DataLossError("the server answered without statistics");
  return *std::move(first);
}

absl::Status Operations::WatchStatistics(WatchStatisticsRequest request,
                                         absl::FunctionRef<bool(const ServerStatistics&)> handler,
                                         CallOptions options) const {
  constexpr absl::Duration kIntervalMax =
      absl::Milliseconds(std::numeric_limits<std::int32_t>::max());
  if (request.interval < absl::Milliseconds(1) || request.interval > kIntervalMax ||
      request.interval != absl::Floor(request.interval, absl::Milliseconds(1))) {
    return absl::InvalidArgumentError("interval is a whole number of milliseconds, 1 to 2^31 - 1");
  }
  monitoring_wire::StatsReq message;
  message.set_use_metadata(request.with_metadata);
  message.set_refresh_time_period_in_ms(
      static_cast<std::uint64_t>(absl::ToInt64Milliseconds(request.interval)));
  const absl::Status watched =
      ForEachAnswer<Monitoring, monitoring_wire::StatsReq, monitoring_wire::StatsResp>(
          core_, options, request.until, {}, message, &MonitoringMethods::Stats,
          [handler](monitoring_wire::StatsResp&& answer) { return handler(ToStatistics(answer)); });
  const bool until_has_come = absl::IsDeadlineExceeded(watched) && absl::Now() >= request.until;
  return until_has_come ? absl::OkStatus() : watched;
}

}  // namespace eventstoredb
