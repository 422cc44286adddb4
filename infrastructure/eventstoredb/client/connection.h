#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "grpcpp/channel.h"

#include "event_store/client/persistent_subscriptions.grpc.pb.h"
#include "event_store/client/server_features.pb.h"
#include "event_store/client/streams.grpc.pb.h"
#include "eventstoredb/endpoint.h"

namespace eventstoredb::client {

/// What the server says that it can do (protocol section 3.18).
struct ServerFeatures {
  bool batch_append = false;
  bool batch_deadline_duration = false;
  /// The features of each method, by "service/method" in lower case. Absent: it names no methods.
  std::optional<std::map<std::string, std::set<std::string>>> methods;

  bool names_methods() const { return methods.has_value(); }
  bool Has(std::string_view service, std::string_view method, const std::string& feature) const;
};
ServerFeatures ToServerFeatures(
    const event_store::client::server_features::SupportedMethods& supported);

/// A channel to one node, and what that node can do.
struct Connection {
  Connection(std::uint64_t number_in, Endpoint endpoint_in,
             std::shared_ptr<grpc::Channel> channel_in)
      : number(number_in),
        endpoint(std::move(endpoint_in)),
        channel(std::move(channel_in)),
        streams(event_store::client::streams::Streams::NewStub(channel)),
        groups(event_store::client::persistent_subscriptions::PersistentSubscriptions::NewStub(
            channel)) {}

  const std::uint64_t number;  ///< Grows from one connection of a client to the next.
  const Endpoint endpoint;
  const std::shared_ptr<grpc::Channel> channel;
  const std::unique_ptr<event_store::client::streams::Streams::Stub> streams;
  const std::unique_ptr<
      event_store::client::persistent_subscriptions::PersistentSubscriptions::Stub>
      groups;
  ServerFeatures features;  ///< Set before anyone else sees the connection.
};

}  // namespace eventstoredb::client
