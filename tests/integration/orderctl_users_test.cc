// The store's users by orderctl: what it shows and changes, and how it comes by a password.

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_test.h"

namespace orders {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing_support::Json;
using testing_support::Lines;
using testing_support::OrderctlPath;
using testing_support::OrderctlResult;
using testing_support::OrderdProcess;
using testing_support::ProcessEnd;
using testing_support::ScratchFolder;
using testing_support::Words;

/// Real orderctl, and one real orderd whose embedded store has users, for all tests.
class OrderctlUsers : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started =
        OrderdProcess::Start({.arguments = {"--store-listen", "127.0.0.1:0", "--store-users"}});
    ASSERT_TRUE(started.ok()) << started.status();
    orderd_ = *std::move(started);
    testing_support::WriteWholeFile(scratch_.Path("password"), "canary one\n");
  }
  static void TearDownTestSuite() { orderd_.reset(); }

  static OrderctlResult Run(Words words) {
    words.insert(words.begin(), "users");
    return testing_support::RunOrderctl(words, {{"ORDERS_SERVER", orderd_->address()}});
  }
  static Json Do(Words words) {
    words.insert(words.end(), {"-o", "json"});
    const OrderctlResult result = Run(words);
    EXPECT_EQ(result.exit_code, 0) << words[0] << ": " << result.err;
    return Json::parse(result.out, nullptr, false);
  }
  static std::string password_file() { return scratch_.Path("password"); }
  static std::string server() { return orderd_->address(); }
  static std::string File(const std::string& text) {
    testing_support::WriteWholeFile(scratch_.Path("other"), text);
    return scratch_.Path("other");
  }

 private:
  static inline ScratchFolder scratch_;
  static inline std::unique_ptr<OrderdProcess> orderd_;
};

/// orderctl on a terminal of its own: what it shows there, and how it ends.
class Terminal {
 public:
  explicit Terminal(const Words& words) {
    pid_ = forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    std::vector<std::string> texts = {OrderctlPath()};
    texts.insert(texts.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  ~Terminal() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool WaitFor(const std::string& text) {
    while (shown_.find(text) == std::string::npos) {
      if (!ReadSome()) return false;
    }
    shown_before_ += shown_;
    shown_.clear();
    return true;
  }
  /// The question, and that nothing that is typed shows any more: signals are caught from then on.
  bool WaitForQuestion(const std::string& text) {
    if (!WaitFor(text)) return false;
    for (int waited = 0; waited < kPatienceMs; waited += kPauseMs) {
      termios state{};
      if (tcgetattr(master_, &state) == 0 && (state.c_lflag & ECHO) == 0) return true;
      absl::SleepFor(absl::Milliseconds(kPauseMs));
    }
    return false;
  }
  /// Types Ctrl-C and waits for the end, as Wait. OpenSSL's handler takes a note: where the signal
  /// comes just before its read, that waits on until a key is pressed once more.
  int InterruptAndWait() {
    constexpr int kPausesBetween = 100;
    for (int waited = 0; waited < kPatienceMs / kPauseMs; ++waited) {
      if (waited % kPausesBetween == 0) Type("\x03");
      pollfd end = {master_, POLLIN, 0};
      if (poll(&end, 1, kPauseMs) > 0 && !ReadSome()) break;
    }
    return Wait();
  }
  void Type(const std::string& text) {
    EXPECT_EQ(write(master_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  int Wait() {
    while (ReadSome()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string shown() const { return shown_before_ + shown_; }

 private:
  static constexpr int kPatienceMs = 60'000;
  static constexpr int kPauseMs = 10;

  bool ReadSome() {
    pollfd end = {master_, POLLIN, 0};
    if (poll(&end, 1, kPatienceMs) <= 0) return false;
    std::array<char, 4'096> buffer;
    const ssize_t count = read(master_, buffer.data(), buffer.size());
    if (count <= 0) return false;  // EIO: nobody has it open any more.
    shown_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  int master_ = -1;
  pid_t pid_ = -1;
  std::string shown_;  ///< Since the last text that was waited for.
  std::string shown_before_;
};

TEST_F(OrderctlUsers, AreMadeShownChangedAndTakenAway) {
  const OrderctlResult made =
      Run({"create", "carol", "--full-name", "Carol Green", "--group", "$ops", "--group", "reports",
           "--password-file", password_file()});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(made.out, "carol created\n");
  const OrderctlResult listed = Run({"list"});
  EXPECT_THAT(listed.out,
              AllOf(HasSubstr("LOGIN"), HasSubstr("admin"), HasSubstr("$ops, reports")));
  const OrderctlResult lines = Run({"list", "-o", "ndjson", "--all"});
  EXPECT_EQ(Lines(lines.out).at(1)["login_name"], "carol");
  EXPECT_THAT(Run({"show", "carol"}).out, AllOf(HasSubstr("Carol Green"), HasSubstr("enabled")));

  Do({"update", "carol", "--full-name", "Carol Brown"});
  EXPECT_EQ(Do({"show", "carol"})["groups"], Json({"$ops", "reports"})) << "what is not said stays";
  Do({"update", "carol", "--group", "$admins"});
  EXPECT_EQ(Do({"show", "carol"})["groups"], Json({"$admins"}));
  EXPECT_EQ(Do({"show", "carol"})["full_name"], "Carol Brown");
  Do({"update", "carol", "--no-group"});
  EXPECT_THAT(Do({"show", "carol"})["groups"], IsEmpty());

  Do({"disable", "carol"});
  EXPECT_THAT(Run({"show", "carol"}).out, HasSubstr("disabled"));
  Do({"enable", "carol"});
  Do({"reset-password", "carol", "--password-file", password_file()});
  EXPECT_EQ(Run({"delete", "carol"}).out, "carol deleted\n");
  const OrderctlResult gone = Run({"show", "carol"});
  EXPECT_EQ(gone.exit_code, 66);
  EXPECT_THAT(gone.err, HasSubstr("STORE_USER_NOT_FOUND"));
}

TEST_F(OrderctlUsers, TheLastAdministratorStays) {
  for (const Words& words : std::vector<Words>{
           {"delete", "admin"}, {"disable", "admin"}, {"update", "admin", "--no-group"}}) {
    const OrderctlResult refused = Run(words);
    EXPECT_EQ(refused.exit_code, 1) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("LAST_STORE_ADMIN"));
  }
}

TEST_F(OrderctlUsers, WrongWordsAreToldAndNothingIsSent) {
  for (const Words& words : std::vector<Words>{{},
                                               {"show"},
                                               {"create", "x", "canary"},
                                               {"create", "x", "--password", "canary"},
                                               {"update", "x"},
                                               {"update", "x", "--group", "a", "--no-group"}}) {
    const OrderctlResult refused = Run(words);
    EXPECT_EQ(refused.exit_code, 64) << refused.err;
  }
}

TEST_F(OrderctlUsers, APasswordIsTheOneLineOfAFile) {
  for (const std::string text : {"", "\n", "canary\nline\n", "canary\xff\n"}) {
    const OrderctlResult refused = Run({"create", "eve", "--password-file", File(text)});
    EXPECT_EQ(refused.exit_code, 64) << refused.err;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("not one line"), Not(HasSubstr("canary"))));
  }
  EXPECT_EQ(Run({"create", "eve", "--password-file", File(std::string(1'025, 'c'))}).exit_code, 64);
  EXPECT_EQ(Run({"create", "eve", "--password-file", "/no/such"}).exit_code, 64);
  EXPECT_EQ(
      Run({"create", "max", "--password-file", File(std::string(1'024, 'c') + "\r\n")}).exit_code,
      0);
  Do({"delete", "max"});
}

TEST_F(OrderctlUsers, APasswordComesByStandardInput) {
  const ProcessEnd made = testing_support::RunToEnd(
      {"sh", "-c",
       R"(printf 'canary one\n' | "$0" --server "$1" users create pia --password-file -)",
       OrderctlPath(), server()},
      absl::Seconds(60));
  EXPECT_EQ(made.exit_code, 0) << made.err;
  // It is the same one as the file's: made again it is the same user.
  EXPECT_EQ(Run({"create", "pia", "--password-file", password_file()}).exit_code, 0);
  const OrderctlResult other = Run({"create", "pia", "--password-file", File("canary two")});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, AllOf(HasSubstr("STORE_USER_EXISTS"), Not(HasSubstr("canary"))));
  Do({"delete", "pia"});
}

TEST_F(OrderctlUsers, APasswordIsTypedTwiceAndNotShown) {
  Terminal terminal({"--server", server(), "users", "create", "rita"});
  ASSERT_TRUE(terminal.WaitForQuestion("Password of rita: ")) << terminal.shown();
  terminal.Type("canary one\n");
  ASSERT_TRUE(terminal.WaitForQuestion("Password of rita: ")) << terminal.shown();
  terminal.Type("canary one\n");
  EXPECT_EQ(terminal.Wait(), 0) << terminal.shown();
  EXPECT_THAT(terminal.shown(), AllOf(HasSubstr("rita created"), Not(HasSubstr("canary"))));
  EXPECT_EQ(Run({"create", "rita", "--password-file", password_file()}).exit_code, 0);
  Do({"delete", "rita"});
}

TEST_F(OrderctlUsers, APasswordThatIsTypedOtherwiseTheSecondTimeIsNone) {
  Terminal terminal({"--server", server(), "users", "create", "rita"});
  ASSERT_TRUE(terminal.WaitForQuestion("Password of rita: ")) << terminal.shown();
  terminal.Type("canary one\n");
  ASSERT_TRUE(terminal.WaitForQuestion("Password of rita: ")) << terminal.shown();
  terminal.Type("canary two\n");
  EXPECT_EQ(terminal.Wait(), 64) << terminal.shown();
  EXPECT_EQ(Run({"show", "rita"}).exit_code, 66);
}

TEST_F(OrderctlUsers, CtrlCAtTheQuestionEndsItWithoutAUser) {
  Terminal terminal({"--server", server(), "users", "create", "rita"});
  ASSERT_TRUE(terminal.WaitForQuestion("Password of rita: ")) << terminal.shown();
  EXPECT_EQ(terminal.InterruptAndWait(), 130) << terminal.shown();
  EXPECT_EQ(Run({"show", "rita"}).exit_code, 66);
}

TEST_F(OrderctlUsers, WithoutATerminalTheFileIsAskedFor) {
  const ProcessEnd refused = testing_support::RunToEnd(
      {"setsid", "--wait", OrderctlPath(), "--server", server(), "users", "create", "rita"},
      absl::Seconds(60));
  EXPECT_EQ(refused.exit_code, 64) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("--password-file"));
}

using OrderctlWithoutUsers = testing_support::OrderctlTest;
TEST_F(OrderctlWithoutUsers, SaysWhatTurnsThemOn) {
  const OrderctlResult refused = Run({"users", "list"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("STORE_WITHOUT_USERS"), HasSubstr("store-users")));
}

}  // namespace
}  // namespace orders
