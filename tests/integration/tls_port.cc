#include "tests/integration/tls_port.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace orders::testing_support {
namespace {

class CountedStream final : public api::HttpStream {
 public:
  explicit CountedStream(std::shared_ptr<std::atomic<int>> closed) : closed_(std::move(closed)) {}
  void OnWritten() override {}
  void OnClosed() override { ++*closed_; }

 private:
  const std::shared_ptr<std::atomic<int>> closed_;
};

}  // namespace

void IdentityHolder::Show(api::TlsIdentity identity) {
  auto next = std::make_shared<const api::TlsIdentity>(std::move(identity));
  const absl::MutexLock lock(&mutex_);
  shown_ = std::move(next);
}

std::shared_ptr<const api::TlsIdentity> IdentityHolder::shown() const {
  const absl::MutexLock lock(&mutex_);
  return shown_;
}

api::TlsSource IdentityHolder::source() {
  return [this] { return shown(); };
}

void LoggedLines::Log(application::Severity /*severity*/, std::string_view text) {
  const absl::MutexLock lock(&mutex_);
  lines_.emplace_back(text);
}

std::vector<std::string> LoggedLines::Take() {
  const absl::MutexLock lock(&mutex_);
  return std::exchange(lines_, {});
}

void EchoHandler::Handle(const api::HttpRequest& request,
                         std::shared_ptr<api::HttpExchange> exchange) {
  ++requests_;
  if (request.target == "/stream") {
    exchange->StartStream({.status = 200, .fields = {}, .body = "hello"},
                          std::make_shared<CountedStream>(streams_closed_));
    return;
  }
  if (request.target == "/fill") {
    return exchange->Respond({.status = 200, .fields = {}, .body = std::string(8 << 20, 'x')});
  }
  exchange->Respond({.status = 200,
                     .fields = {},
                     .body = absl::StrCat(std::string(request.method), " ", request.body.size())});
}

grpc::ServerUnaryReactor* TokenService::GetOrder(grpc::CallbackServerContext* context,
                                                 const v1::GetOrderRequest* /*request*/,
                                                 v1::GetOrderResponse* /*response*/) {
  const auto found = context->client_metadata().find("authorization");
  const std::string shown = found == context->client_metadata().end()
                                ? ""
                                : std::string(found->second.data(), found->second.size());
  grpc::StatusCode code = grpc::UNAUTHENTICATED;
  if (shown == "Bearer orders_known") code = grpc::NOT_FOUND;
  if (shown == "Bearer orders_weak") code = grpc::PERMISSION_DENIED;
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish({code, "the test says so"});
  return reactor;
}

TlsPort::TlsPort(PortKind kind, IdentityHolder& identities, const Options& options) : kind_(kind) {
  const api::TlsSource source = options.is_plain ? api::TlsSource() : identities.source();
  if (kind == PortKind::kGrpc) {
    auto started = api::GrpcServer::Start({.address = options.address,
                                           .tls = source,
                                           .refused_handshakes = &refused_,
                                           .handshake_max = options.handshake_max},
                                          {&service_}, {});
    error_ = started.status();
    if (started.ok()) grpc_ = *std::move(started);
    return;
  }
  auto opened = api::HttpServer::Open({.address = options.address,
                                       .tls = source,
                                       .refused_handshakes = &refused_,
                                       .handshakes_max = options.handshakes_max,
                                       .head_max = options.handshake_max});
  error_ = opened.status();
  if (!opened.ok()) return;
  http_ = *std::move(opened);
  http_->Serve(handler_);
}

bool TlsPort::HasRefused(std::uint64_t count) const {
  for (int i = 0; i < 1'000 && refused_.count() < count; ++i)
    absl::SleepFor(absl::Milliseconds(10));
  return refused_.count() == count;
}

bool TlsPort::Serves(TlsClient& client) const {
  if (!client.is_connected()) return false;
  if (kind_ == PortKind::kHttp) {
    return client.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
           client.ReceiveThrough("GET 0") != "";
  }
  // The preface and an empty SETTINGS (RFC 9113, 3.4); the server's own begin with their size
  // and 4.
  const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
  if (!client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings)) return false;
  const std::string answer = client.Receive();
  return answer.size() >= 9 && answer[3] == 4;
}

bool TlsPort::Serves(TlsClientOptions options, std::string* error) const {
  options.protocol = protocol();
  TlsClient client(port(), options);
  const bool is_served = Serves(client);
  if (error != nullptr) *error = client.error();
  return is_served;
}

}  // namespace orders::testing_support
