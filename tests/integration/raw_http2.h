#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace orders::testing_support {

using RawHeaders = std::vector<std::pair<std::string, std::string>>;

/// How one call ended that was written frame by frame.
enum class RawEnd {
  kAnswered,  ///< Trailers with the end of the stream.
  kReset,     ///< RST_STREAM.
  kGoAway,    ///< GOAWAY: the connection ends.
  kClosed,    ///< Closed without a word.
  kTimedOut,  ///< Nothing of these in time.
  kNoConnection,
};

/// A unary call with any headers, also those that no gRPC library sends, on a connection of its
/// own. `address` is 127.0.0.1:PORT; `message` is what follows the five bytes of gRPC's framing.
RawEnd CallRaw(const std::string& address, const RawHeaders& headers, const std::string& message,
               absl::Duration within);

/// The headers that a well-formed call of `method` has.
RawHeaders GoodHeaders(const std::string& method);

/// Sends `bytes` on a new connection and reads until the peer closes. False: not closed in time.
bool IsClosedAfter(const std::string& address, const std::string& bytes, absl::Duration within);

}  // namespace orders::testing_support
