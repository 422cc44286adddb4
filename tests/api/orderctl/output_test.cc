#include "api/orderctl/output.h"

#include <csignal>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "gtest/gtest.h"

#include "api/orderctl/exit_codes.h"

namespace orders::api {
namespace {

TEST(Output, WritesWhatItIsGiven) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Output out(ends[1]);
  EXPECT_TRUE(out.Write("hello"));
  char buffer[8];
  EXPECT_EQ(read(ends[0], buffer, sizeof buffer), 5);
  EXPECT_EQ(out.ExitCode(kExitRefused), kExitRefused);
  close(ends[0]);
  close(ends[1]);
}

TEST(Output, EndsQuietlyWhenTheReaderLeaves) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  Output out(ends[1]);
  EXPECT_FALSE(out.Write("hello"));
  EXPECT_EQ(out.state(), Output::State::kReaderGone);
  EXPECT_FALSE(out.Write("more"));
  EXPECT_EQ(out.ExitCode(kExitOk), kExitOk);
  close(ends[1]);
}

TEST(Output, FailsWhenTheDiskIsFull) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  Output out(full);
  EXPECT_FALSE(out.Write("hello"));
  EXPECT_EQ(out.state(), Output::State::kFailed);
  EXPECT_EQ(out.ExitCode(kExitOk), kExitOutput);
  EXPECT_EQ(out.ExitCode(kExitNotFound), kExitNotFound);
  close(full);
}

}  // namespace
}  // namespace orders::api
