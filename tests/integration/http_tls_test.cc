// HTTP over TLS, as a client sees it: the same answers as in the clear, and ends that say so.
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/tls_port.h"
#include "tests/support/orderd_process.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpOverTls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
  void SetUp() override { Start({}); }
  void Start(const TlsPort::Options& options) {
    const TestCertificate own = authority_.Issue();
    identities_.Show({.certificate_chain = own.certificate, .private_key = own.key});
    port_.emplace(PortKind::kHttp, identities_, options);
    ASSERT_TRUE(port_->is_started()) << port_->error();
    WriteWholeFile(scratch_.Path("ca.pem"), authority_.certificate());
  }
  TlsClientOptions Believing() const { return {.authority = authority_.certificate()}; }
  std::string Url(const std::string& path) const {
    return absl::StrCat("https://localhost:", port_->port(), path);
  }
  ProcessEnd Curl(std::vector<std::string> arguments) const {
    std::vector<std::string> command = {"curl", "--silent", "--show-error", "--cacert",
                                        scratch_.Path("ca.pem")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command, absl::Seconds(30));
  }
  bool IsStreamClosed() const {
    for (int i = 0; i < 100 && port_->handler().streams_closed() == 0; ++i) {
      absl::SleepFor(absl::Milliseconds(100));
    }
    return port_->handler().streams_closed() == 1;
  }
  static std::string Head(const std::string& line, const std::string& more = "") {
    return absl::StrCat(line, "\r\nHost: localhost\r\n", more, "\r\n");
  }

  const TestAuthority authority_;
  const ScratchFolder scratch_;
  IdentityHolder identities_;
  mutable std::optional<TlsPort> port_;
};

TEST_F(HttpOverTls, AnswersCurl) {
  const ProcessEnd got = Curl({"--include", Url("/")});
  EXPECT_EQ(got.exit_code, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr("Strict-Transport-Security: max-age=31536000\r\n"));
  EXPECT_THAT(got.out, HasSubstr("\r\n\r\nGET 0"));
  EXPECT_THAT(Curl({"--head", Url("/")}).out, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_EQ(Curl({"--data", "{}", Url("/")}).out, "POST 2");
  // Two requests, one connection.
  const ProcessEnd both = Curl({"--write-out", "%{num_connects}", Url("/"), Url("/")});
  EXPECT_EQ(both.out, "GET 01GET 00");
}

TEST_F(HttpOverTls, CurlBelievesNoOtherAuthorityOrName) {
  EXPECT_EQ(RunToEnd({"curl", "--silent", Url("/")}, absl::Seconds(30)).exit_code, 60);
  const TestCertificate other = authority_.Issue({.name = "other.example"});
  identities_.Show({.certificate_chain = other.certificate, .private_key = other.key});
  EXPECT_EQ(Curl({Url("/")}).exit_code, 60);
}

TEST_F(HttpOverTls, TakesAMebibyteAndRefusesAByteMore) {
  const std::string file = scratch_.Path("body");
  WriteWholeFile(file, std::string(1 << 20, 'x'));
  EXPECT_EQ(Curl({"--data-binary", "@" + file, Url("/")}).out, "POST 1048576");
  WriteWholeFile(file, std::string((1 << 20) + 1, 'x'));
  for (const char* const encoding : {"Expect: 100-continue", "Transfer-Encoding: chunked"}) {
    const ProcessEnd refused = Curl({"--write-out", " %{http_code}", "--header", encoding,
                                     "--data-binary", "@" + file, Url("/")});
    EXPECT_THAT(refused.out, HasSubstr("BODY_TOO_LARGE"));
    EXPECT_THAT(refused.out, HasSubstr(" 413"));
  }
}

TEST_F(HttpOverTls, SendsManyMegabytesWhole) {
  const ProcessEnd got =
      Curl({"--output", "/dev/null", "--write-out", "%{size_download}", Url("/fill")});
  EXPECT_EQ(got.out, std::to_string(8 << 20)) << got.err;
}

TEST_F(HttpOverTls, WhatCameTogetherIsAnsweredInTurn) {
  TlsClient client(port_->port(), Believing());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += Head("GET / HTTP/1.1");
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 200; ++i) ASSERT_NE(client.ReceiveThrough("GET 0"), "") << i;
}

TEST_F(HttpOverTls, ABodyThatIsCutIsNoRequest) {
  {
    TlsClient client(port_->port(), Believing());
    ASSERT_TRUE(client.Send(Head("POST / HTTP/1.1", "Content-Length: 100\r\n") + "half"));
  }
  {
    TlsClient client(port_->port(), Believing());
    ASSERT_TRUE(client.Send(Head("POST / HTTP/1.1", "Content-Length: 100\r\n") + "half"));
    client.SayGoodbye();
    bool is_clean = false;
    EXPECT_EQ(client.ReceiveAll(is_clean), "");
  }
  EXPECT_TRUE(port_->Serves(Believing()));
  EXPECT_EQ(port_->handler().requests(), 1);
}

TEST_F(HttpOverTls, AnswersWhoSaysThatItSendsNoMore) {
  TlsClient client(port_->port(), Believing());
  ASSERT_TRUE(client.Send(Head("GET / HTTP/1.1")));
  client.SayGoodbye();
  bool is_clean = false;
  EXPECT_THAT(client.ReceiveAll(is_clean), HasSubstr("GET 0"));
  EXPECT_TRUE(is_clean);
}

TEST_F(HttpOverTls, SaysGoodbyeWhenItCloses) {
  TlsClient client(port_->port(), Believing());
  ASSERT_TRUE(client.Send(Head("GET / HTTP/1.1", "Connection: close\r\n")));
  bool is_clean = false;
  EXPECT_THAT(client.ReceiveAll(is_clean), HasSubstr("GET 0"));
  EXPECT_TRUE(is_clean);
}

TEST_F(HttpOverTls, AStreamEndsWhenItsReaderCuts) {
  TlsClient client(port_->port(), Believing());
  ASSERT_TRUE(client.Send(Head("GET /stream HTTP/1.1")));
  ASSERT_NE(client.ReceiveThrough("hello"), "");
  EXPECT_EQ(port_->handler().streams_closed(), 0);
  client.Cut();
  EXPECT_TRUE(IsStreamClosed());
}

TEST_F(HttpOverTls, AStreamEndsWhenItsReaderSaysGoodbye) {
  TlsClient client(port_->port(), Believing());
  ASSERT_TRUE(client.Send(Head("GET /stream HTTP/1.1")));
  ASSERT_NE(client.ReceiveThrough("hello"), "");
  client.SayGoodbye();
  EXPECT_TRUE(IsStreamClosed());
}

TEST_F(HttpOverTls, CurlReadsAStreamAsItComes) {
  const ProcessEnd got = Curl({"--no-buffer", "--max-time", "2", Url("/stream")});
  EXPECT_EQ(got.exit_code, 28) << got.err;  // Its time was over: the stream has no end.
  EXPECT_EQ(got.out, "hello");
}

TEST_F(HttpOverTls, TellsWhoComesInTheClearToUseHttps) {
  RawClient plain(port_->port());
  ASSERT_TRUE(plain.Send(Head("GET / HTTP/1.1")));
  bool is_closed = false;
  const std::string answer = plain.ReceiveAll(is_closed);
  EXPECT_TRUE(is_closed);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("https"));
  EXPECT_THAT(answer, Not(HasSubstr("Strict-Transport-Security")));
  EXPECT_EQ(port_->handler().requests(), 0);
}

TEST_F(HttpOverTls, RefusesWhoWantsAnotherProtocol) {
  TlsClientOptions options = Believing();
  options.protocol = "h2";
  TlsClient client(port_->port(), options);
  EXPECT_FALSE(client.is_connected());
  EXPECT_THAT(client.error(), HasSubstr("no application protocol"));
}

TEST_F(HttpOverTls, WhoWaitsForItsTurnIsServedWhenOthersAreCut) {
  Start({.handshake_max = absl::Seconds(2), .handshakes_max = 2});
  // One on each of the two threads.
  RawClient stuck(port_->port());
  ASSERT_TRUE(stuck.Send("\x16"));
  RawClient stuck_too(port_->port());
  ASSERT_TRUE(stuck_too.Send("\x16"));
  absl::SleepFor(absl::Seconds(1));  // What comes now has time left when these are cut.
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(port_->Serves(Believing()));
  EXPECT_TRUE(port_->HasRefused(2));
}

}  // namespace
}  // namespace orders::testing_support
