#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/infrastructure/eventstoredb/test_certificate.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

grpc::Status Written(grpc::ServerContext&, const std::vector<streams::AppendReq>&,
                     streams::AppendResp& out) {
  out.mutable_success()->set_current_revision(0);
  return grpc::Status::OK;
}

class OverTls : public testing::Test {
 protected:
  OverTls() : server_({.append = Written}, 0, Credentials(false)) {}

  std::shared_ptr<grpc::ServerCredentials> Credentials(bool ask_client) {
    grpc::SslServerCredentialsOptions ssl(
        ask_client ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    ssl.pem_key_cert_pairs = {{own_.key, own_.certificate}};
    ssl.pem_root_certs = own_.certificate;
    return grpc::SslServerCredentials(ssl);
  }
  std::string Save(const std::string& name, const std::string& pem) {
    const std::string path = absl::StrCat(directory_.path(), "/", name);
    std::ofstream(path) << pem;
    return path;
  }
  ClientOptions Options(const ScriptedServer& server) {
    ClientOptions options = server.options();
    options.tls = true;
    options.tls_ca_file = Save("ca.pem", own_.certificate);
    return options;
  }

  TempDirectory directory_;
  const TestCertificate own_ = MakeTestCertificate();
  ScriptedServer server_;
};

TEST_F(OverTls, C20_C22_CredentialsAreSentAndThoseOfACallInsteadOfTheClients) {
  ClientOptions options = Options(server_);
  options.credentials = eventstoredb::Credentials{"ada", "p@ss:w\xC3\xB6rd"};
  const auto client = MustCreate(options);
  const auto own = client->Append(AppendOf("s", 1));
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_TRUE(client->Append(AppendOf("s", 2), {.credentials = {{"bob", "x"}}}).ok());
  const std::vector<Headers> headers = server_.HeadersOf("Append");
  ASSERT_THAT(headers, SizeIs(2));
  EXPECT_EQ(headers[0].find("authorization")->second,
            "Basic " + absl::Base64Escape("ada:p@ss:w\xC3\xB6rd"));
  EXPECT_EQ(headers[1].find("authorization")->second, "Basic " + absl::Base64Escape("bob:x"));
}

TEST_F(OverTls, ACertificateOfAnotherAuthorityIsRefusedWithWhatToChange) {
  ClientOptions options = Options(server_);
  options.tls_ca_file = Save("other.pem", MakeTestCertificate().certificate);
  const auto refused = MustCreate(options)->Append(AppendOf("s", 1));
  EXPECT_TRUE(absl::IsUnavailable(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("tlsCAFile"));
  EXPECT_EQ(server_.Calls("Append"), 0);
}

TEST_F(OverTls, AnyCertificateIsTakenWithoutVerification) {
  ClientOptions options = Options(server_);
  options.tls_ca_file.clear();
  options.tls_verify_cert = false;
  const auto taken = MustCreate(options)->Append(AppendOf("s", 1));
  EXPECT_TRUE(taken.ok()) << taken.status();
}

TEST_F(OverTls, TheClientShowsItsOwnCertificateWithAndWithoutVerification) {
  ScriptedServer asking({.append = Written}, 0, Credentials(true));
  ClientOptions options = Options(asking);
  EXPECT_TRUE(absl::IsUnavailable(MustCreate(options)->Append(AppendOf("s", 1)).status()));
  options.user_cert_file = Save("cert.pem", own_.certificate);
  options.user_key_file = Save("key.pem", own_.key);
  const auto shown = MustCreate(options)->Append(AppendOf("s", 1));
  EXPECT_TRUE(shown.ok()) << shown.status();
  options.tls_verify_cert = false;
  const auto unverified = MustCreate(options)->Append(AppendOf("s", 1));
  EXPECT_TRUE(unverified.ok()) << unverified.status();
}

TEST_F(OverTls, AClientInTheClearHearsThatItWasNotConnected) {
  ClientOptions options = server_.options();
  const auto refused = MustCreate(options)->Append(AppendOf("s", 1));
  EXPECT_TRUE(absl::IsUnavailable(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("cannot connect"));
}

}  // namespace
}  // namespace eventstoredb
