#include "api/host/store_host.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "api/host/access.h"
#include "api/host/metrics_port.h"
#include "api/host/store_backend.h"
#include "api/host/store_metrics.h"
#include "api/host/store_port.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/config/settings.h"
#include "infrastructure/telemetry/metrics_server.h"
#include "infrastructure/telemetry/process_metrics.h"
#include "infrastructure/telemetry/prometheus_telemetry.h"

namespace orders::api {

class StoreHost::Impl {
 public:
  Impl(const infrastructure::Settings& settings, infrastructure::PrometheusTelemetry& telemetry)
      : settings_(settings), telemetry_(telemetry) {}

  bool Start(eventstoredb::NodeServerOptions options, std::function<void()> on_fatal,
             StartFailure& failure) {
    std::optional<StoreBackend> opened =
        OpenEmbeddedStore(settings_, telemetry_, std::move(on_fatal), failure);
    if (!opened.has_value()) return false;
    backend_.emplace(*std::move(opened));
    if (!OpenMetricsPort(settings_, telemetry_, metrics_, failure)) return false;
    auto server = eventstoredb::NodeServer::Start(options, *backend_->embedded);
    if (!server.ok()) {
      failure = ListenFailure(server.status(), "listen");
      return false;
    }
    server_ = *std::move(server);
    if (metrics_ != nullptr) metrics_->Serve([this] { return CollectMetrics(); });
    return true;
  }

  std::string ReadyLine() const {
    infrastructure::ListenAddress address = *settings_.store_listen;
    address.port = server_->port();
    return absl::StrCat(
        "orderd ready store=", address.ToString(), MetricsReadyWord(settings_, metrics_.get()),
        settings_.in_memory ? " in-memory" : " data=", settings_.in_memory ? "" : settings_.data);
  }

  void Stop() {
    metrics_.reset();  // It looks at all that goes now.
    server_->Stop(settings_.drain_max);
    server_.reset();
    backend_.reset();
  }

  void Abandon() {
    if (server_ != nullptr) server_->Stop(kAbandonWaitMax);
  }

 private:
  infrastructure::MetricFamilies CollectMetrics() const {
    infrastructure::MetricFamilies families;
    AddLogMetrics(backend_->embedded->Stats(), families);
    AddNodeMetrics(server_->Stats(), families);
    infrastructure::AddProcessMetrics(infrastructure::kVersion, families);
    return families;
  }

  const infrastructure::Settings settings_;
  infrastructure::PrometheusTelemetry& telemetry_;
  std::optional<StoreBackend> backend_;
  std::unique_ptr<eventstoredb::NodeServer> server_;
  std::unique_ptr<infrastructure::MetricsServer> metrics_;  ///< Null: not asked for.
};

std::unique_ptr<StoreHost> StoreHost::Start(const infrastructure::Settings& settings,
                                            infrastructure::PrometheusTelemetry& telemetry,
                                            Access& access, std::function<void()> on_fatal,
                                            std::function<void()> on_shutdown,
                                            StartFailure& failure) {
  auto options = StorePortOptions("listen", settings, access.tls(), telemetry, failure);
  if (!options.has_value()) return nullptr;
  options->memory_bytes_max = static_cast<std::size_t>(settings.grpc_memory_max);
  // Only where a caller is known is its word enough to end the process.
  if (settings.store_users) options->on_shutdown = std::move(on_shutdown);
  auto impl = std::make_unique<Impl>(settings, telemetry);
  if (!impl->Start(*std::move(options), std::move(on_fatal), failure)) return nullptr;
  return std::unique_ptr<StoreHost>(new StoreHost(std::move(impl)));
}

StoreHost::StoreHost(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StoreHost::~StoreHost() = default;
std::string StoreHost::ReadyLine() const { return impl_->ReadyLine(); }
bool StoreHost::Stop() {
  impl_->Stop();
  return true;
}
void StoreHost::Abandon() { impl_->Abandon(); }

}  // namespace orders::api
