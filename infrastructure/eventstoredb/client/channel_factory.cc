#include "infrastructure/eventstoredb/client/channel_factory.h"

#include <algorithm>
#include <climits>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/tls_credentials_options.h"

#include "infrastructure/eventstoredb/client/timer.h"

namespace eventstoredb::client {
namespace {

/// What official clients take (protocol section 2.1).
constexpr int kReceiveBytesMax = 17 << 20;
constexpr std::size_t kPemBytesMax = 16 << 20;

absl::StatusOr<std::string> ReadPem(const std::string& path, const char* option) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string pem{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad() || !file.is_open() || pem.find("-----BEGIN") == std::string::npos ||
      pem.size() > kPemBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(option, ": ", path, " is not a PEM file that can be read"));
  }
  return pem;
}

struct Pems {
  std::string roots;
  std::string certificate;
  std::string key;
};

absl::StatusOr<Pems> ReadPems(const ClientOptions& options) {
  absl::StatusOr<std::string> roots = ReadPem(options.tls_ca_file, "tlsCAFile");
  if (!roots.ok()) return roots.status();
  absl::StatusOr<std::string> certificate = ReadPem(options.user_cert_file, "userCertFile");
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadPem(options.user_key_file, "userKeyFile");
  if (!key.ok()) return key.status();
  return Pems{*std::move(roots), *std::move(certificate), *std::move(key)};
}

/// Only gRPC's newer TLS interface can trust whoever answers.
std::shared_ptr<grpc::ChannelCredentials> TrustingCredentials(const Pems& pems) {
  grpc::experimental::TlsChannelCredentialsOptions tls;
  tls.set_verify_server_certs(false);
  tls.set_check_call_host(false);
  tls.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  if (!pems.certificate.empty()) {
    tls.set_certificate_provider(
        std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
            std::vector<grpc::experimental::IdentityKeyCertPair>{{pems.key, pems.certificate}}));
    tls.watch_identity_key_cert_pairs();
  }
  return grpc::experimental::TlsCredentials(tls);
}

int Milliseconds(absl::Duration duration) {
  constexpr std::int64_t kMax = INT_MAX;
  return static_cast<int>(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 1, kMax));
}

}  // namespace

absl::StatusOr<ChannelFactory> ChannelFactory::Create(const ClientOptions& options) {
  if (!options.tls) return ChannelFactory(grpc::InsecureChannelCredentials(), options);
  absl::StatusOr<Pems> pems = ReadPems(options);
  if (!pems.ok()) return pems.status();
  if (!options.tls_verify_cert) return ChannelFactory(TrustingCredentials(*pems), options);
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = pems->roots;
  ssl.pem_private_key = pems->key;
  ssl.pem_cert_chain = pems->certificate;
  return ChannelFactory(grpc::SslCredentials(ssl), options);
}

ChannelFactory::ChannelFactory(std::shared_ptr<grpc::ChannelCredentials> credentials,
                               const ClientOptions& options)
    : make_(options.make_channel),
      credentials_(std::move(credentials)),
      keepalive_interval_(options.keepalive_interval),
      keepalive_timeout_(options.keepalive_timeout) {}

std::shared_ptr<grpc::Channel> ChannelFactory::Open(const Endpoint& endpoint) const {
  if (make_ != nullptr) return make_();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
  // Not the process-wide pool: a connection given up must not be handed out again.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // What may be repeated is decided here.
  if (keepalive_interval_ < absl::InfiniteDuration()) {
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(keepalive_interval_));
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // As many as it takes.
  }
  if (keepalive_timeout_ < absl::InfiniteDuration()) {
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(keepalive_timeout_));
  }
  return grpc::CreateCustomChannel(absl::StrCat("dns:///", endpoint.ToString()), credentials_,
                                   arguments);
}

std::shared_ptr<grpc::Channel> ChannelFactory::Make(const Endpoint& endpoint) const {
  std::shared_ptr<grpc::Channel> channel = Open(endpoint);
  if (channel == nullptr) return nullptr;
  {
    absl::MutexLock lock(&count_->mutex);
    ++count_->channels;
  }
  grpc::Channel* const raw = channel.get();
  return std::shared_ptr<grpc::Channel>(
      raw, [owned = std::move(channel), count = count_](grpc::Channel*) mutable {
        const auto timer = std::make_shared<Timer>();
        timer->Set(absl::Now(), [timer, owned = std::move(owned), count]() mutable {
          owned = nullptr;
          absl::MutexLock lock(&count->mutex);
          --count->channels;
        });
      });
}

void ChannelFactory::AwaitEnd(absl::Duration max) const {
  absl::MutexLock lock(&count_->mutex);
  const auto ended = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(count_->mutex) {
    return count_->channels == 0;
  };
  count_->mutex.AwaitWithTimeout(absl::Condition(&ended), max);
}

}  // namespace eventstoredb::client
