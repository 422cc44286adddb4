#include "tests/support/webhook_receiver.h"

#include <algorithm>
#include <array>
#include <optional>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace orders::testing_support {
namespace {

// More than what orderd has under way to one webhook.
constexpr int kThreads = 12;
constexpr int kPatienceSeconds = 30 * ORDERS_TIMEOUT_FACTOR;
constexpr int kLookEveryMillis = 50;

using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;
using TlsPointer = std::unique_ptr<SSL, decltype(&SSL_free)>;

BioPointer ReaderOf(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

SSL_CTX* MakeContext(const std::string& certificate, const std::string& key) {
  if (certificate.empty()) return nullptr;
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  const std::unique_ptr<X509, decltype(&X509_free)> own(
      PEM_read_bio_X509(ReaderOf(certificate).get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> secret(
      PEM_read_bio_PrivateKey(ReaderOf(key).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  SSL_CTX_use_certificate(context, own.get());
  SSL_CTX_use_PrivateKey(context, secret.get());
  return context;
}

/// A socket, with TLS or without; closed with this.
class Connection {
 public:
  Connection(int descriptor, SSL_CTX* tls)
      : descriptor_(descriptor), tls_(tls == nullptr ? nullptr : SSL_new(tls), SSL_free) {
    const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (tls_ != nullptr) SSL_set_fd(tls_.get(), descriptor);
  }
  ~Connection() {
    if (tls_ != nullptr) SSL_shutdown(tls_.get());
    close(descriptor_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool Open() { return tls_ == nullptr || SSL_accept(tls_.get()) == 1; }
  bool ReadMore(std::string& into) {
    std::array<char, 16 << 10> part;
    const auto size = static_cast<ssize_t>(
        tls_ == nullptr ? recv(descriptor_, part.data(), part.size(), 0)
                        : SSL_read(tls_.get(), part.data(), static_cast<int>(part.size())));
    if (size <= 0) return false;
    into.append(part.data(), static_cast<std::size_t>(size));
    return true;
  }
  void Write(const std::string& bytes) {
    if (tls_ != nullptr) {
      SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
      return;
    }
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t size =
          send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      sent += static_cast<std::size_t>(size);
    }
  }
  bool IsGone() const {
    pollfd look{.fd = descriptor_, .events = POLLIN | POLLRDHUP};
    return poll(&look, 1, kLookEveryMillis) > 0 && (look.revents & (POLLRDHUP | POLLHUP)) != 0;
  }

 private:
  const int descriptor_;
  const TlsPointer tls_;
};

std::optional<ReceivedMessage> ReadMessage(Connection& connection) {
  std::string bytes;
  std::size_t end = std::string::npos;
  while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
    if (!connection.ReadMore(bytes)) return std::nullopt;
  }
  ReceivedMessage message;
  const std::vector<std::string> lines = absl::StrSplit(bytes.substr(0, end), "\r\n");
  const std::vector<std::string> words = absl::StrSplit(lines.front(), ' ');
  if (words.size() == 3) message.target = words[1];
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> field =
        absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    message.fields[absl::AsciiStrToLower(field.first)] = field.second;
  }
  const std::string length = message.Field("content-length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  message.body = bytes.substr(end + 4);
  while (message.body.size() < size) {
    if (!connection.ReadMore(message.body)) return std::nullopt;
  }
  return message;
}

}  // namespace

std::string ReceivedMessage::Field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

bool IsSignedBy(const ReceivedMessage& message, const std::string& secret) {
  std::string key;
  if (!secret.starts_with("whsec_") || !absl::Base64Unescape(secret.substr(6), &key)) return false;
  const std::string content = absl::StrCat(message.Field("webhook-id"), ".",
                                           message.Field("webhook-timestamp"), ".", message.body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac.data(), &size);
  const std::string expected = absl::StrCat(
      "v1,", absl::Base64Escape(std::string(reinterpret_cast<const char*>(mac.data()), size)));
  const std::vector<std::string> signatures =
      absl::StrSplit(message.Field("webhook-signature"), ' ');
  return std::find(signatures.begin(), signatures.end(), expected) != signatures.end();
}

WebhookReceiver::WebhookReceiver(Status status)
    : WebhookReceiver(Answer([status = std::move(status)](const ReceivedMessage& message) {
        return WebhookAnswer{.status = status(message)};
      })) {}

WebhookReceiver::WebhookReceiver(Answer answer, const std::string& certificate,
                                 const std::string& key)
    : tls_(MakeContext(certificate, key), SSL_CTX_free), answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof(at));
  listen(listener_, SOMAXCONN);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Serve(); });
}

WebhookReceiver::~WebhookReceiver() {
  {
    const absl::MutexLock lock(&mutex_);
    is_over_ = true;
  }
  shutdown(listener_, SHUT_RDWR);  // Wakes those that accept.
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string WebhookReceiver::address() const { return absl::StrCat("127.0.0.1:", port_); }

std::string WebhookReceiver::url() const {
  return absl::StrCat(tls_ == nullptr ? "http://" : "https://", address(), "/orders");
}

std::vector<ReceivedMessage> WebhookReceiver::messages() const {
  const absl::MutexLock lock(&mutex_);
  return messages_;
}

std::vector<ReceivedMessage> WebhookReceiver::WaitFor(std::size_t count,
                                                      absl::Duration patience) const {
  const absl::MutexLock lock(&mutex_);
  const auto enough = [&]()
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return messages_.size() >= count; };
  mutex_.AwaitWithTimeout(absl::Condition(&enough), patience * ORDERS_TIMEOUT_FACTOR);
  return messages_;
}

void WebhookReceiver::Serve() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    {
      const absl::MutexLock lock(&mutex_);
      if (is_over_) {
        if (connection >= 0) close(connection);
        return;
      }
    }
    if (connection >= 0) Talk(connection);
  }
}

void WebhookReceiver::Talk(int descriptor) {
  Connection connection(descriptor, tls_.get());
  if (!connection.Open()) return;
  std::optional<ReceivedMessage> message = ReadMessage(connection);
  if (!message.has_value()) return;
  const WebhookAnswer answer = answer_(*message);
  {
    const absl::MutexLock lock(&mutex_);
    messages_.push_back(*std::move(message));
  }
  while (answer.hangs && !connection.IsGone()) {
    const absl::MutexLock lock(&mutex_);
    if (is_over_) return;
  }
  if (answer.hangs || answer.cuts) return;
  std::string bytes = absl::StrCat("HTTP/1.1 ", answer.status, " Said\r\nConnection: close\r\n");
  for (const auto& [name, value] : answer.fields)
    absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  if (answer.status != 204) absl::StrAppend(&bytes, "Content-Length: ", answer.body.size(), "\r\n");
  absl::StrAppend(&bytes, "\r\n", answer.body);
  connection.Write(bytes);
}

}  // namespace orders::testing_support
