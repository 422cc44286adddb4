#include "infrastructure/node/grpc/server_features_service.h"

#include <initializer_list>

namespace eventstoredb {
namespace {

struct Method {
  const char* service;
  const char* name;
  std::initializer_list<const char*> features;
};

constexpr char kStreams[] = "event_store.client.streams.streams";

constexpr Method kMethods[] = {
    {kStreams, "read", {"position", "events"}},
    {kStreams, "append", {}},
    {kStreams, "delete", {}},
    {kStreams, "tombstone", {}},
    {kStreams, "batchappend", {"deadline_duration"}},
    {"event_store.client.gossip.gossip", "read", {}},
    {"event_store.client.monitoring.monitoring", "stats", {}},
    {"event_store.client.server_features.serverfeatures", "getsupportedmethods", {}},
};

}  // namespace

grpc::ServerUnaryReactor* ServerFeaturesService::GetSupportedMethods(
    grpc::CallbackServerContext* context, const event_store::client::Empty* request,
    event_store::client::server_features::SupportedMethods* response) {
  (void)request;
  for (const Method& method : kMethods) {
    auto& entry = *response->add_methods();
    entry.set_method_name(method.name);
    entry.set_service_name(method.service);
    for (const char* feature : method.features) entry.add_features(feature);
  }
  response->set_event_store_server_version(kServerVersion);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace eventstoredb
