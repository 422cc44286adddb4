#include "tests/support/http_client.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace orders::testing_support {
namespace {

absl::Time EndOf(absl::Duration patience) { return absl::Now() + patience * ORDERS_TIMEOUT_FACTOR; }

bool ParseHead(const std::string& head, HttpAnswer& answer) {
  const std::vector<std::string> lines = absl::StrSplit(head, "\r\n", absl::SkipEmpty());
  if (lines.empty() || !absl::StartsWith(lines[0], "HTTP/1.1 ") ||
      !absl::SimpleAtoi(lines[0].substr(9, 3), &answer.status)) {
    return false;
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> field =
        absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    answer.fields.push_back(field);
  }
  return true;
}

}  // namespace

std::optional<std::string> HttpAnswer::Find(std::string_view name) const {
  for (const auto& [field, value] : fields) {
    if (absl::EqualsIgnoreCase(field, std::string(name))) return value;
  }
  return std::nullopt;
}

HttpClient::HttpClient(const std::string& address) : address_(address) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(address, ':');
  std::uint32_t port = 0;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  if (!absl::SimpleAtoi(parts.second, &port) ||
      inet_pton(AF_INET, parts.first.c_str(), &to.sin_addr) != 1) {
    return;
  }
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    close(descriptor_);
    descriptor_ = -1;
  }
}

HttpClient::~HttpClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : address_(std::move(other.address_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      received_(std::move(other.received_)) {}

bool HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::ReceiveMore(absl::Time end) {
  pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
  const auto left = std::max<std::int64_t>(0, absl::ToInt64Milliseconds(end - absl::Now()));
  if (poll(&waited, 1, static_cast<int>(left)) <= 0) return false;
  std::array<char, 16'384> bytes;
  const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> HttpClient::TakeThrough(std::string_view mark, absl::Time end) {
  std::size_t found = received_.find(mark);
  while (found == std::string::npos) {
    if (!ReceiveMore(end)) return std::nullopt;
    found = received_.find(mark);
  }
  const std::string taken = received_.substr(0, found + mark.size());
  received_.erase(0, taken.size());
  return taken;
}

std::optional<std::string> HttpClient::TakeBytes(std::size_t count, absl::Time end) {
  while (received_.size() < count) {
    if (!ReceiveMore(end)) return std::nullopt;
  }
  const std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

HttpAnswer HttpClient::ReceiveHead(absl::Duration patience) {
  HttpAnswer answer;
  const std::optional<std::string> head = TakeThrough("\r\n\r\n", EndOf(patience));
  if (!head.has_value() || !ParseHead(*head, answer)) return {};
  return answer;
}

HttpAnswer HttpClient::Receive(bool is_head, absl::Duration patience) {
  HttpAnswer answer = ReceiveHead(patience);
  while (answer.status == 100) answer = ReceiveHead(patience);
  std::size_t length = 0;
  if (is_head || !absl::SimpleAtoi(answer.Get("Content-Length"), &length)) return answer;
  std::optional<std::string> body = TakeBytes(length, EndOf(patience));
  if (!body.has_value()) return {};
  answer.body = *std::move(body);
  return answer;
}

std::optional<std::string> HttpClient::ReceiveChunk(absl::Duration patience) {
  const absl::Time end = EndOf(patience);
  const std::optional<std::string> size_line = TakeThrough("\r\n", end);
  if (!size_line.has_value()) return std::nullopt;
  const std::size_t size = std::stoul(*size_line, nullptr, 16);
  std::optional<std::string> chunk = TakeBytes(size + 2, end);
  if (size == 0 || !chunk.has_value()) return std::nullopt;
  chunk->resize(size);
  return chunk;
}

bool HttpClient::IsClosed(absl::Duration patience) {
  const absl::Time end = EndOf(patience);
  while (ReceiveMore(end)) {
  }
  return received_.empty() && absl::Now() < end;
}

HttpAnswer HttpClient::Call(const std::string& method, const std::string& target,
                            const HttpFields& fields, const std::string& body) {
  std::string request = absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: ", address_, "\r\n");
  for (const auto& [name, value] : fields) absl::StrAppend(&request, name, ": ", value, "\r\n");
  if (!body.empty()) absl::StrAppend(&request, "Content-Length: ", body.size(), "\r\n");
  absl::StrAppend(&request, "\r\n", body);
  if (!Send(request)) return {};
  return Receive(method == "HEAD");
}

HttpAnswer HttpClient::Get(const std::string& target, const HttpFields& fields) {
  return Call("GET", target, fields);
}

HttpAnswer HttpClient::Post(const std::string& target, const std::string& json,
                            const HttpFields& fields) {
  HttpFields all = fields;
  all.emplace_back("Content-Type", "application/json");
  return Call("POST", target, all, json);
}

HttpAnswer CallHttp(const std::string& address, const std::string& method,
                    const std::string& target, const HttpFields& fields, const std::string& body) {
  HttpClient client(address);
  return client.Call(method, target, fields, body);
}

}  // namespace orders::testing_support
