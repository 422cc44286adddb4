#include "infrastructure/node/access/credentials.h"

#include <string>

#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

using Kind = CallerCredentials::Kind;

TEST(AnAuthorizationHeader, OfBasicCredentialsIsReadInWhateverCase) {
  // admin:changeit
  for (const std::string header : {"Basic YWRtaW46Y2hhbmdlaXQ=", "basic YWRtaW46Y2hhbmdlaXQ=",
                                   "BASIC  YWRtaW46Y2hhbmdlaXQ= "}) {
    const CallerCredentials read = ReadAuthorization(header);
    EXPECT_EQ(read.kind, Kind::kPassword) << header;
    EXPECT_EQ(read.login, "admin") << header;
    EXPECT_EQ(read.password, "changeit") << header;
    EXPECT_EQ(read.name(), "admin") << header;
  }
}

TEST(AnAuthorizationHeader, EndsTheLoginAtTheFirstColon) {
  const CallerCredentials read = ReadAuthorization("Basic YTpiOmM=");  // a:b:c
  EXPECT_EQ(read.login, "a");
  EXPECT_EQ(read.password, "b:c");
}

TEST(AnAuthorizationHeader, ThatIsNoneCountsAsNoCredentials) {
  for (const std::string header :
       {"", "Basic", "Basic ", "Basic !", "Basic YWRtaW4=" /* admin */, "Basic OnA=" /* :p */,
        "Bearer YWRtaW46Y2hhbmdlaXQ=", "BasicYWRtaW46Y2hhbmdlaXQ="}) {
    const CallerCredentials read = ReadAuthorization(header);
    EXPECT_EQ(read.kind, Kind::kAnonymous) << header;
    EXPECT_EQ(read.name(), "anonymous") << header;
  }
}

TEST(ADigestOfCredentials, DiffersByLoginPasswordAndProcess) {
  const CredentialsDigester digester;
  const CallerCredentials ada{Kind::kPassword, "ada", "secret"};
  EXPECT_EQ(digester.Of(ada), digester.Of(ada));
  EXPECT_NE(digester.Of(ada), digester.Of({Kind::kPassword, "ada", "Secret"}));
  EXPECT_NE(digester.Of(ada), digester.Of({Kind::kPassword, "ad", "asecret"}));
  EXPECT_NE(digester.Of(ada), CredentialsDigester().Of(ada));
}

}  // namespace
}  // namespace eventstoredb
