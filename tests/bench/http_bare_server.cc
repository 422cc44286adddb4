// What the service's HTTP port is measured against: a server that does nothing but read a request
// with Boost.Beast and write the same answer to each, a thread an event loop, as orderd has them.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace orders::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using Response = http::response<http::string_body>;

constexpr int kThreads = 2;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const Response& response)
      : socket_(std::move(socket)), response_(response) {}

  void Read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_,
                     [self = shared_from_this()](error_code error, std::size_t /*count*/) {
                       if (!error) self->Write();
                     });
  }

 private:
  void Write() {
    http::async_write(socket_, response_,
                      [self = shared_from_this()](error_code error, std::size_t /*count*/) {
                        if (!error) self->Read();
                      });
  }

  tcp::socket socket_;
  const Response& response_;
  boost::beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
};

class Server {
 public:
  explicit Server(Response response)
      : response_(std::move(response)),
        acceptor_(loops_[0], tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  void Run() {
    Accept();
    std::cout << "ready 127.0.0.1:" << acceptor_.local_endpoint().port() << std::endl;
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (asio::io_context& loop : loops_) {
      threads.emplace_back([&loop] {
        const auto stays = asio::make_work_guard(loop);
        loop.run();
      });
    }
    while (std::cin.get() != std::char_traits<char>::eof()) {
    }
    for (asio::io_context& loop : loops_) loop.stop();
    for (std::thread& thread : threads) thread.join();
  }

 private:
  void Accept() {
    asio::io_context& loop = loops_[next_++ % kThreads];
    acceptor_.async_accept(loop, [this, &loop](error_code error, tcp::socket socket) {
      if (error) return;
      socket.set_option(tcp::no_delay(true));
      asio::post(loop, [this, socket = std::move(socket)]() mutable {
        std::make_shared<Connection>(std::move(socket), response_)->Read();
      });
      Accept();
    });
  }

  const Response response_;
  asio::io_context loops_[kThreads] = {asio::io_context(1), asio::io_context(1)};
  tcp::acceptor acceptor_;
  int next_ = 0;
};

int Main(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  error_code error;
  parser.put(asio::buffer(bytes), error);
  if (error || !parser.is_done()) {
    std::cerr << path << " holds no whole answer of HTTP/1.1\n";
    return 65;
  }
  Server(parser.release()).Run();
  return 0;
}

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_http_bare_server FILE_WITH_AN_ANSWER\n";
    return 64;
  }
  return orders::bench::Main(argv[1]);
}
