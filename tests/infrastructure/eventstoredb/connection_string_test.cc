#include "eventstoredb/connection_string.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

ConnectionString MustParse(const std::string& text) {
  absl::StatusOr<ConnectionString> parsed = ParseConnectionString(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.status();
  return parsed.ok() ? *std::move(parsed) : ConnectionString{};
}

std::string Refusal(const std::string& text) {
  const absl::StatusOr<ConnectionString> parsed = ParseConnectionString(text);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(parsed.status().message());
}

std::vector<std::string> Hosts(const std::string& text) {
  std::vector<std::string> hosts;
  for (const Endpoint& endpoint : MustParse(text).options.endpoints) {
    hosts.push_back(endpoint.ToString());
  }
  return hosts;
}

TEST(ClientCheck, C01_AHostAloneMeansPort2113AndTls) {
  const ConnectionString parsed = MustParse("esdb://host");
  EXPECT_THAT(Hosts("esdb://host"), ElementsAre("host:2113"));
  EXPECT_TRUE(parsed.options.tls);
  EXPECT_FALSE(parsed.options.discover);
  EXPECT_THAT(parsed.warnings, IsEmpty());
}

TEST(ClientCheck, C02_TlsFalseIsTaken) {
  EXPECT_FALSE(MustParse("esdb://host?tls=false").options.tls);
}

TEST(ClientCheck, C04_DiscoverIsTakenAndOnlyTheFirstHostIsAsked) {
  const ConnectionString parsed = MustParse("esdb+discover://a:1,b:2");
  EXPECT_TRUE(parsed.options.discover);
  EXPECT_THAT(Hosts("esdb+discover://a:1,b:2"), ElementsAre("a:1"));
  EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("first host")));
}

TEST(ClientCheck, C05_CredentialsArePercentDecoded) {
  const ConnectionString parsed = MustParse("esdb://u%20v:p%40%3Ass@host");
  EXPECT_EQ(parsed.options.credentials, (Credentials{"u v", "p@:ss"}));
  EXPECT_THAT(Hosts("esdb://u:p@host:99"), ElementsAre("host:99"));
  EXPECT_EQ(MustParse("esdb://u:p/w@host").options.credentials, (Credentials{"u", "p/w"}));
}

TEST(ClientCheck, C06_AnotherSchemeIsRefusedAndTheAllowedAreNamed) {
  EXPECT_THAT(Refusal("http://host"), HasSubstr("esdb+discover://"));
}

class Scheme : public testing::TestWithParam<std::string> {};
TEST_P(Scheme, IsTakenWithAndWithoutDiscover) {
  EXPECT_FALSE(MustParse(GetParam() + "://h").options.discover);
  EXPECT_TRUE(MustParse(GetParam() + "+discover://h").options.discover);
}
INSTANTIATE_TEST_SUITE_P(Of, Scheme, testing::Values("esdb", "kurrentdb", "kurrent", "kdb"));

TEST(ClientCheck, C07_OptionNamesMatchIgnoringCaseDashAndUnderscore) {
  for (const char* const name : {"nodepreference", "node_preference", "Node-Preference"}) {
    const std::string text = absl::StrCat("esdb://h?", name, "=Follower");
    EXPECT_EQ(MustParse(text).options.node_preference, NodePreference::kFollower) << text;
  }
  for (const char* const value : {"read_only_replica", "readOnlyReplica", "READ-ONLY-REPLICA"}) {
    const std::string text = absl::StrCat("esdb://h?nodePreference=", value);
    EXPECT_EQ(MustParse(text).options.node_preference, NodePreference::kReadOnlyReplica) << text;
  }
  EXPECT_EQ(MustParse("esdb://h?nodePreference=random").options.node_preference,
            NodePreference::kRandom);
}

TEST(ClientCheck, C08_ABadValueIsRefused) {
  EXPECT_THAT(Refusal("esdb://h?tls=maybe"), HasSubstr("tls"));
}

TEST(ClientCheck, C09_AnUnknownOptionIsAWarning) {
  const ConnectionString parsed = MustParse("esdb://h?unknown=1&tls=false");
  EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("unknown")));
  EXPECT_FALSE(parsed.options.tls);
}

TEST(ClientCheck, C10_PingsAreTakenDisabledAndRefused) {
  EXPECT_THAT(Refusal("esdb://h?keepAliveInterval=-2"), HasSubstr("keepAliveInterval"));
  EXPECT_EQ(MustParse("esdb://h?keepAliveInterval=-1").options.keepalive_interval,
            absl::InfiniteDuration());
  EXPECT_EQ(MustParse("esdb://h?keepAliveTimeout=20000").options.keepalive_timeout,
            absl::Seconds(20));
}

TEST(ClientCheck, C11_AClientCertificateNeedsItsKey) {
  EXPECT_THAT(Refusal("esdb://h?userCertFile=x"), HasSubstr("userKeyFile"));
  EXPECT_THAT(Refusal("esdb://h?userKeyFile=x"), HasSubstr("userCertFile"));
  const ConnectionString both = MustParse("esdb://h?userCertFile=a%20b&userKeyFile=k");
  EXPECT_EQ(both.options.user_cert_file, "a b");
}

TEST(ClientCheck, C12_ATrailingSlashAndSpaceAroundAreAccepted) {
  EXPECT_THAT(Hosts("esdb://host:2113/"), ElementsAre("host:2113"));
  EXPECT_THAT(Hosts("  esdb://host/?tls=false \n"), ElementsAre("host:2113"));
}

TEST(ClientCheck, C13_HostsWithoutPortsGetTheDefaultOne) {
  EXPECT_THAT(Hosts("esdb://a,b"), ElementsAre("a:2113", "b:2113"));
}

TEST(ConnectionStringOf, AHundredHostsIsTakenAndRepeatsCountOnce) {
  std::string text = "esdb://h0";
  for (int i = 1; i < 100; ++i) absl::StrAppend(&text, ",h", i);
  EXPECT_THAT(Hosts(text), SizeIs(100));
  EXPECT_THAT(Hosts("esdb://a:1,A:1,b:1,a:2"), ElementsAre("a:1", "b:1", "a:2"));
  EXPECT_FALSE(MustParse("esdb://a,a").options.discover);
}

TEST(ConnectionStringOf, Ipv6AddressesStandInBrackets) {
  EXPECT_THAT(Hosts("esdb://[::1]:2113,[fe80::1],127.0.0.1:7"),
              ElementsAre("[::1]:2113", "[fe80::1]:2113", "127.0.0.1:7"));
}

TEST(ConnectionStringOf, EveryOptionIsRead) {
  const ClientOptions options =
      MustParse(
          "esdb://h?tlsVerifyCert=false&tlsCAFile=%2Fca.pem&connectionName=shop%201"
          "&defaultDeadline=2500&throwOnAppendFailure=false&maxDiscoverAttempts=3"
          "&discoveryInterval=0&gossipTimeout=3")
          .options;
  EXPECT_FALSE(options.tls_verify_cert);
  EXPECT_EQ(options.tls_ca_file, "/ca.pem");
  EXPECT_EQ(options.connection_name, "shop 1");
  EXPECT_EQ(options.default_deadline, absl::Milliseconds(2500));
  EXPECT_EQ(options.discover_attempts_max, 3);
  EXPECT_EQ(options.discovery_interval, absl::ZeroDuration());
  EXPECT_EQ(options.gossip_timeout, absl::Seconds(3));
}

TEST(ConnectionStringOf, AGossipTimeoutFrom100OnIsMilliseconds) {
  EXPECT_EQ(MustParse("esdb://h?gossipTimeout=99").options.gossip_timeout, absl::Seconds(99));
  EXPECT_EQ(MustParse("esdb://h?gossipTimeout=100").options.gossip_timeout,
            absl::Milliseconds(100));
}

TEST(ConnectionStringOf, WhatIsLikelyNotMeantIsAWarning) {
  EXPECT_THAT(MustParse("esdb://h?keepAliveInterval=5000").warnings,
              ElementsAre(HasSubstr("10,000 ms")));
  EXPECT_THAT(MustParse("esdb://u:p@h?tls=false").warnings, ElementsAre(HasSubstr("not sent")));
  EXPECT_THAT(MustParse("esdb://h?tls=false&tlsCAFile=x").warnings,
              ElementsAre(HasSubstr("not used")));
}

class BadString : public testing::TestWithParam<std::string> {};
TEST_P(BadString, IsRefusedWithWhatToChange) { EXPECT_GT(Refusal(GetParam()).size(), 20U); }
INSTANTIATE_TEST_SUITE_P(
    B91ToB97, BadString,
    testing::Values("", "   ", "h", "esdb:/h", "esdb://", "esdb:///", "esdb://:2113",
                    "esdb://h:99999", "esdb://h:0", "esdb://h:-1", "esdb://h:2113x",
                    "esdb://h:", "ESDB://h", "esdb://user@h", "esdb://:pw@h", "esdb://u:@h",
                    "esdb://u:%zz@h", "esdb://u:%4@h", "esdb://u:a:b@h", "esdb://u:p@p@h",
                    "esdb://u:p?w@h", "esdb://h?tls=false&tls=true", "esdb://h?tls=false&TLS=false",
                    "esdb://h?keepAliveInterval=abc", "esdb://h?keepAliveInterval=0",
                    "esdb://h?keepAliveTimeout=-2", "esdb://h?tlsCAFile=", "esdb://h?=1",
                    "esdb://h?tls", "esdb://h?", "esdb://h?tls=true&", "esdb://h?a=1?b=2&tls=x",
                    "esdb://h?maxDiscoverAttempts=0", "esdb://h?nodePreference=best",
                    "esdb://h?defaultDeadline=0", "esdb://h?defaultDeadline=-1",
                    "esdb://h?defaultDeadline=1.5", "esdb://h?gossipTimeout=0",
                    "esdb://h?discoveryInterval=99999999999999999999", "esdb://a, b", "esdb://a b",
                    "esdb://a,,b", "esdb://a,", "esdb://h/path", "esdb://[::1", "esdb://[::g]",
                    "esdb://::1", "esdb://[::1]2113", "esdb://h$", "esdb://h?connectionName=%C3%BC",
                    "esdb+discover", "esdb+discover+discover://h"));

TEST(ConnectionStringOf, TheTextHasABound) {
  EXPECT_THAT(Refusal("esdb://" + std::string(70'000, 'a')), HasSubstr("65,536"));
  EXPECT_THAT(Refusal("esdb://" + std::string(254, 'a')), HasSubstr("host"));
}

// Whatever is wrong with the string, and wherever the password was cut apart by a character that
// should have been encoded, no message and no warning repeats a part of it.
TEST(ConnectionStringOf, ThePasswordIsNeverTold) {
  for (const char* const wrong :
       {"esdb://ada:hun%zzter2@h", "esdb://ada:hunter2@", "esdb://ada:hunter2@h:x",
        "esdb://ada:hunter2@@h", "esdb://ada:h:unter2@h", "esdb://ada:x?hunter2=1@h",
        "esdb://ada:x?tls=hunter2@h", "esdb://ada:x,hunter2@h:z", "http://ada:hunter2@h",
        "esdb://ada:hunter2@h?tls=maybe"}) {
    EXPECT_THAT(Refusal(wrong), Not(HasSubstr("hunter"))) << wrong;
    EXPECT_THAT(Refusal(wrong), Not(HasSubstr("unter2"))) << wrong;
  }
  for (const std::string& warning :
       MustParse("esdb://ada:hunter2@h?tls=false&color=red").warnings) {
    EXPECT_THAT(warning, Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace eventstoredb
