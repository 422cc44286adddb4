// What a TLS connection is going to carry, by its first message.
#include "infrastructure/node/transport/client_hello.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace eventstoredb {
namespace {

/// The first bytes of a real client that offers `protocols`, as ALPN has them on the wire.
std::string HelloOf(const std::string& protocols) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL* const client = SSL_new(context.get());
  const std::unique_ptr<SSL, decltype(&SSL_free)> owned(client, SSL_free);
  if (!protocols.empty()) {
    SSL_set_alpn_protos(client, reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  }
  SSL_set_tlsext_host_name(client, "localhost");
  BIO* const sent = BIO_new(BIO_s_mem());
  SSL_set_bio(client, BIO_new(BIO_s_mem()), sent);
  SSL_connect(client);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(sent, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

/// `hello`, of one record, as records of `size` bytes at most.
std::string InRecordsOf(const std::string& hello, std::size_t size) {
  std::string records;
  for (std::size_t at = 5; at < hello.size(); at += size) {
    const std::string part = hello.substr(at, size);
    records += hello.substr(0, 3);
    records += static_cast<char>(part.size() >> 8);
    records += static_cast<char>(part.size() & 0xFF);
    records += part;
  }
  return records;
}

TEST(AClientHello, SaysByItsOfferWhatFollows) {
  EXPECT_EQ(ClassifyTls(HelloOf("\x02h2")), Speech::kHttp2);
  EXPECT_EQ(ClassifyTls(HelloOf("\x08http/1.1\x02h2")), Speech::kHttp2);
  EXPECT_EQ(ClassifyTls(HelloOf("\x08http/1.1")), Speech::kHttp1);
  EXPECT_EQ(ClassifyTls(HelloOf("")), Speech::kHttp1);
}

TEST(AClientHello, IsUndecidedUntilItIsWhole) {
  const std::string hello = HelloOf("\x02h2");
  for (std::size_t size = 0; size < hello.size(); ++size) {
    EXPECT_EQ(ClassifyTls(hello.substr(0, size)), Speech::kUndecided) << size;
  }
}

TEST(AClientHello, MayComeInAnyRecords) {
  const std::string hello = HelloOf("\x02h2");
  for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
    EXPECT_EQ(ClassifyTls(InRecordsOf(hello, size)), Speech::kHttp2) << size;
  }
}

TEST(AClientHello, ThatIsNoneIsUnknown) {
  EXPECT_EQ(ClassifyTls("GET / HTTP/1.1\r\n"), Speech::kUnknown);
  EXPECT_EQ(ClassifyTls("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Speech::kUnknown);
  EXPECT_EQ(ClassifyTls(std::string("\x16\x03\x01\x00\x00", 5)), Speech::kUnknown);
  EXPECT_EQ(ClassifyTls(std::string("\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9)), Speech::kUnknown);
  // A message that claims more than is waited for.
  EXPECT_EQ(ClassifyTls(std::string("\x16\x03\x01\x40\x00\x01\xFF\xFF\xFF", 9) +
                        std::string(kClientHelloBytesMax, 'x')),
            Speech::kUnknown);
}

TEST(AClientHello, MayHoldAnythingAndIsReadWithinItsBounds) {
  const std::string hello = HelloOf("\x02h2");
  for (std::size_t at = 5; at < hello.size(); ++at) {
    for (const char value : {'\x00', '\x01', '\x7F', '\xFF'}) {
      std::string changed = hello;
      changed[at] = value;
      ClassifyTls(changed);  // Whatever it says of it: nothing outside is read.
    }
  }
}

}  // namespace
}  // namespace eventstoredb
