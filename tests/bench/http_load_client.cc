// Closed-loop client of HTTP/1.1: connections that are kept, on one thread, which does as little as
// it can: servers are measured, not this. Prints one line of JSON.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CLI/CLI.hpp"

#include "tests/bench/measure.h"

namespace orders::bench {
namespace {

struct Options {
  std::string target;
  std::string method = "get";
  int connections = 64;
  double seconds = 3;
  double warm_up_seconds = 0.5;
  std::string order_prefix;  // As bench_load_client's: "x" + this + number.
  int orders = 10'000;       // Reads these in turn.
  std::string answer_file;   // Not empty: an answer is written to it, as it came.
};

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in AddressOf(const std::string& target) {
  const std::size_t colon = target.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(target.c_str() + colon + 1)));
  if (inet_pton(AF_INET, target.substr(0, colon).c_str(), &address.sin_addr) != 1) Die("--target");
  return address;
}

struct Connection {
  int descriptor = -1;
  std::string received;
  Clock::time_point start;
};

/// Bytes of the answer that `received` begins with; 0: it is not whole yet.
std::size_t WholeAnswer(std::string_view received) {
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  const std::size_t at = received.substr(0, head).find(kLength);
  if (at == std::string_view::npos) return 0;
  std::size_t body = 0;
  std::from_chars(received.data() + at + kLength.size(), received.data() + head, body);
  const std::size_t all = head + 4 + body;
  return received.size() < all ? 0 : all;
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        address_(AddressOf(options.target)),
        loop_(options.warm_up_seconds, options.seconds, options.connections),
        connections_(static_cast<std::size_t>(options.connections)),
        running_(options.connections) {}

  void Run() {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) Die("epoll");
    for (Connection& connection : connections_) {
      Open(connection);
      Ask(connection);
    }
    std::vector<epoll_event> events(connections_.size());
    while (running_ > 0) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) Receive(*static_cast<Connection*>(events[i].data.ptr));
    }
    loop_.Wait();
    loop_.Print(options_.method, response_bytes_);
  }

 private:
  void Open(Connection& connection) {
    connection.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection.descriptor < 0 ||
        connect(connection.descriptor, reinterpret_cast<const sockaddr*>(&address_),
                sizeof(address_)) != 0) {
      Die("connect");
    }
    const int on = 1;
    setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &connection;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event) != 0) Die("epoll_ctl");
    connection.received.clear();
  }

  void Ask(Connection& connection) {
    char request[256];
    const int size = std::snprintf(
        request, sizeof(request), "GET /v1/orders/x%s%016llu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        options_.order_prefix.c_str(),
        static_cast<unsigned long long>(number_++ % static_cast<std::uint64_t>(options_.orders)));
    connection.start = Clock::now();
    if (send(connection.descriptor, request, static_cast<std::size_t>(size), MSG_NOSIGNAL) !=
        size) {
      Die("send");
    }
  }

  void Receive(Connection& connection) {
    char bytes[16 << 10];
    const ssize_t count = recv(connection.descriptor, bytes, sizeof(bytes), 0);
    if (count <= 0) Die("a connection ended in an answer");
    connection.received.append(bytes, static_cast<std::size_t>(count));
    const std::size_t whole = WholeAnswer(connection.received);
    if (whole == 0) return;
    const std::string answer = connection.received.substr(0, whole);
    connection.received.erase(0, whole);
    const bool is_well = answer.starts_with("HTTP/1.1 200 ");
    if (is_well) Keep(answer);
    const bool goes_on =
        loop_.Ended(connection.start, is_well ? "" : answer.substr(0, answer.find('\r')));
    // A server lets a connection ask so many times.
    if (answer.find("\r\nConnection: close\r\n") != std::string::npos || !goes_on) {
      close(connection.descriptor);
      if (!goes_on) {
        --running_;
        return;
      }
      Open(connection);
    }
    Ask(connection);
  }

  void Keep(const std::string& answer) {
    response_bytes_ = answer.size();
    if (options_.answer_file.empty() || is_kept_) return;
    std::ofstream(options_.answer_file, std::ios::binary) << answer;
    is_kept_ = true;
  }

  const Options options_;
  const sockaddr_in address_;
  ClosedLoop loop_;
  std::vector<Connection> connections_;
  int epoll_ = -1;
  int running_;
  std::uint64_t number_ = 0;
  std::size_t response_bytes_ = 0;
  bool is_kept_ = false;
};

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  orders::bench::Options options;
  CLI::App app("Closed-loop client of HTTP for the benches");
  app.add_option("--target", options.target)->required();
  app.add_option("--method", options.method)->check(CLI::IsMember({"get"}));
  app.add_option("--in-flight", options.connections)->check(CLI::Range(1, 4'096));
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up_seconds);
  app.add_option("--prefix", options.order_prefix);
  app.add_option("--orders", options.orders)->check(CLI::PositiveNumber);
  app.add_option("--answer-file", options.answer_file);
  CLI11_PARSE(app, argc, argv);
  orders::bench::Load load(options);
  load.Run();
  return 0;
}
