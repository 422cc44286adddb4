#include "infrastructure/eventstoredb/client/connection.h"

#include <algorithm>

namespace eventstoredb::client {

ServerFeatures ToServerFeatures(
    const event_store::client::server_features::SupportedMethods& supported) {
  ServerFeatures features;
  for (const auto& method : supported.methods()) {
    if (method.service_name() != "event_store.client.streams.streams" ||
        method.method_name() != "batchappend") {
      continue;
    }
    features.batch_append = true;
    features.batch_deadline_duration = std::find(method.features().begin(), method.features().end(),
                                                 "deadline_duration") != method.features().end();
  }
  return features;
}

}  // namespace eventstoredb::client
