#include "infrastructure/telemetry/metrics_server.h"

#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "infrastructure/node/transport/port_listener.h"

namespace orders::infrastructure {
namespace {

namespace http = boost::beast::http;
using eventstoredb::HttpRequest;
using eventstoredb::HttpResponse;
using eventstoredb::HttpText;

constexpr char kTextFormat[] = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

class MetricsServer::Impl {
 public:
  ~Impl() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Open(const MetricsServerOptions& options) {
    auto listener = eventstoredb::PortListener::Open(
        io_, {.address = options.address,
              .connections_max = options.connections_max,
              .undecided_connections_max = options.connections_max,
              .undecided_max = options.patience,
              .answer_http1 = [this](const HttpRequest& request) { return Answer(request); },
              .http1_exchanges_max = options.exchanges_max,
              .http1_patience = options.patience});
    if (!listener.ok()) return listener.status();
    listener_ = *std::move(listener);
    return absl::OkStatus();
  }

  void Serve(Collect collect) {
    collect_ = std::move(collect);
    listener_->Start();
    thread_ = std::thread([this] { io_.run(); });
  }

  std::uint16_t port() const { return listener_->port(); }

 private:
  HttpResponse Answer(const HttpRequest& request) const {
    const std::string_view target(request.target().data(), request.target().size());
    if (target.substr(0, target.find('?')) != "/metrics") {
      return HttpText(http::status::not_found, "not found; /metrics is here\n");
    }
    if (!eventstoredb::IsReadOnly(request)) return eventstoredb::HttpReadOnly();
    return HttpText(http::status::ok, ToPrometheusText(collect_()), kTextFormat);
  }

  Collect collect_;
  boost::asio::io_context io_{1};
  std::unique_ptr<eventstoredb::PortListener> listener_;
  std::thread thread_;
};

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Open(
    const MetricsServerOptions& options) {
  auto impl = std::make_unique<Impl>();
  if (absl::Status opened = impl->Open(options); !opened.ok()) return opened;
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

void MetricsServer::Serve(Collect collect) { impl_->Serve(std::move(collect)); }
std::uint16_t MetricsServer::port() const { return impl_->port(); }

}  // namespace orders::infrastructure
