#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace eventstoredb {

using HttpRequest = boost::beast::http::request<boost::beast::http::empty_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;
/// What is said to a request, whose body is not read. Called by the socket's thread: must not
/// block.
using HttpAnswer = std::function<HttpResponse(const HttpRequest&)>;

HttpResponse HttpText(boost::beast::http::status status, std::string body,
                      std::string_view content_type = "text/plain; charset=utf-8");
/// GET or HEAD; to all else the answer is HttpReadOnly: 405, with what is allowed.
bool IsReadOnly(const HttpRequest& request);
HttpResponse HttpReadOnly();

/// Answers one request of HTTP/1.1, of which `received` has been read, and closes; over TLS if
/// there is a context. 400 and 431 are answered by itself; a HEAD gets the answer without its body.
/// Takes at most 8 KiB, waits for at most `patience` for the request, and as long for the answer to
/// be taken. Lets go of `permit` when it is over; `answer` stays until then.
void ServeHttp(boost::asio::ip::tcp::socket socket, const std::string& received,
               const std::shared_ptr<boost::asio::ssl::context>& tls,
               std::chrono::milliseconds patience, const HttpAnswer& answer,
               std::shared_ptr<void> permit);

}  // namespace eventstoredb
