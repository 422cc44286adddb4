#include "infrastructure/node/grpc/own_calls.h"

#include "absl/strings/escaping.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace eventstoredb {
namespace {

namespace experimental = grpc::experimental;

constexpr char kOwnCallHeader[] = "own-process";
constexpr std::size_t kSecretBytes = 32;

class Marker final : public experimental::Interceptor {
 public:
  explicit Marker(const std::string& secret) : secret_(secret) {}
  void Intercept(experimental::InterceptorBatchMethods* methods) override {
    using Point = experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(Point::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace(kOwnCallHeader, secret_);
    }
    methods->Proceed();
  }

 private:
  const std::string& secret_;
};

class MarkerFactory final : public experimental::ClientInterceptorFactoryInterface {
 public:
  explicit MarkerFactory(std::string secret) : secret_(std::move(secret)) {}
  experimental::Interceptor* CreateClientInterceptor(experimental::ClientRpcInfo* info) override {
    (void)info;
    return new Marker(secret_);  // gRPC deletes it with its call, and this with the channel.
  }

 private:
  const std::string secret_;
};

}  // namespace

OwnCalls::OwnCalls() {
  std::string bytes(kSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) ==
      1) {
    secret_ = absl::BytesToHexString(bytes);
  }
}

OwnCalls::Interceptors OwnCalls::MakeInterceptors() const {
  Interceptors interceptors;
  interceptors.push_back(std::make_unique<MarkerFactory>(secret_));
  return interceptors;
}

bool OwnCalls::Has(const grpc::CallbackServerContext& context) const {
  const auto header = context.client_metadata().find(kOwnCallHeader);
  return header != context.client_metadata().end() && !secret_.empty() &&
         header->second.size() == secret_.size() &&
         CRYPTO_memcmp(header->second.data(), secret_.data(), secret_.size()) == 0;
}

}  // namespace eventstoredb
