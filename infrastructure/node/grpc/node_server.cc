#include "eventstoredb/node/node_server.h"

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "infrastructure/node/grpc/gossip_service.h"
#include "infrastructure/node/grpc/grpc_server.h"
#include "infrastructure/node/grpc/monitoring_service.h"
#include "infrastructure/node/grpc/node_server_options.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/operations_service.h"
#include "infrastructure/node/grpc/persistent_subscriptions_service.h"
#include "infrastructure/node/grpc/projections_service.h"
#include "infrastructure/node/grpc/server_features_service.h"
#include "infrastructure/node/grpc/streams_service.h"
#include "infrastructure/node/grpc/users_service.h"
#include "infrastructure/node/random_uuid.h"
#include "infrastructure/node/transport/plain_http.h"
#include "infrastructure/node/transport/port_listener.h"

namespace eventstoredb {
namespace {

std::string MachineName() {
  char name[256] = "localhost";
  gethostname(name, sizeof(name) - 1);
  return name;
}

/// The host that gossip names.
std::string AdvertisedHost(const NodeServerOptions& options) {
  if (!options.advertised_host.empty()) return options.advertised_host;
  std::string host = options.address.substr(0, options.address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const bool is_every_interface = host.empty() || host == "0.0.0.0" || host == "::";
  return is_every_interface ? MachineName() : host;
}

class DefaultNodeServer final : public NodeServer {
 public:
  explicit DefaultNodeServer(std::shared_ptr<NodeState> state)
      : state_(std::move(state)),
        streams_(state_),
        groups_(state_),
        features_(state_),
        monitoring_(state_),
        users_(state_),
        operations_(state_),
        projections_(state_),
        tick_(io_) {}
  ~DefaultNodeServer() override { Stop(absl::ZeroDuration()); }

  absl::Status Start() {
    const NodeServerOptions& options = state_->options;
    if (!options.address.empty()) {
      if (absl::Status opened = OpenPort(); !opened.ok()) return opened;
    }
    const std::uint16_t advertised_port =
        options.advertised_port != 0 ? options.advertised_port : port();
    gossip_ = std::make_unique<GossipService>(state_, AdvertisedHost(options), advertised_port);
    std::vector<grpc::Service*> services = {&streams_,    &groups_, &features_,  gossip_.get(),
                                            &monitoring_, &users_,  &operations_};
    std::vector<std::string> names = {
        "event_store.client.streams.Streams",
        "event_store.client.persistent_subscriptions.PersistentSubscriptions",
        "event_store.client.server_features.ServerFeatures",
        "event_store.client.gossip.Gossip",
        "event_store.client.monitoring.Monitoring",
        "event_store.client.users.Users",
        "event_store.client.operations.Operations"};
    if (state_->store.has_system_projections()) {
      services.push_back(&projections_);
      names.emplace_back("event_store.client.projections.Projections");
    }
    absl::StatusOr<std::unique_ptr<GrpcServer>> server =
        GrpcServer::Start(options, services, names);
    if (!server.ok()) return server.status();
    grpc_ = *std::move(server);

    if (listener_ != nullptr) listener_->Start();
    TickLater();
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  std::uint16_t port() const override { return listener_ == nullptr ? 0 : listener_->port(); }

  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    return grpc_->InProcessChannel(state_->access == nullptr ? nullptr : &state_->own_calls);
  }

  void Drain() override {
    state_->is_draining = true;
    grpc_->SetHealth(false);
  }

  void Stop(absl::Duration grace) override {
    absl::MutexLock lock(&stop_mutex_);
    if (std::exchange(has_stopped_, true)) return;
    if (grpc_ != nullptr) {
      Drain();
      state_->is_stopping = true;
      grpc_->Shutdown(grace);  // Until here the port answers that this server stops.
    }
    io_.stop();
    if (thread_.joinable()) thread_.join();
    if (listener_ != nullptr) listener_->Close();
    state_->groups.Stop();
    state_->read_workers.join();
    if (state_->password_worker.has_value()) state_->password_worker->join();
  }

  NodeServerStats Stats() const override {
    return {.connections = listener_ == nullptr ? 0 : listener_->connections(),
            .appends = state_->appends,
            .reads = state_->reads.used(),
            .subscriptions = state_->subscriptions.used(),
            .group_consumers = state_->group_consumers.used(),
            .incoming_bytes = state_->incoming_bytes.used()};
  }

 private:
  absl::Status OpenPort() {
    const NodeServerOptions& options = state_->options;
    absl::StatusOr<std::unique_ptr<PortListener>> listener = PortListener::Open(
        io_, {.address = options.address,
              .connections_max = options.connections_max,
              .undecided_connections_max = options.undecided_connections_max,
              .undecided_max = options.undecided_max,
              .take_http2 =
                  [this](int descriptor, const std::string& received) {
                    grpc_->TakeConnection(descriptor, received);
                  },
              .tls = options.tls,
              .answer_http1 = PlainHttpPages({.is_serving = [this] { return !state_->is_draining; },
                                              .version = kServerVersion,
                                              .has_users = options.access.has_value()})});
    if (!listener.ok()) return listener.status();
    listener_ = *std::move(listener);
    return absl::OkStatus();
  }

  void TickLater() {
    tick_.expires_after(absl::ToChronoMilliseconds(Ticker::kInterval));
    tick_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      state_->ticker.TickAll(absl::Now(), state_->is_stopping);
      TickLater();
    });
  }

  const std::shared_ptr<NodeState> state_;
  StreamsService streams_;
  PersistentSubscriptionsService groups_;
  ServerFeaturesService features_;
  MonitoringService monitoring_;
  UsersService users_;
  OperationsService operations_;
  ProjectionsService projections_;  ///< Served if the store has any.
  std::unique_ptr<GossipService> gossip_;
  std::unique_ptr<GrpcServer> grpc_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer tick_;
  std::unique_ptr<PortListener> listener_;
  std::thread thread_;  ///< Accepts and ticks.

  absl::Mutex stop_mutex_;
  bool has_stopped_ ABSL_GUARDED_BY(stop_mutex_) = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<NodeServer>> NodeServer::Start(const NodeServerOptions& options,
                                                              EmbeddedEventStore& store) {
  const absl::Status checked = CheckOptions(options);
  if (!checked.ok()) return checked;
  const absl::StatusOr<Uuid> instance = MakeRandomUuid();
  if (!instance.ok()) return instance.status();
  std::unique_ptr<AccessControl> access;
  if (options.access.has_value()) {
    auto opened = AccessControl::Open(store, *options.access);
    if (!opened.ok()) return opened.status();
    access = *std::move(opened);
  }
  auto server = std::make_unique<DefaultNodeServer>(
      std::make_shared<NodeState>(options, store, *instance, std::move(access)));
  const absl::Status started = server->Start();
  if (!started.ok()) return started;
  return server;
}

}  // namespace eventstoredb
