#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "tests/support/test_authority.h"

namespace orders::testing_support {

struct TlsClientOptions {
  std::string authority;        ///< PEM, of the server; empty: anyone is believed.
  TestCertificate certificate;  ///< Its own; empty: none.
  std::string protocol;         ///< By ALPN: "h2"; empty: none is named.
  int version_min = 0;          ///< As TLS1_2_VERSION; 0: what OpenSSL has.
  int version_max = 0;
  std::string ciphers;  ///< Of TLS 1.2 and before; empty: all there are.
};

/// A connection over TLS by hand: it can ask for what no library would. Waits last 10 s, times
/// ORDERS_TIMEOUT_FACTOR.
class TlsClient {
 public:
  /// To 127.0.0.1.
  explicit TlsClient(std::uint16_t port, const TlsClientOptions& options = {});
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Whether its side of the handshake is done. Of TLS 1.3, the server may still refuse it.
  bool is_connected() const { return is_connected_; }
  const std::string& error() const { return error_; }  ///< Why not; OpenSSL's words.
  std::string version() const;                         ///< "TLSv1.3"
  std::string cipher() const;
  std::string protocol() const;          ///< Chosen by ALPN.
  std::string peer_certificate() const;  ///< PEM.

  bool Send(std::string_view bytes);
  /// What has come, at least a byte; empty: the connection is over, or nothing came in time.
  std::string Receive();
  /// Reads up to and with `mark`; empty: it did not come.
  std::string ReceiveThrough(std::string_view mark);
  /// All, up to the server's goodbye. `is_clean`: it said one.
  std::string ReceiveAll(bool& is_clean);
  /// Says that it will send no more; reads on.
  void SayGoodbye();
  /// Closes the socket, with no word.
  void Cut();
  /// Asks for another handshake on a connection of TLS 1.2; whether it got one.
  bool Renegotiate();

 private:
  struct State;
  void NoteError(int result);

  const std::unique_ptr<State> state_;
  bool is_connected_ = false;
  std::string error_;
  std::string received_;
};

/// A connection in the clear, for what is no TLS.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Send(std::string_view bytes);
  /// All that comes until the peer closes; `is_closed`: it did, in time.
  std::string ReceiveAll(bool& is_closed);

 private:
  int descriptor_ = -1;
};

}  // namespace orders::testing_support
