#include "infrastructure/eventstoredb/client/projection_messages.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_split.h"
#include <nlohmann/json.hpp>

#include "infrastructure/eventstoredb/client/utf8.h"

namespace eventstoredb::client {
namespace {

using Json = nlohmann::json;

absl::Status CheckQuery(const std::string& query) {
  if (query.empty()) return absl::InvalidArgumentError("the projection has no query");
  if (!IsUtf8(query)) return absl::InvalidArgumentError("the projection's query is not UTF-8");
  return absl::OkStatus();
}

/// Whole numbers without a point. As deep as a message may be, which is bounded.
absl::StatusOr<Json> ToJsonValue(const google::protobuf::Value& value) {
  using ProtoValue = google::protobuf::Value;
  switch (value.kind_case()) {
    case ProtoValue::kNumberValue: {
      constexpr double kWholeMax = 9'007'199'254'740'992;  // 2^53
      const double number = value.number_value();
      if (!std::isfinite(number)) return absl::DataLossError("a number of the answer is none");
      if (std::trunc(number) == number && std::abs(number) <= kWholeMax) {
        return Json(static_cast<std::int64_t>(number));
      }
      return Json(number);
    }
    case ProtoValue::kStringValue:
      return Json(value.string_value());
    case ProtoValue::kBoolValue:
      return Json(value.bool_value());
    case ProtoValue::kStructValue: {
      Json object = Json::object();
      for (const auto& [key, member] : value.struct_value().fields()) {
        absl::StatusOr<Json> json = ToJsonValue(member);
        if (!json.ok()) return json;
        object[key] = *std::move(json);
      }
      return object;
    }
    case ProtoValue::kListValue: {
      Json list = Json::array();
      for (const ProtoValue& member : value.list_value().values()) {
        absl::StatusOr<Json> json = ToJsonValue(member);
        if (!json.ok()) return json;
        list.push_back(*std::move(json));
      }
      return list;
    }
    case ProtoValue::kNullValue:
    case ProtoValue::KIND_NOT_SET:
      break;
  }
  return Json();
}

}  // namespace

absl::Status CheckProjection(const std::string& name) {
  if (name.empty()) return absl::InvalidArgumentError("the projection has no name");
  if (!IsUtf8(name)) return absl::InvalidArgumentError("the projection's name is not UTF-8");
  return absl::OkStatus();
}

absl::Status Check(const CreateProjectionRequest& request) {
  if (request.mode != ProjectionMode::kOneTime) {
    if (absl::Status named = CheckProjection(request.name); !named.ok()) return named;
  } else if (!request.name.empty()) {
    return absl::InvalidArgumentError("a one-time projection is named by the server: give no name");
  }
  if (absl::Status query = CheckQuery(request.query); !query.ok()) return query;
  if (request.mode != ProjectionMode::kContinuous && request.emit_enabled) {
    return absl::InvalidArgumentError("emit_enabled: only a continuous projection can emit events");
  }
  if (request.track_emitted_streams && !request.emit_enabled) {
    return absl::InvalidArgumentError("track_emitted_streams needs emit_enabled");
  }
  if (request.engine_version < 0 || request.engine_version > 2) {
    return absl::InvalidArgumentError("engine_version is 0 to 2");
  }
  return absl::OkStatus();
}

absl::Status Check(const UpdateProjectionRequest& request) {
  if (absl::Status named = CheckProjection(request.name); !named.ok()) return named;
  return CheckQuery(request.query);
}

projections_wire::CreateReq ToCreate(const CreateProjectionRequest& request) {
  projections_wire::CreateReq message;
  auto& out = *message.mutable_options();
  switch (request.mode) {
    case ProjectionMode::kContinuous:
      out.mutable_continuous()->set_name(request.name);
      out.mutable_continuous()->set_emit_enabled(request.emit_enabled);
      out.mutable_continuous()->set_track_emitted_streams(request.track_emitted_streams);
      break;
    case ProjectionMode::kTransient:
      out.mutable_transient()->set_name(request.name);
      break;
    case ProjectionMode::kOneTime:
      out.mutable_one_time();
      break;
  }
  out.set_query(request.query);
  out.set_engine_version(request.engine_version);
  return message;
}

projections_wire::UpdateReq ToUpdate(const UpdateProjectionRequest& request) {
  projections_wire::UpdateReq message;
  auto& out = *message.mutable_options();
  out.set_name(request.name);
  out.set_query(request.query);
  if (request.emit_enabled.has_value()) {
    out.set_emit_enabled(*request.emit_enabled);
  } else {
    out.mutable_no_emit_options();
  }
  return message;
}

projections_wire::DeleteReq ToDelete(const DeleteProjectionRequest& request) {
  projections_wire::DeleteReq message;
  auto& out = *message.mutable_options();
  out.set_name(request.name);
  out.set_delete_emitted_streams(request.emitted_streams);
  out.set_delete_state_stream(request.state_stream);
  out.set_delete_checkpoint_stream(request.checkpoint_stream);
  return message;
}

projections_wire::StatisticsReq ToStatistics(const ListProjectionsRequest& request) {
  projections_wire::StatisticsReq message;
  auto& out = *message.mutable_options();
  if (!request.mode.has_value()) {
    out.mutable_all();
    return message;
  }
  switch (*request.mode) {
    case ProjectionMode::kContinuous:
      out.mutable_continuous();
      break;
    case ProjectionMode::kTransient:
      out.mutable_transient();
      break;
    case ProjectionMode::kOneTime:
      out.mutable_one_time();
      break;
  }
  return message;
}

ProjectionStatistics ToProjectionStatistics(projections_wire::StatisticsResp::Details&& details) {
  const std::pair<std::string, std::string> status =
      absl::StrSplit(details.status(), absl::MaxSplits('/', 1));
  ProjectionStatistics out{
      .name = std::move(*details.mutable_name()),
      .effective_name = std::move(*details.mutable_effectivename()),
      .mode = std::move(*details.mutable_mode()),
      .status = status.first,
      .processing_status = status.second,
      .reason = std::move(*details.mutable_statereason()),
      .version = details.version(),
      .epoch = details.epoch(),
      .position = std::move(*details.mutable_position()),
      .last_checkpoint = std::move(*details.mutable_lastcheckpoint()),
      .checkpoint_status = std::move(*details.mutable_checkpointstatus()),
      .processing_time = absl::Milliseconds(details.coreprocessingtime()),
      .events = details.eventsprocessedafterrestart(),
      .events_buffered = details.bufferedevents(),
      .reads_in_progress = details.readsinprogress(),
      .writes_in_progress = details.writesinprogress(),
      .writes_pending_before_checkpoint = details.writependingeventsbeforecheckpoint(),
      .writes_pending_after_checkpoint = details.writependingeventsaftercheckpoint(),
      .partitions_cached = details.partitionscached()};
  if (details.progress() >= 0) out.progress_percent = details.progress();
  return out;
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Value& value) {
  const absl::StatusOr<Json> json = ToJsonValue(value);
  if (!json.ok()) return json.status();
  return json->dump();
}

}  // namespace eventstoredb::client
