#pragma once

#include <memory>
#include <string>

#include "api/calls/method.h"
#include "api/host/start_failure.h"
#include "api/http/gateway.h"
#include "api/http/http_server.h"
#include "api/http/service_pages.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"
#include "application/projections/projection_host.h"

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// Why the service is not ready, for a person: a read model that does not hold all history. Empty:
/// it is.
std::string WhyNotReady(const std::vector<application::ProjectionStatus>& projections);

/// The API over HTTP: the calls, and the port that serves them.
class HttpPort {
 public:
  /// Takes the address of `settings.http_listen`, and serves it; `port` stays null if there is
  /// none. `tls` empty: in the clear. False with `failure` set: it may not be listened at, or
  /// cannot be.
  static bool Open(const infrastructure::Settings& settings, Gateway::Ports ports, TlsSource tls,
                   application::Telemetry& telemetry, std::unique_ptr<HttpPort>& port,
                   StartFailure& failure);

  std::uint16_t port() const { return server_->port(); }
  std::size_t connections() const { return server_->connections(); }
  std::size_t requests_in_flight() const { return gateway_->requests_in_flight(); }
  std::uint64_t handshakes_refused() const { return handshakes_->count(); }
  void Drain() { server_->Drain(); }
  /// " http=127.0.0.1:8080" for the ready line.
  std::string ReadyWord(const infrastructure::Settings& settings) const;
  /// "http://127.0.0.1:8080"
  std::string Url(const infrastructure::Settings& settings) const;

 private:
  HttpPort() = default;
  std::string Address(const infrastructure::Settings& settings) const;

  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<RefusedHandshakes> handshakes_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace orders::api
