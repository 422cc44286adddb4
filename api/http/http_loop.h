#pragma once

#include <atomic>
#include <cstddef>
#include <ctime>
#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include <boost/asio/io_context.hpp>

#include "api/http/http_server.h"
#include "api/http/tls_context.h"

namespace orders::api {

class HttpConnection;

/// What the connections of one thread share. All but the counters is that thread's own.
struct HttpLoop {
  HttpLoop(const HttpServerOptions& options_of_all, std::atomic<bool>& draining_of_all,
           std::atomic<std::size_t>& connections_of_all)
      : options(options_of_all), draining(draining_of_all), connections(connections_of_all) {
    if (options.tls) tls.emplace(options.tls);
  }

  const HttpServerOptions& options;
  std::atomic<bool>& draining;
  std::atomic<std::size_t>& connections;
  std::optional<TlsContext> tls;
  std::size_t handshakes = 0;                          ///< That are open.
  std::deque<HttpConnection*> waiting_for_handshakes;  ///< In the order in which they came.
  HttpHandler* handler = nullptr;
  absl::flat_hash_set<HttpConnection*> open;
  boost::asio::io_context io{1};  ///< Last: what it drops leaves `open`.

  /// Of Date, made once a second.
  const std::string& Date();
  /// How many handshakes may be open on this thread.
  std::size_t handshakes_max() const {
    const std::size_t share = options.handshakes_max / static_cast<std::size_t>(options.threads);
    return share > 0 ? share : 1;
  }

 private:
  std::time_t date_second_ = 0;
  std::string date_;
};

}  // namespace orders::api
