#include "api/host/host.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/access/guard.h"
#include "api/calls/health_call.h"
#include "api/calls/order_change_hub.h"
#include "api/calls/order_command_calls.h"
#include "api/calls/order_query_calls.h"
#include "api/calls/read_model_calls.h"
#include "api/grpc/admin_streams.h"
#include "api/grpc/grpc_server.h"
#include "api/grpc/order_admin_service.h"
#include "api/grpc/order_bytes_cache.h"
#include "api/grpc/order_query_service.h"
#include "api/grpc/unary_service.h"
#include "api/host/access.h"
#include "api/host/administration.h"
#include "api/host/http_port.h"
#include "api/host/listen_rule.h"
#include "api/host/metrics_port.h"
#include "api/host/operator_calls.h"
#include "api/host/server_store.h"
#include "api/host/service_metrics.h"
#include "api/host/store_backend.h"
#include "api/host/store_metrics.h"
#include "api/host/store_port.h"
#include "api/host/webhook_host.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/import_barrier.h"
#include "api/runtime/order_lanes.h"
#include "api/runtime/worker_pool.h"
#include "application/commands/order_command_handler.h"
#include "application/projections/background_audit.h"
#include "application/projections/past_read_models.h"
#include "application/projections/projection_host.h"
#include "application/queries/default_order_query_handler.h"
#include "application/queries/freshness_gate.h"
#include "application/queries/order_view_cache.h"
#include "application/webhooks_off.h"
#include "eventstoredb/client.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/config/secret_file.h"
#include "infrastructure/config/settings.h"
#include "infrastructure/journal/event_codec.h"
#include "infrastructure/journal/journal_transfer.h"
#include "infrastructure/journal/order_journal.h"
#include "infrastructure/journal/order_journal_feed.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "infrastructure/runtime/split_mix_random.h"
#include "infrastructure/runtime/system_clock.h"
#include "infrastructure/runtime/thread_priority.h"
#include "infrastructure/runtime/thread_scheduler.h"
#include "infrastructure/runtime/uuid7_id_source.h"
#include "infrastructure/telemetry/metrics_server.h"
#include "infrastructure/telemetry/process_metrics.h"
#include "infrastructure/telemetry/prometheus_telemetry.h"
#include "infrastructure/views/sqlite_views.h"
#include "orders/v1/admin.grpc.pb.h"
#include "orders/v1/commands.grpc.pb.h"
#include "orders/v1/read_models.grpc.pb.h"

namespace orders::api {
namespace {

using application::Severity;
using infrastructure::Settings;

// Answers that are given out reach their sockets within this. One that does not is, for its caller,
// a call of unknown outcome, never a wrong one.
constexpr absl::Duration kFlushGrace = absl::Milliseconds(200);

CallLimits LimitsOf(const Settings& settings) {
  return {.deadline_default = settings.deadline_default, .deadline_max = settings.deadline_max};
}

}  // namespace

/// All parts, in the order in which they need each other; destroyed in the opposite one.
class Host::Impl {
 public:
  Impl(const Settings& settings, infrastructure::PrometheusTelemetry& telemetry, Access& access,
       std::function<void()> on_imported)
      : settings_(settings),
        telemetry_(telemetry),
        access_(access),
        on_imported_(std::move(on_imported)),
        ids_(clock_) {}

  bool OpenStore(std::function<void()> on_fatal, StartFailure& failure);
  bool OpenViews(StartFailure& failure);
  bool StartNode(const eventstoredb::NodeServerOptions& options, StartFailure& failure);
  bool StartDelivery(StartFailure& failure);
  bool OpenMetrics(StartFailure& failure);
  void MakeCalls();
  bool StartGrpcServer(StartFailure& failure);
  bool StartHttpServer(StartFailure& failure);
  void ServeMetrics();
  bool Stop();
  void Abandon();
  std::string ReadyLine() const;
  std::uint16_t port() const { return server_->port(); }
  std::uint16_t store_port() const { return node_ == nullptr ? 0 : node_->port(); }
  std::uint16_t metrics_port() const { return metrics_ == nullptr ? 0 : metrics_->port(); }
  std::uint16_t http_port() const { return http_ == nullptr ? 0 : http_->port(); }

 private:
  /// Of what an EventStore has not: groups, users, projections. Wherever the store lies.
  eventstoredb::Client& store_client() {
    return node_client_ != nullptr ? *node_client_ : *backend_->client;
  }
  infrastructure::MetricFamilies CollectMetrics();
  std::vector<std::string> OtherFaults() const;

  const Settings settings_;
  infrastructure::PrometheusTelemetry& telemetry_;
  Access& access_;
  const std::function<void()> on_imported_;

  infrastructure::SystemClock clock_;
  infrastructure::SplitMixRandom random_;
  infrastructure::Uuid7IdSource ids_;
  infrastructure::ThreadScheduler scheduler_;
  std::optional<infrastructure::OpensslDigest> digest_;

  std::optional<StoreBackend> backend_;
  std::optional<infrastructure::OrderJournal> journal_;
  std::optional<infrastructure::OrderJournalFeed> feed_;
  std::optional<infrastructure::JournalTransfer> transfer_;

  std::optional<application::OrderViewCache> view_cache_;
  std::unique_ptr<infrastructure::SqliteViews> views_;
  std::optional<application::FreshnessGate> orders_gate_;
  std::optional<application::FreshnessGate> customers_gate_;
  std::optional<application::FreshnessGate> sales_gate_;
  std::optional<application::FreshnessGate> search_gate_;
  std::optional<application::ProjectionHost> projections_;
  std::optional<application::BackgroundAudit> audit_;
  std::optional<application::PastReadModels> past_;

  std::optional<application::OrderCommandHandler> commands_;
  std::optional<application::DefaultOrderQueryHandler> queries_;
  application::WebhooksOff webhooks_off_;

  CallGate gate_;
  ImportBarrier imports_;
  std::optional<OrderLanes> lanes_;
  std::optional<WorkerPool> query_workers_;
  std::optional<WorkerPool> admin_workers_;
  std::optional<OrderChangeHub> changes_;
  std::optional<AdminStreams> admin_streams_;
  std::optional<OrderCommandCalls> command_calls_;
  std::optional<OrderQueryCalls> query_calls_;
  std::optional<ReadModelCalls> read_model_calls_;
  std::optional<HealthCall> health_call_;
  std::optional<OperatorCalls> operator_calls_;
  std::optional<Guard> guard_;
  UnaryMethods methods_;  ///< All that are served, behind the guard.
  std::optional<OrderBytesCache> order_bytes_;
  std::optional<UnaryService<v1::OrderCommands>> command_service_;
  std::optional<OrderQueryService> query_service_;
  std::optional<OrderAdminService> admin_service_;
  std::optional<UnaryService<v1::ReadModels>> read_models_service_;
  RefusedHandshakes grpc_handshakes_{"grpc", &telemetry_};
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<HttpPort> http_;                    ///< Null: not asked for.
  std::atomic<const HttpPort*> open_http_ = nullptr;  ///< The same, once it serves.
  /// The embedded store as a node of its protocol, with a port if that is asked for. Null: the
  /// store is on a server.
  std::unique_ptr<eventstoredb::NodeServer> node_;
  std::unique_ptr<eventstoredb::Client> node_client_;         ///< Of `node_`, without a socket.
  std::unique_ptr<infrastructure::WebhookService> webhooks_;  ///< Null: no address is allowed.
  std::unique_ptr<infrastructure::MetricsServer> metrics_;    ///< Null: not asked for.
};

bool Host::Impl::OpenStore(std::function<void()> on_fatal, StartFailure& failure) {
  const bool is_embedded = settings_.store == infrastructure::kEmbeddedStore;
  const bool by_category = settings_.feed == infrastructure::FeedSetting::kCategory;
  if (is_embedded && by_category) {
    failure = {ExitCode::kConfig,
               "feed category reads the stream $ce-order, which a server's projection "
               "$by_category makes, and this service runs on the embedded store. Leave --feed "
               "out, or name a server with --store."};
    return false;
  }
  std::optional<StoreBackend> opened =
      is_embedded ? OpenEmbeddedStore(settings_, telemetry_, std::move(on_fatal), failure)
                  : ConnectToServer(settings_, telemetry_, ids_, failure);
  if (!opened.has_value()) return false;
  backend_.emplace(*std::move(opened));
  auto seal_key = settings_.in_memory
                      ? infrastructure::MakeSecret()
                      : infrastructure::ReadOrMakeSecret(settings_.data + "/page-token.key");
  if (!seal_key.ok()) {
    failure = DataFailure(seal_key.status(), settings_.data);
    return false;
  }
  digest_.emplace(*std::move(seal_key));
  journal_.emplace(*backend_->store, *digest_, backend_->identity);
  feed_.emplace(*backend_->store, backend_->identity,
                infrastructure::OrderJournalFeedOptions{
                    .source = by_category ? infrastructure::FeedSource::kCategory
                                          : infrastructure::FeedSource::kAll});
  transfer_.emplace(*backend_->store, TransferOptions(*backend_, ids_));
  return true;
}

bool Host::Impl::OpenViews(StartFailure& failure) {
  infrastructure::SqliteViewsOptions options{.free_bytes_min = 2 * settings_.free_space_min};
  if (!settings_.in_memory) options.directory = settings_.data + "/views";
  view_cache_.emplace(application::OrderViewCacheOptions{
      .bytes_max = static_cast<std::size_t>(settings_.view_cache_bytes_max)});
  auto opened =
      infrastructure::SqliteViews::Open(options, backend_->identity, *view_cache_, telemetry_);
  if (!opened.ok()) {
    failure = DataFailure(opened.status(), settings_.data + "/views");
    return false;
  }
  views_ = *std::move(opened);
  const application::FreshnessGate::Ports gate_ports{*feed_, clock_, scheduler_};
  const application::FreshnessGateOptions gate_options{.wait_max = settings_.deadline_max};
  orders_gate_.emplace(gate_ports, gate_options);
  customers_gate_.emplace(gate_ports, gate_options);
  sales_gate_.emplace(gate_ports, gate_options);
  search_gate_.emplace(gate_ports, gate_options);
  const application::ProjectionHost::Ports ports{
      *feed_, *journal_, clock_, scheduler_, random_, telemetry_, infrastructure::EncodeBody};
  const application::ProjectionHostOptions projection_options{
      .on_rebuild_thread = infrastructure::YieldToOthers,
      .thread_time = infrastructure::ThreadTime};
  projections_.emplace(ports, projection_options);
  projections_->Add(views_->orders_model(), *orders_gate_);
  projections_->Add(views_->customers_model(), *customers_gate_);
  projections_->Add(views_->sales_model(), *sales_gate_);
  projections_->Add(views_->search_model(), *search_gate_);
  past_.emplace(application::PastReadModels::Ports{views_->past_models(), ports},
                projection_options, application::PastReadModelsOptions());
  projections_->Start();
  if (settings_.audit_interval > absl::ZeroDuration()) {
    audit_.emplace(*projections_, telemetry_, settings_.audit_interval);
  }
  return true;
}

bool Host::Impl::StartNode(const eventstoredb::NodeServerOptions& options, StartFailure& failure) {
  if (backend_->embedded == nullptr) {
    if (!settings_.store_listen.has_value()) return true;
    failure = {
        ExitCode::kConfig,
        "store-listen serves the embedded store, and this service runs on another one. Leave "
        "it out."};
    projections_->Stop();
    return false;
  }
  auto node = eventstoredb::NodeServer::Start(options, *backend_->embedded);
  if (!node.ok()) {
    failure = ListenFailure(node.status(), "store-listen");
    projections_->Stop();
    return false;
  }
  node_ = *std::move(node);
  auto client = eventstoredb::Client::Create(
      {.make_channel = [this] { return node_->InProcessChannel(); }, .tls = false});
  if (!client.ok()) {
    failure = {ExitCode::kConfig, std::string(client.status().message())};
    projections_->Stop();
    return false;
  }
  node_client_ = *std::move(client);
  return true;
}

bool Host::Impl::StartDelivery(StartFailure& failure) {
  if (StartWebhooks(
          settings_, backend_->identity,
          {store_client(), *journal_, ids_, random_, telemetry_, infrastructure::EncodeBody},
          webhooks_, failure)) {
    return true;
  }
  projections_->Stop();
  return false;
}

bool Host::Impl::OpenMetrics(StartFailure& failure) {
  if (OpenMetricsPort(settings_, telemetry_, metrics_, failure)) return true;
  projections_->Stop();
  return false;
}

void Host::Impl::ServeMetrics() {
  if (metrics_ != nullptr) metrics_->Serve([this] { return CollectMetrics(); });
}

infrastructure::MetricFamilies Host::Impl::CollectMetrics() {
  infrastructure::MetricFamilies families = telemetry_.Collect();
  AddProjectionMetrics(projections_->Statuses(), families);
  const std::size_t waiting = lanes_->waiting();
  const HttpPort* const http = open_http_.load();
  AddLoadMetrics({.lane_commands_waiting = waiting,
                  .lane_commands_running = std::max(lanes_->in_flight(), waiting) - waiting,
                  .command_tasks_waiting = lanes_->tasks_waiting(),
                  .query_tasks_waiting = query_workers_->waiting(),
                  .watches = changes_->watchers(),
                  .http_connections = http == nullptr ? 0 : http->connections(),
                  .http_requests = http == nullptr ? 0 : http->requests_in_flight(),
                  .grpc_handshakes_refused = grpc_handshakes_.count(),
                  .http_handshakes_refused = http == nullptr ? 0 : http->handshakes_refused(),
                  .calls_in_flight = guard_->concurrency().in_flight(),
                  .calls_in_flight_max = guard_->concurrency().limit(),
                  .store_is_reachable = backend_->monitor->Reachability().is_reachable,
                  .is_insecure = settings_.insecure},
                 families);
  if (backend_->embedded != nullptr) AddLogMetrics(backend_->embedded->Stats(), families);
  if (settings_.store_listen.has_value()) AddNodeMetrics(node_->Stats(), families);
  operator_calls_->AddGroupMetrics(families);
  if (backend_->client != nullptr) AddClientMetrics(backend_->client->statistics(), families);
  AddWebhookMetrics(webhooks_.get(), families);
  access_.AddMetrics(families);
  infrastructure::AddProcessMetrics(infrastructure::kVersion, families);
  return families;
}

std::vector<std::string> Host::Impl::OtherFaults() const {
  std::vector<std::string> faults;
  if (webhooks_ != nullptr) faults = webhooks_->Faults();
  if (std::string access = access_.Fault(); !access.empty()) faults.push_back(std::move(access));
  return faults;
}

void Host::Impl::MakeCalls() {
  commands_.emplace(
      application::OrderCommandHandler::Ports{*journal_, clock_, scheduler_, random_, ids_,
                                              *digest_, telemetry_},
      application::OrderCommandHandlerOptions{
          .cache_bytes_max = static_cast<std::size_t>(settings_.command_cache_bytes_max)});
  queries_.emplace(application::DefaultOrderQueryHandler::Ports{
      *journal_, views_->orders(), views_->customers(), views_->sales(), views_->search(),
      *orders_gate_, *customers_gate_, *sales_gate_, *search_gate_, *past_, *view_cache_,
      *digest_});
  lanes_.emplace(OrderLanesOptions{
      .threads = settings_.workers,
      .commands_per_order_max = static_cast<std::size_t>(settings_.commands_per_order_max),
      .in_flight_max = static_cast<std::size_t>(settings_.commands_in_flight_max)});
  query_workers_.emplace(
      WorkerPoolOptions{.threads = settings_.query_workers,
                        .queue_size_max = static_cast<std::size_t>(settings_.queries_waiting_max)});

  const EventJson event_json = infrastructure::EncodeBody;
  changes_.emplace(
      OrderChangeHub::Ports{.feed = *feed_,
                            .telemetry = telemetry_,
                            .workers = *query_workers_,
                            .event_json = event_json,
                            .currency_of =
                                [this](const domain::OrderId& order) {
                                  const auto view = queries_->GetOrder({}, order);
                                  return view.ok() ? (*view)->order.currency : domain::Currency();
                                },
                            .newest_known = [this] { return orders_gate_->Current().position; }},
      OrderChangeHubOptions{.watchers_max = static_cast<std::size_t>(settings_.watches_max),
                            .stall_max = settings_.watch_stall_max});
  command_calls_.emplace(
      OrderCommandCalls::Ports{*commands_, ids_, telemetry_, telemetry_, *lanes_, gate_, imports_},
      backend_->identity, LimitsOf(settings_));
  query_calls_.emplace(OrderQueryCalls::Ports{*queries_, ids_, telemetry_, telemetry_,
                                              *query_workers_, *changes_, gate_, event_json},
                       backend_->identity, LimitsOf(settings_));
  read_model_calls_.emplace(ReadModelCalls::Ports{*projections_, *digest_, ids_, telemetry_,
                                                  telemetry_, *query_workers_, gate_},
                            backend_->identity, LimitsOf(settings_));
  health_call_.emplace(HealthCall::Ports{.projections = *projections_,
                                         .store = *backend_->monitor,
                                         .clock = clock_,
                                         .telemetry = telemetry_,
                                         .meters = telemetry_,
                                         .gate = gate_,
                                         .other_faults = [this] { return OtherFaults(); },
                                         .http_url = [this]() -> std::string {
                                           const HttpPort* const http = open_http_.load();
                                           return http == nullptr ? "" : http->Url(settings_);
                                         }},
                       backend_->identity, backend_->kind);
  operator_calls_.emplace(OperatorCalls::Ports{
      .settings = settings_,
      .backend = *backend_,
      .store_client = store_client(),
      .digest = *digest_,
      .webhooks =
          webhooks_ != nullptr ? static_cast<application::Webhooks&>(*webhooks_) : webhooks_off_,
      .calls = {ids_, telemetry_, telemetry_, *query_workers_, gate_},
      .limits = LimitsOf(settings_),
      .metrics = [this] { return CollectMetrics(); },
      .store_server = [this]() -> std::optional<eventstoredb::NodeServerStats> {
        if (!settings_.store_listen.has_value()) return std::nullopt;
        return node_->Stats();
      }});
  guard_.emplace(Guard::Ports{access_.authenticator(), telemetry_, telemetry_},
                 ConcurrencyLimit::Options{.limit_max = settings_.commands_in_flight_max,
                                           .latency_target = settings_.latency_target});
  for (UnaryMethods methods :
       {command_calls_->methods(), query_calls_->methods(), read_model_calls_->methods(),
        operator_calls_->methods(), UnaryMethods{health_call_->method()}}) {
    methods = guard_->Protect(std::move(methods));
    methods_.insert(methods_.end(), methods.begin(), methods.end());
  }
  admin_workers_.emplace(kAdminWorkers);
  admin_streams_.emplace(
      AdminStreams::Ports{.transfer = *transfer_,
                          .telemetry = telemetry_,
                          .workers = *admin_workers_,
                          .gate = gate_,
                          .imports = imports_,
                          .commands_are_idle = [this] { return lanes_->in_flight() == 0; },
                          .on_imported = on_imported_,
                          .back_up = MakeBackUp(*backend_, [this](const std::string& folder) {
                            return BackUpWebhooks(webhooks_.get(), folder);
                          })});
}

bool Host::Impl::StartGrpcServer(StartFailure& failure) {
  order_bytes_.emplace(static_cast<std::size_t>(settings_.order_bytes_cache_max));
  command_service_.emplace(methods_, *order_bytes_);
  query_service_.emplace(methods_, guard_->Protect(query_calls_->watch()), *order_bytes_);
  admin_service_.emplace(methods_, *guard_, *admin_streams_, *order_bytes_);
  read_models_service_.emplace(methods_, *order_bytes_);
  std::vector<grpc::Service*> services = operator_calls_->MakeServices(methods_, *order_bytes_);
  services.insert(services.end(),
                  {&*command_service_, &*query_service_, &*admin_service_, &*read_models_service_});
  std::vector<std::string> names = OperatorCalls::ServiceNames();
  names.insert(names.end(),
               {v1::OrderCommands::service_full_name(), v1::OrderQueries::service_full_name(),
                v1::OrderAdmin::service_full_name(), v1::ReadModels::service_full_name()});
  auto server =
      GrpcServer::Start({.address = settings_.grpc_listen.ToString(),
                         .tls = access_.tls(),
                         .refused_handshakes = &grpc_handshakes_,
                         .memory_bytes_max = static_cast<std::size_t>(settings_.grpc_memory_max)},
                        services, names);
  if (!server.ok()) {
    failure = ListenFailure(server.status(), "grpc-listen");
    changes_->Stop();
    projections_->Stop();
    return false;
  }
  server_ = *std::move(server);
  return true;
}

bool Host::Impl::StartHttpServer(StartFailure& failure) {
  Gateway::Ports ports{
      .methods = methods_,
      .watch = guard_->Protect(query_calls_->watch()),
      .ids = ids_,
      .may_see_metrics =
          [this](CallMetadata metadata) {
            return guard_->Admit({.role = application::Role::kRead}, metadata).status();
          },
      .pages = ServicePages(
          {.gate = gate_,
           .workers = *query_workers_,
           .why_not_ready = [this] { return WhyNotReady(projections_->Statuses()); },
           .metrics_text = [this] { return infrastructure::ToPrometheusText(CollectMetrics()); },
           .version = std::string(infrastructure::kVersion)})};
  if (HttpPort::Open(settings_, std::move(ports), access_.tls(), telemetry_, http_, failure)) {
    open_http_ = http_.get();
    return true;
  }
  changes_->Stop();
  projections_->Stop();
  return false;
}

bool Host::Impl::Stop() {
  const absl::Time drained_by = absl::Now() + settings_.drain_max;
  server_->SetHealth(false);
  if (node_ != nullptr) node_->Drain();
  gate_.Close();
  if (webhooks_ != nullptr) webhooks_->Drain();
  if (http_ != nullptr) http_->Drain();
  admin_streams_->Stop();
  changes_->Stop();
  // Who waits for a read model to come along would wait until its deadline.
  orders_gate_->Close();
  customers_gate_->Close();
  sales_gate_->Close();
  search_gate_->Close();
  if (!gate_.WaitIdle(settings_.drain_max)) {
    telemetry_.Log(Severity::kError, absl::StrCat("calls did not end within ",
                                                  absl::FormatDuration(settings_.drain_max),
                                                  ": calls=", gate_.inside()));
    return false;
  }
  metrics_.reset();  // It looks at all that goes now.
  lanes_->Stop();
  query_workers_->Stop();
  admin_workers_->Stop();
  webhooks_.reset();
  node_client_.reset();
  if (node_ != nullptr) {
    node_->Stop(std::max(absl::ZeroDuration(), drained_by - absl::Now()));
    node_.reset();
  }
  // Nobody is inside, and nobody comes in: the services touch nothing of what goes now.
  queries_.reset();
  commands_.reset();
  audit_.reset();
  past_.reset();
  projections_.reset();
  search_gate_.reset();
  sales_gate_.reset();
  customers_gate_.reset();
  orders_gate_.reset();
  views_.reset();
  transfer_.reset();
  feed_.reset();
  journal_.reset();
  backend_.reset();
  absl::SleepFor(kFlushGrace);
  return true;
}

void Host::Impl::Abandon() {
  if (server_ == nullptr) return;
  server_->SetHealth(false);
  if (node_ != nullptr) node_->Drain();
  gate_.Close();
  if (webhooks_ != nullptr) webhooks_->Drain();
  if (http_ != nullptr) http_->Drain();
  admin_streams_->Stop();
  changes_->Stop();
  (void)gate_.WaitIdle(kAbandonWaitMax);
  absl::SleepFor(kFlushGrace);
}

std::string Host::Impl::ReadyLine() const {
  infrastructure::ListenAddress address = settings_.grpc_listen;
  address.port = server_->port();
  std::string line =
      absl::StrCat("orderd ready grpc=", address.ToString(), " store=", backend_->kind);
  if (settings_.store_listen.has_value()) {
    infrastructure::ListenAddress store_address = *settings_.store_listen;
    store_address.port = node_->port();
    absl::StrAppend(&line, " store-listen=", store_address.ToString());
  }
  if (http_ != nullptr) absl::StrAppend(&line, http_->ReadyWord(settings_));
  absl::StrAppend(&line, MetricsReadyWord(settings_, metrics_.get()));
  if (!settings_.in_memory) absl::StrAppend(&line, " data=", settings_.data);
  return line;
}

std::unique_ptr<Host> Host::Start(const Settings& settings,
                                  infrastructure::PrometheusTelemetry& telemetry, Access& access,
                                  std::function<void()> on_fatal, StartFailure& failure,
                                  std::function<void()> on_imported) {
  if (auto refused =
          CheckListenAddress("grpc-listen", settings.grpc_listen, ProtectionOf(settings),
                             settings.insecure, "read and change every order", telemetry)) {
    failure = *std::move(refused);
    return nullptr;
  }
  eventstoredb::NodeServerOptions node_options = NodeLimits(settings);
  if (settings.store_listen.has_value()) {
    auto port = StorePortOptions("store-listen", settings, access.tls(), telemetry, failure);
    if (!port.has_value()) return nullptr;
    node_options = *std::move(port);
  }
  auto impl = std::make_unique<Impl>(settings, telemetry, access, std::move(on_imported));
  if (!impl->OpenStore(std::move(on_fatal), failure) || !impl->OpenViews(failure) ||
      !impl->StartNode(node_options, failure) || !impl->StartDelivery(failure) ||
      !impl->OpenMetrics(failure)) {
    return nullptr;
  }
  impl->MakeCalls();
  if (!impl->StartGrpcServer(failure) || !impl->StartHttpServer(failure)) return nullptr;
  impl->ServeMetrics();
  return std::unique_ptr<Host>(new Host(std::move(impl)));
}

Host::Host(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Host::~Host() = default;
std::uint16_t Host::port() const { return impl_->port(); }
std::uint16_t Host::store_port() const { return impl_->store_port(); }
std::uint16_t Host::metrics_port() const { return impl_->metrics_port(); }
std::uint16_t Host::http_port() const { return impl_->http_port(); }
std::string Host::ReadyLine() const { return impl_->ReadyLine(); }
bool Host::Stop() { return impl_->Stop(); }
void Host::Abandon() { impl_->Abandon(); }

}  // namespace orders::api
