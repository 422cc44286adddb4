#include "infrastructure/node/grpc/server_features_service.h"

#include <initializer_list>

#include "infrastructure/node/grpc/call_access.h"

namespace eventstoredb {
namespace {

struct Method {
  const char* service;
  const char* name;
  std::initializer_list<const char*> features;
};

constexpr char kStreams[] = "event_store.client.streams.streams";

constexpr char kGroups[] = "event_store.client.persistent_subscriptions.persistentsubscriptions";

constexpr char kUsers[] = "event_store.client.users.users";

constexpr char kOperations[] = "event_store.client.operations.operations";

constexpr Method kMethods[] = {
    {kGroups, "create", {"stream", "all"}},
    {kGroups, "update", {"stream", "all"}},
    {kGroups, "delete", {"stream", "all"}},
    {kGroups, "read", {"stream", "all"}},
    {kGroups, "getinfo", {"stream", "all"}},
    {kGroups, "replayparked", {"stream", "all"}},
    {kGroups, "list", {"stream", "all"}},
    {kGroups, "restartsubsystem", {"stream", "all"}},
    {kUsers, "create", {}},
    {kUsers, "update", {}},
    {kUsers, "delete", {}},
    {kUsers, "disable", {}},
    {kUsers, "enable", {}},
    {kUsers, "details", {}},
    {kUsers, "changepassword", {}},
    {kUsers, "resetpassword", {}},
    {kStreams, "read", {"position", "events"}},
    {kStreams, "append", {}},
    {kStreams, "delete", {}},
    {kStreams, "tombstone", {}},
    {kStreams, "batchappend", {"deadline_duration"}},
    {kOperations, "startscavenge", {}},
    {kOperations, "stopscavenge", {}},
    {kOperations, "shutdown", {}},
    {kOperations, "mergeindexes", {}},
    {kOperations, "resignnode", {}},
    {kOperations, "setnodepriority", {}},
    {kOperations, "restartpersistentsubscriptions", {}},
    {"event_store.client.gossip.gossip", "read", {}},
    {"event_store.client.monitoring.monitoring", "stats", {}},
    {"event_store.client.server_features.serverfeatures", "getsupportedmethods", {}},
};

constexpr char kProjections[] = "event_store.client.projections.projections";

constexpr Method kProjectionMethods[] = {
    {kProjections, "create", {"track_emitted_streams"}},
    {kProjections, "update", {}},
    {kProjections, "delete", {}},
    {kProjections, "statistics", {}},
    {kProjections, "disable", {}},
    {kProjections, "enable", {}},
    {kProjections, "reset", {}},
    {kProjections, "state", {}},
    {kProjections, "result", {}},
    {kProjections, "restartsubsystem", {}},
};

void Add(const Method& method, event_store::client::server_features::SupportedMethods& list) {
  auto& entry = *list.add_methods();
  entry.set_method_name(method.name);
  entry.set_service_name(method.service);
  for (const char* feature : method.features) entry.add_features(feature);
}

}  // namespace

grpc::ServerUnaryReactor* ServerFeaturesService::GetSupportedMethods(
    grpc::CallbackServerContext* context, const event_store::client::Empty* request,
    event_store::client::server_features::SupportedMethods* response) {
  (void)request;
  for (const Method& method : kMethods) Add(method, *response);
  if (state_->store.has_system_projections()) {
    for (const Method& method : kProjectionMethods) Add(method, *response);
  }
  response->set_event_store_server_version(kServerVersion);
  return StartIfAllowed(
      state_, *context, {.what = Demand::What::kPublic},
      [](grpc::ServerUnaryReactor* reactor) { reactor->Finish(grpc::Status::OK); });
}

}  // namespace eventstoredb
