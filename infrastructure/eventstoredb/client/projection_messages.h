#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/struct.pb.h"

#include "event_store/client/projections.pb.h"
#include "eventstoredb/projections.h"

namespace eventstoredb::client {

/// Values of projections to messages and back (protocol section 1.6). Pure.
namespace projections_wire = event_store::client::projections;

/// Errors: InvalidArgument, which names the field.
absl::Status CheckProjection(const std::string& name);
absl::Status Check(const CreateProjectionRequest& request);
absl::Status Check(const UpdateProjectionRequest& request);

/// The requests are valid.
projections_wire::CreateReq ToCreate(const CreateProjectionRequest& request);
projections_wire::UpdateReq ToUpdate(const UpdateProjectionRequest& request);
projections_wire::DeleteReq ToDelete(const DeleteProjectionRequest& request);
projections_wire::StatisticsReq ToStatistics(const ListProjectionsRequest& request);

ProjectionStatistics ToProjectionStatistics(projections_wire::StatisticsResp::Details&& details);

/// JSON text with its keys in order. Errors: DataLoss, a number that JSON has no word for.
absl::StatusOr<std::string> ToJson(const google::protobuf::Value& value);

}  // namespace eventstoredb::client
