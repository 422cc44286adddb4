#include "api/host/http_port.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "api/host/listen_rule.h"
#include "infrastructure/config/settings.h"

namespace orders::api {

std::string WhyNotReady(const std::vector<application::ProjectionStatus>& projections) {
  std::vector<std::string> behind;
  for (const application::ProjectionStatus& projection : projections) {
    if (!projection.caught_up) behind.push_back(projection.name);
  }
  if (behind.empty()) return "";
  return absl::StrCat("read models that do not hold all history yet: ",
                      absl::StrJoin(behind, ", "));
}

bool HttpPort::Open(const infrastructure::Settings& settings, Gateway::Ports ports, TlsSource tls,
                    application::Telemetry& telemetry, std::unique_ptr<HttpPort>& port,
                    StartFailure& failure) {
  if (!settings.http_listen.has_value()) return true;
  if (auto refused =
          CheckListenAddress("http-listen", *settings.http_listen, ProtectionOf(settings),
                             settings.insecure, "read and change every order", telemetry)) {
    failure = *std::move(refused);
    return false;
  }
  auto gateway = Gateway::Create(
      std::move(ports),
      {.requests_in_flight_max = static_cast<std::size_t>(settings.http_requests_in_flight_max),
       .order_json_bytes_max = static_cast<std::size_t>(settings.http_order_cache_bytes_max),
       .origins = {.hosts = settings.http_hosts, .allowed = settings.http_cors_origins},
       .version = std::string(infrastructure::kVersion)});
  if (!gateway.ok()) {
    failure = {ExitCode::kInternal, std::string(gateway.status().message())};
    return false;
  }
  auto handshakes = std::make_unique<RefusedHandshakes>("http", &telemetry);
  auto server =
      HttpServer::Open({.address = settings.http_listen->ToString(),
                        .tls = std::move(tls),
                        .refused_handshakes = handshakes.get(),
                        .body_bytes_max = static_cast<std::size_t>(settings.http_body_bytes_max),
                        .connections_max = static_cast<std::size_t>(settings.http_connections_max),
                        .head_max = settings.http_head_max,
                        .body_max = settings.http_body_max,
                        .idle_max = settings.http_idle_max,
                        .stall_max = settings.http_stall_max});
  if (!server.ok()) {
    failure = ListenFailure(server.status(), "http-listen");
    return false;
  }
  std::unique_ptr<HttpPort> opened(new HttpPort());
  opened->gateway_ = *std::move(gateway);
  opened->handshakes_ = std::move(handshakes);
  opened->server_ = *std::move(server);
  opened->server_->Serve(*opened->gateway_);
  port = std::move(opened);
  return true;
}

std::string HttpPort::Address(const infrastructure::Settings& settings) const {
  infrastructure::ListenAddress address = *settings.http_listen;
  address.port = port();
  return address.ToString();
}

std::string HttpPort::ReadyWord(const infrastructure::Settings& settings) const {
  return absl::StrCat(" http=", Address(settings));
}

std::string HttpPort::Url(const infrastructure::Settings& settings) const {
  return absl::StrCat("http://", Address(settings));
}

}  // namespace orders::api
