#include "infrastructure/eventstoredb/client/connection.h"

#include "absl/strings/str_cat.h"

namespace eventstoredb::client {

ServerFeatures ToServerFeatures(
    const event_store::client::server_features::SupportedMethods& supported) {
  ServerFeatures features;
  features.methods.emplace();
  for (const auto& method : supported.methods()) {
    (*features.methods)[absl::StrCat(method.service_name(), "/", method.method_name())] = {
        method.features().begin(), method.features().end()};
  }
  constexpr char kBatchAppend[] = "event_store.client.streams.streams/batchappend";
  if (const auto batch = features.methods->find(kBatchAppend); batch != features.methods->end()) {
    features.batch_append = true;
    features.batch_deadline_duration = batch->second.count("deadline_duration") > 0;
  }
  return features;
}

bool ServerFeatures::Has(std::string_view service, std::string_view method,
                         const std::string& feature) const {
  if (!methods.has_value()) return false;
  const auto found = methods->find(absl::StrCat(std::string(service), "/", std::string(method)));
  return found != methods->end() && found->second.count(feature) > 0;
}

}  // namespace eventstoredb::client
