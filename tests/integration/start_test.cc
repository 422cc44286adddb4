// How the service starts, and how it says that it does not: an exit code and a line for a person.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kNobody = 65534;

std::vector<std::string> With(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::size_t Lines(const std::string& text) {
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  return lines.size();
}

/// A running service with one order in it; the test ends if it cannot start.
std::unique_ptr<OrderdProcess> MustStart(const OrderdOptions& options) {
  auto started = OrderdProcess::Start(options);
  if (!started.ok()) {
    ADD_FAILURE() << started.status();
    return nullptr;
  }
  return *std::move(started);
}

void StoreOneOrder(const std::string& data) {
  const auto process = MustStart({.data = data});
  ASSERT_NE(process, nullptr);
  OrdersClient client(process->address());
  const CommandAnswer created = client.Send(CreateRequest("first"));
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  ASSERT_EQ(process->Stop().exit_code, 0);
}

/// A bound and listening socket on a loopback port of its own.
class BusyPort {
 public:
  BusyPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    name_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  }
  ~BusyPort() { close(socket_); }
  BusyPort(const BusyPort&) = delete;
  BusyPort& operator=(const BusyPort&) = delete;
  const std::string& name() const { return name_; }

 private:
  int socket_;
  std::string name_;
};

TEST(Start, SaysReadyInOneLineWithTheAddress) {
  const ScratchFolder scratch;
  const auto process = MustStart({.data = scratch.Path("data")});
  ASSERT_NE(process, nullptr);
  EXPECT_EQ(Lines(process->out()), 1U) << process->out();
  EXPECT_THAT(process->out(), HasSubstr("orderd ready grpc=127.0.0.1:"));
  bool serving = false;
  OrdersClient client(process->address());
  const grpc::Status health = client.CheckHealth(serving);
  EXPECT_TRUE(health.ok()) << Describe(health);
  EXPECT_TRUE(serving);
}

TEST(Start, KeepsItsFilesFromOtherUsers) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  StoreOneOrder(data);
  struct stat found {};
  ASSERT_EQ(stat(data.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    ASSERT_EQ(stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0077U, 0U) << entry.path();
  }
}

TEST(Start, AnArgumentThatIsNotUnderstoodIsNamed) {
  const ScratchFolder scratch;
  struct Row {
    std::vector<std::string> arguments;
    std::string named;
  };
  const std::vector<Row> rows = {
      {{"--no-such-flag"}, "--no-such-flag"},
      {{"--grpc-listen"}, "--grpc-listen"},
      {{"--grpc-listen", "127.0.0.1:abc"}, "--grpc-listen"},
      {{"--grpc-listen", "127.0.0.1:65536"}, "--grpc-listen"},
      {{"--grpc-listen", "127.0.0.1:-1"}, "--grpc-listen"},
      {{"--grpc-listen", ""}, "--grpc-listen"},
      {{"--data", ""}, "--data"},
      {{"--data", "a", "--data", "b"}, "--data"},
      {{"--log-format", "xml"}, "--log-format"},
      {{"--workers", "0"}, "--workers"},
      {{"--workers", "1.5"}, "--workers"},
      {{"--workers", "99999999999999999999"}, "--workers"},
      {{"--deadline-max", "5"}, "--deadline-max"},
      {{"--deadline-max", "-1s"}, "--deadline-max"},
      {{"--free-space-min", "-1"}, "--free-space-min"},
      {{"--free-space-min", "99999TiB"}, "--free-space-min"},
      {{"no-such-command"}, "no-such-command"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.arguments.front(), " ", row.arguments.back()));
    const ProcessEnd end = RunOrderd(row.arguments);
    EXPECT_EQ(end.exit_code, 64) << end.err;
    EXPECT_EQ(Lines(end.err), 1U) << end.err;
    EXPECT_THAT(end.err, HasSubstr(row.named));
    EXPECT_EQ(end.out, "");
  }
}

TEST(Start, HelpNamesEveryFlagOnStandardOutput) {
  const ProcessEnd end = RunOrderd({"--help"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  for (const char* flag :
       {"--data", "--in-memory", "--grpc-listen", "--insecure", "--log-format"}) {
    EXPECT_THAT(end.out, HasSubstr(flag));
  }
}

TEST(Start, VersionAndHelpAreTheSameWhereverTheyStand) {
  const ProcessEnd help = RunOrderd({"--help"});
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"serve", "--help"}, {"-h"}, {"--data", "x", "--help"}}) {
    const ProcessEnd end = RunOrderd(words);
    EXPECT_EQ(end.exit_code, 0) << end.err;
    EXPECT_EQ(end.out, help.out);
  }
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--version"}, {"serve", "--version"}}) {
    const ProcessEnd end = RunOrderd(words);
    EXPECT_EQ(end.exit_code, 0) << end.err;
    EXPECT_THAT(end.out, ::testing::MatchesRegex("orderd [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  }
}

TEST(Start, APortInUseIsNamedAndNothingIsLeftRunning) {
  const ScratchFolder scratch;
  const BusyPort busy;
  const ProcessEnd end =
      RunOrderd({"serve", "--data", scratch.Path("data"), "--grpc-listen", busy.name()});
  EXPECT_EQ(end.exit_code, 69) << end.err;
  EXPECT_THAT(end.err, HasSubstr(busy.name()));
  EXPECT_THAT(end.out, Not(HasSubstr("ready")));
  // The folder is whole, and free for the next one.
  StoreOneOrder(scratch.Path("data"));
}

TEST(Start, APrivilegedPortIsRefusedToNobody) {
  const ScratchFolder scratch;
  const ProcessEnd end = RunToEnd(
      {"setpriv", "--reuid", absl::StrCat(kNobody), "--regid", absl::StrCat(kNobody),
       "--clear-groups", OrderdPath(), "serve", "--in-memory", "--grpc-listen", "127.0.0.1:1"},
      absl::Seconds(60));
  EXPECT_EQ(end.exit_code, 77) << end.err;
  EXPECT_THAT(end.err, HasSubstr("127.0.0.1:1"));
}

TEST(Start, ADataPathThatIsAFileIsRefusedAndLeftAlone) {
  const ScratchFolder scratch;
  const std::string path = scratch.Path("file");
  WriteWholeFile(path, "not a folder");
  const ProcessEnd end = RunOrderd(ServeArguments(path));
  EXPECT_EQ(end.exit_code, 73) << end.err;
  EXPECT_THAT(end.err, HasSubstr(path));
  EXPECT_EQ(ReadWholeFile(path), "not a folder");
}

TEST(Start, ADataPathBelowAFileIsRefused) {
  const ScratchFolder scratch;
  WriteWholeFile(scratch.Path("file"), "not a folder");
  const ProcessEnd end = RunOrderd(ServeArguments(scratch.Path("file/data")));
  EXPECT_EQ(end.exit_code, 73) << end.err;
  EXPECT_THAT(end.err, HasSubstr("file/data"));
}

TEST(Start, AMissingParentFolderIsRefusedByName) {
  const ScratchFolder scratch;
  const ProcessEnd end = RunOrderd(ServeArguments(scratch.Path("no/such/folder")));
  EXPECT_EQ(end.exit_code, 73) << end.err;
  EXPECT_THAT(end.err, HasSubstr("no/such/folder"));
}

TEST(Start, AFolderOfAnotherUserIsRefused) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  StoreOneOrder(data);
  ASSERT_EQ(chmod(scratch.path().c_str(), 0755), 0);
  const std::string before = ReadWholeFile(data + "/events.db");
  const ProcessEnd end = RunToEnd(With({"setpriv", "--reuid", absl::StrCat(kNobody), "--regid",
                                        absl::StrCat(kNobody), "--clear-groups", OrderdPath()},
                                       ServeArguments(data)),
                                  absl::Seconds(60));
  EXPECT_EQ(end.exit_code, 77) << end.err;
  EXPECT_THAT(end.err, HasSubstr(data));
  EXPECT_EQ(ReadWholeFile(data + "/events.db"), before);
}

TEST(Start, AParentFolderWithoutTheRightToWriteIsRefused) {
  const ScratchFolder scratch;
  ASSERT_EQ(chmod(scratch.path().c_str(), 0755), 0);  // Root's: nobody may look, not write.
  const std::string data = scratch.Path("data");
  const ProcessEnd end = RunToEnd(With({"setpriv", "--reuid", absl::StrCat(kNobody), "--regid",
                                        absl::StrCat(kNobody), "--clear-groups", OrderdPath()},
                                       ServeArguments(data)),
                                  absl::Seconds(60));
  EXPECT_TRUE(end.exit_code == 77 || end.exit_code == 73) << end.exit_code << " " << end.err;
  EXPECT_THAT(end.err, HasSubstr(data));
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST(Start, ASecondProcessIsToldWhoHoldsTheFolderAndTheFirstGoesOn) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  const auto first = MustStart({.data = data});
  ASSERT_NE(first, nullptr);
  const ProcessEnd second = RunOrderd(ServeArguments(data));
  EXPECT_EQ(second.exit_code, 75) << second.err;
  EXPECT_THAT(second.err, HasSubstr(absl::StrCat("pid ", first->pid())));
  OrdersClient client(first->address());
  const CommandAnswer created = client.Send(CreateRequest("after-the-second"));
  EXPECT_TRUE(created.ok()) << Describe(created.status);
  EXPECT_EQ(first->Stop().exit_code, 0);
}

TEST(Start, TheLockOfAKilledProcessDoesNotBlock) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  const auto first = MustStart({.data = data});
  ASSERT_NE(first, nullptr);
  OrdersClient client(first->address());
  ASSERT_TRUE(client.Send(CreateRequest("before-the-kill")).ok());
  first->KillNow();
  ASSERT_TRUE(std::filesystem::exists(data + "/lock"));

  const auto second = MustStart({.data = data});
  ASSERT_NE(second, nullptr);
  OrdersClient reader(second->address());
  const auto history = reader.ReadHistory("before-the-kill");
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  EXPECT_EQ(history.response.size(), 1U);
}

TEST(Start, AnAddressBeyondLoopbackNeedsTheWordInsecure) {
  const ProcessEnd end = RunOrderd({"serve", "--in-memory", "--grpc-listen", "0.0.0.0:0"});
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_THAT(end.err, HasSubstr("--insecure"));
  EXPECT_THAT(end.err, HasSubstr("0.0.0.0"));
}

TEST(Start, AnAddressBeyondLoopbackServesWithTheWordInsecureAndSaysSo) {
  const auto process = MustStart(
      {.listen = "0.0.0.0:0", .arguments = {"--insecure", "--metrics-listen", "127.0.0.1:0"}});
  ASSERT_NE(process, nullptr);
  EXPECT_THAT(process->address(), HasSubstr("0.0.0.0:"));
  EXPECT_THAT(process->err(), HasSubstr("INSECURE"));
  EXPECT_THAT(CallHttp(process->ReadyWord("metrics"), "GET", "/metrics").body,
              HasSubstr("\norders_insecure 1\n"));
}

TEST(Start, DataInMemoryOfTheMachineIsCalledNotDurable) {
  const ScratchFolder scratch;
  ASSERT_EQ(RunToEnd({"mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", scratch.path()},
                     absl::Seconds(30))
                .exit_code,
            0)
      << "this test needs the right to mount a tmpfs";
  {
    const auto process =
        MustStart({.data = scratch.Path("data"),
                   .arguments = {"--free-space-min", "1MiB", "--free-space-min-percent", "0"}});
    EXPECT_THAT(process == nullptr ? "" : process->err(), HasSubstr("not durable"));
  }
  EXPECT_EQ(RunToEnd({"umount", scratch.path()}, absl::Seconds(30)).exit_code, 0);
}

TEST(Start, ALogOfANewerVersionIsRefusedAndNotTouched) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  StoreOneOrder(data);
  const std::string log = data + "/events.db";
  const ProcessEnd version = RunToEnd({"sqlite3", log, "PRAGMA user_version"}, absl::Seconds(30));
  ASSERT_EQ(version.exit_code, 0) << version.err << " (this test needs sqlite3)";
  const int newer = std::stoi(version.out) + 1;
  ASSERT_EQ(
      RunToEnd({"sqlite3", log, absl::StrCat("PRAGMA user_version=", newer)}, absl::Seconds(30))
          .exit_code,
      0);
  const std::string before = ReadWholeFile(log);
  const std::string witness = ReadWholeFile(data + "/head.witness");
  const ProcessEnd end = RunOrderd(ServeArguments(data));
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_THAT(end.err, HasSubstr(data));
  EXPECT_TRUE(ReadWholeFile(log) == before) << "the log was changed";
  EXPECT_TRUE(ReadWholeFile(data + "/head.witness") == witness) << "the witness was changed";
}

TEST(Start, AnotherProgramsDatabaseIsRefusedAndNotTouched) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  ASSERT_TRUE(std::filesystem::create_directory(data));
  const std::string log = data + "/events.db";
  ASSERT_EQ(RunToEnd({"sqlite3", log, "CREATE TABLE mine(x); INSERT INTO mine VALUES(1)"},
                     absl::Seconds(30))
                .exit_code,
            0)
      << "this test needs sqlite3";
  const std::string before = ReadWholeFile(log);
  const ProcessEnd end = RunOrderd(ServeArguments(data));
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_TRUE(ReadWholeFile(log) == before) << "another program's database was changed";
}

}  // namespace
}  // namespace orders::testing_support
