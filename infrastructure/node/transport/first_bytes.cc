#include "infrastructure/node/transport/first_bytes.h"

namespace eventstoredb {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kMethods[] = {"GET ",     "HEAD ",  "POST ",  "PUT ",    "DELETE ",
                                         "OPTIONS ", "PATCH ", "TRACE ", "CONNECT "};

}  // namespace

Speech Classify(std::string_view first_bytes) {
  if (first_bytes.starts_with(kPreface)) return Speech::kHttp2;
  if (kPreface.starts_with(first_bytes)) return Speech::kUndecided;
  for (const std::string_view method : kMethods) {
    if (first_bytes.starts_with(method)) return Speech::kHttp1;
    if (method.starts_with(first_bytes)) return Speech::kUndecided;
  }
  return Speech::kUnknown;
}

}  // namespace eventstoredb
