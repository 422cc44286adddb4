#pragma once

#include <string>

#include "application/ports/dead_letters.h"
#include "application/ports/read_model.h"
#include "application/projections/event_applier.h"
#include "application/projections/projection_host.h"
#include "orders/v1/read_models.pb.h"

namespace orders::api {

// How read models stand, as messages. Pure. The messages are empty when given.

v1::ReadModelState ToMessage(application::ProjectionState state);
void SetReadModel(const application::ProjectionStatus& status,
                  const application::StoreIdentity& store, v1::ReadModel& message);
void SetDifference(const application::ViewDifference& difference, const std::string& read_model,
                   v1::ReadModelDifference& message);
void SetDeadLetter(const application::DeadLetter& letter, const std::string& read_model,
                   v1::DeadLetter& message);
void SetSkippedEvent(const application::SkippedEvent& skipped, v1::SkippedEvent& message);
v1::RetryDeadLetterResponse ToMessage(const application::RetryOutcome& outcome);

}  // namespace orders::api
