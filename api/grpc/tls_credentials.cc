#include "api/grpc/tls_credentials.h"

#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netdb.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "grpc/support/log.h"

namespace orders::api {
namespace {

/// What one listener has shown last. Its calls come one after another: gRPC makes them under a
/// lock.
struct Listener {
  TlsSource source;
  std::shared_ptr<const TlsIdentity> shown;
};

grpc_ssl_certificate_config_reload_status Fetch(void* listener_of,
                                                grpc_ssl_server_certificate_config** config) {
  auto& listener = *static_cast<Listener*>(listener_of);
  std::shared_ptr<const TlsIdentity> identity = listener.source();
  if (identity == listener.shown) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair = {.private_key = identity->private_key.c_str(),
                                           .cert_chain = identity->certificate_chain.c_str()};
  // gRPC aborts without any authority, also where no client is asked for a certificate. Its own
  // certificate is one that signs none but its own.
  const std::string& authorities = identity->client_authorities.empty()
                                       ? identity->certificate_chain
                                       : identity->client_authorities;
  *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
  listener.shown = std::move(identity);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

grpc_ssl_client_certificate_request_type RequestOf(const TlsIdentity& identity) {
  if (identity.client_authorities.empty()) return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  return identity.requires_client_certificate
             ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
             : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
}

/// The IP addresses that `address`, HOST:PORT, stands for, without the port: "127.0.0.1", "[::1]".
/// Empty: it is none.
std::vector<std::string> NumericHosts(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), "0", &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, freeaddrinfo);
  std::vector<std::string> hosts;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    hosts.push_back(one->ai_family == AF_INET6 ? absl::StrCat("[", text, "]") : text);
  }
  return hosts;
}

/// gRPC 1.51 has two kinds of server credentials whose certificate can change, and its C++ classes
/// offer but one of them: a watcher of files, which polls, so that a new connection may get the old
/// certificate after a reload, and which takes what the files hold, checked or not. The other is
/// the fetcher of the C API, asked before each handshake.
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  explicit TlsCredentials(TlsSource source)
      : source_(std::move(source)), request_(RequestOf(*source_())) {}

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  /// A name may stand for several addresses: as gRPC has it, one port that works is enough.
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    std::uint32_t wanted = 0;
    if (!absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &wanted)) {
      return 0;
    }
    int port = static_cast<int>(wanted);
    int bound = 0;
    for (const std::string& host : NumericHosts(address)) {
      const int added = AddListener(absl::StrCat(host, ":", port), server);
      if (added == 0) continue;
      bound = port = added;
    }
    return bound;
  }

  /// Each has credentials of its own. gRPC makes the handshakers of one listener one after another,
  /// but those of two that share credentials at once, and then one may take the factory that the
  /// other has just replaced and freed.
  int AddListener(const std::string& address, grpc_server* server) {
    listeners_.push_back({.source = source_, .shown = nullptr});
    grpc_server_credentials* const credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(request_, Fetch,
                                                                        &listeners_.back()));
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  const TlsSource source_;
  const grpc_ssl_client_certificate_request_type request_;
  std::list<Listener> listeners_;  ///< gRPC points at them.
};

ABSL_CONST_INIT absl::Mutex watch_mutex(absl::kConstInit);
RefusedHandshakes* watched ABSL_GUARDED_BY(watch_mutex) = nullptr;

/// "Handshake failed with fatal error SSL_ERROR_SSL: error:0A0000C7:SSL routines::peer did not
/// return a certificate." All other lines of gRPC's are dropped, as without us.
void OnGrpcLog(gpr_log_func_args* line) {
  constexpr std::string_view kBegin = "Handshake failed with fatal error ";
  std::string_view text(line->message);
  if (text.substr(0, kBegin.size()) != kBegin) return;
  text.remove_prefix(kBegin.size());
  if (const std::size_t reason = text.rfind("::"); reason != std::string_view::npos) {
    text.remove_prefix(reason + 2);
  }
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  const absl::MutexLock lock(&watch_mutex);
  if (watched != nullptr) watched->Count(text);
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ReloadingTlsCredentials(TlsSource source) {
  return std::make_shared<TlsCredentials>(std::move(source));
}

GrpcHandshakeWatch::GrpcHandshakeWatch(RefusedHandshakes& refused) {
  {
    const absl::MutexLock lock(&watch_mutex);
    watched = &refused;
  }
  // The line is written even when GRPC_VERBOSITY asks for none: nothing of it is printed.
  gpr_set_log_function(OnGrpcLog);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
}

GrpcHandshakeWatch::~GrpcHandshakeWatch() {
  const absl::MutexLock lock(&watch_mutex);
  watched = nullptr;
}

}  // namespace orders::api
