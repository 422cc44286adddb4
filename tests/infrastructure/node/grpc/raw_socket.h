#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace eventstoredb::testing_support {

/// A TCP connection to the loopback interface, for bytes that no library would send.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool is_connected() const { return descriptor_ >= 0; }
  /// False: the peer is gone.
  bool Send(std::string_view bytes);
  /// No more will be sent.
  void HalfClose();
  /// All that comes until the peer closes, or `patience` is over: then `is_closed` is false.
  struct Received {
    std::string bytes;
    bool is_closed = false;
  };
  Received ReceiveAll(absl::Duration patience = absl::Seconds(30));
  /// What comes first; empty if the peer closes or `patience` is over.
  std::string ReceiveSome(absl::Duration patience = absl::Seconds(30));

 private:
  bool WaitReadable(absl::Time end) const;
  int descriptor_;
};

}  // namespace eventstoredb::testing_support
