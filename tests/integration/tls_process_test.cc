// The real service over TLS with tokens, as it is run: orderctl and curl at it, and a new
// certificate by SIGHUP.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_process.h"
#include "tests/support/orderd_process.h"
#include "tests/support/test_authority.h"
#include "tests/support/tls_client.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;

class ServiceOverTls : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFileWithMode(ca_, authority_.certificate(), 0644);
    own_ = ShowNew();
    const OrderctlResult token =
        RunOrderctl({"token", "new", "shop", "--role", "write", "--append", tokens_});
    ASSERT_EQ(token.exit_code, 0) << token.err;
    WriteFileWithMode(token_, token.out);
    auto started =
        OrderdProcess::Start({.arguments = {"--tls-cert", cert_, "--tls-key", key_, "--tokens",
                                            tokens_, "--http-listen", "127.0.0.1:0"}});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }
  /// Writes the files of another identity.
  TestCertificate ShowNew() const {
    const TestCertificate next = authority_.Issue();
    WriteFileWithMode(cert_, next.certificate, 0644);
    WriteFileWithMode(key_, next.key);
    return next;
  }
  OrderctlResult Orderctl(std::vector<std::string> words) const {
    words.insert(words.end(), {"--tls-ca", ca_, "--token-file", token_});
    return RunOrderctl(words, {{"ORDERS_SERVER", process_->address()}});
  }
  ProcessEnd Curl(std::vector<std::string> words, const std::string& path) const {
    std::string token = ReadWholeFile(token_);
    token.pop_back();
    words.insert(words.begin(), {"curl", "--silent", "--show-error", "--cacert", ca_, "--header",
                                 "Authorization: Bearer " + token});
    words.push_back(absl::StrCat("https://", process_->ReadyWord("http"), path));
    return RunToEnd(words, absl::Seconds(30));
  }
  std::string Shown(const std::string& address) const {
    const std::string port = address.substr(address.rfind(':') + 1);
    TlsClient client(static_cast<std::uint16_t>(std::stoi(port)),
                     {.authority = authority_.certificate()});
    return client.peer_certificate();
  }

  const TestAuthority authority_;
  const ScratchFolder scratch_;
  const std::string ca_ = scratch_.Path("ca.pem");
  const std::string cert_ = scratch_.Path("server.pem");
  const std::string key_ = scratch_.Path("server.key");
  const std::string tokens_ = scratch_.Path("tokens.toml");
  const std::string token_ = scratch_.Path("token");
  TestCertificate own_;
  std::unique_ptr<OrderdProcess> process_;
};

TEST_F(ServiceOverTls, ServesOrdersOnBothPorts) {
  const OrderctlResult created = Orderctl({"create", "--order", "o-1", "--customer", "c-1",
                                           "--currency", "EUR", "--item", "TEA-1:2:890:Assam"});
  EXPECT_EQ(created.exit_code, 0) << created.err;
  EXPECT_THAT(Curl({}, "/v1/orders/o-1").out, HasSubstr("\"c-1\""));
  const ProcessEnd watched =
      Curl({"--no-buffer", "--max-time", "2"}, "/v1/orders:watch?order_id=o-1");
  EXPECT_EQ(watched.exit_code, 28) << watched.err << watched.out;  // A watch has no end.
  EXPECT_EQ(process_->Stop().exit_code, 0);
}

TEST_F(ServiceOverTls, ShowsANewCertificateAfterSighup) {
  EXPECT_EQ(Shown(process_->address()), own_.certificate);
  EXPECT_EQ(Shown(process_->ReadyWord("http")), own_.certificate);
  const TestCertificate next = ShowNew();
  process_->SendSignal(SIGHUP);
  for (int i = 0; i < 600 && Shown(process_->address()) != next.certificate; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_EQ(Shown(process_->address()), next.certificate);
  EXPECT_EQ(Shown(process_->ReadyWord("http")), next.certificate);
}

TEST_F(ServiceOverTls, CountsAndLogsWhatItRefuses) {
  {
    const std::string http = process_->ReadyWord("http");
    const TlsClient old(static_cast<std::uint16_t>(std::stoi(http.substr(http.rfind(':') + 1))),
                        {.version_max = 0x0302});  // TLS 1.1
    EXPECT_FALSE(old.is_connected());
  }
  EXPECT_THAT(Curl({}, "/metrics").out,
              HasSubstr("\norders_tls_handshakes_refused_total{port=\"http\"} 1\n"));
  EXPECT_THAT(process_->err(), HasSubstr("TLS handshake refused port=http count=1"));
}

}  // namespace
}  // namespace orders::testing_support
