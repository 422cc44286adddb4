#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace eventstoredb {

/// What the HTTP/1.1 endpoints tell (protocol section 6).
struct PlainHttpState {
  std::function<bool()> is_serving;
  std::string version;
};

/// Answers one request of HTTP/1.1, of which `received` has been read, and closes:
/// GET and HEAD of /health/live, /ping and /info; 405, 404 or 400 to all else. Takes at most
/// 8 KiB, waits for at most 10 s. Lets go of `permit` when it is over; `state` stays until then.
void ServePlainHttp(boost::asio::ip::tcp::socket socket, const std::string& received,
                    const PlainHttpState& state, std::shared_ptr<void> permit);

}  // namespace eventstoredb
