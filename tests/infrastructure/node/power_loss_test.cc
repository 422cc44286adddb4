#include <atomic>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temp_directory.h"

// A script of appends runs once on a simulated disk; then the power is cut at every write and every
// sync that it made, in several ways, and the store is opened on what is left.
namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.

constexpr std::uint64_t kAppends = 300;

EmbeddedEventStoreOptions Options(const std::string& directory, const FaultDisk& disk) {
  EmbeddedEventStoreOptions options;
  options.directory = directory;
  options.vfs = disk.vfs();
  options.system_projections = true;
  // Checkpoints are in the script too.
  options.wal_pages_idle_max = 60;
  options.wal_pages_busy_max = 60;
  options.on_fatal = [](const absl::Status& status) { ADD_FAILURE() << status; };
  return options;
}

// The n-th append of the script: one event, several, or none; old streams and new ones.
AppendRequest ScriptedAppend(std::uint64_t n) {
  AppendRequest request;
  request.stream = absl::StrCat("order-", n % 7 == 0 ? n : n % 5);
  request.events = EventRange(n * 100, n % 11 == 0 ? 0 : 1 + n % 4 * (n % 3));
  if (n % 13 == 0 && !request.events.empty()) request.events[0].data = std::string(9'000, 'x');
  return request;
}

struct Step {
  DiskOperation operation;
  std::uint64_t answered = 0;  ///< Writes answered before it.
};
struct Recording {
  std::vector<Step> steps;
  std::vector<AppendResult> answers;
};

// Called on the store's thread, before its next change of the disk.
using Answered = std::function<void(absl::StatusOr<AppendResult>)>;
// Starts the n-th write of a script.
using StartWrite = std::function<void(EmbeddedEventStore& store, std::uint64_t n, Answered)>;

void StartScriptedAppend(EmbeddedEventStore& store, std::uint64_t n, Answered answered) {
  store.StartAppend(ScriptedAppend(n), std::move(answered));
}

// Streams that are written, deleted and written again, some with metadata of their own.
constexpr std::uint64_t kWritesPerStream = 3;
constexpr std::uint64_t kRecreatedStreams = 10;
std::string RecreatedStream(std::uint64_t i) { return absl::StrCat("again-", i); }

void StartRecreation(EmbeddedEventStore& store, std::uint64_t n, Answered answered) {
  const std::string stream = RecreatedStream(n / kWritesPerStream);
  if (n % kWritesPerStream == 1) {
    store.StartDelete({.stream = stream},
                      [answered = std::move(answered)](absl::StatusOr<DeleteResult> result) {
                        if (!result.ok()) return answered(result.status());
                        answered(AppendResult{std::nullopt, result->position});
                      });
    return;
  }
  AppendRequest request;
  request.stream = stream;
  request.events = EventRange(n * 100 + 1, 2);
  if (n % 7 == 2) request.events[0].data = std::string(9'000, 'x');
  store.StartAppend(std::move(request), std::move(answered));
}

Recording Record(const std::string& directory, bool durable, absl::Duration witness_sync_interval,
                 std::uint64_t writes = kAppends, const StartWrite& start = StartScriptedAppend) {
  Recording recording;
  FaultDisk disk;
  std::atomic<std::uint64_t> answered{0};
  disk.Observe([&](const DiskOperation& operation) {
    recording.steps.push_back({operation, answered});
  });
  EmbeddedEventStoreOptions options = Options(directory, disk);
  options.durability_for_tests = durable;
  options.witness_sync_interval = witness_sync_interval;
  auto store = EmbeddedEventStore::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  if (!store.ok()) return recording;
  for (std::uint64_t n = 0; n < writes; ++n) {
    absl::Mutex mutex;
    std::optional<absl::StatusOr<AppendResult>> answer;
    start(**store, n, [&](absl::StatusOr<AppendResult> result) {
      ++answered;
      absl::MutexLock lock(&mutex);
      answer = std::move(result);
    });
    absl::MutexLock lock(&mutex);
    const auto is_answered = [&] { return answer.has_value(); };
    mutex.Await(absl::Condition(&is_answered));
    EXPECT_TRUE(answer->ok()) << answer->status();
    if (!answer->ok()) return recording;
    recording.answers.push_back(**answer);
  }
  disk.Observe(nullptr);
  return recording;
}

// Of a stream that was written again: exactly its new events are visible, or it is still deleted.
std::string JudgeRecreated(EmbeddedEventStore& store, std::uint64_t answered) {
  for (std::uint64_t i = 0; i < kRecreatedStreams; ++i) {
    const std::uint64_t done =
        answered > i * kWritesPerStream ? answered - i * kWritesPerStream : 0;
    const ReadResult read = ReadStream(store, RecreatedStream(i));
    const std::vector<std::uint64_t> seen = read.Revisions();
    const bool is_missing = absl::IsNotFound(read.status);
    if (!read.status.ok() && !is_missing) return read.status.ToString();
    const bool is_first = seen == std::vector<std::uint64_t>{0, 1};
    const bool is_again = seen == std::vector<std::uint64_t>{2, 3};
    // After `done` writes were answered the next one may be on disk as well.
    const bool fits = (done == 0 && (is_missing || is_first)) ||
                      (done == 1 && (is_first || is_missing)) ||
                      (done == 2 && (is_missing || is_again)) || (done >= 3 && is_again);
    if (!fits) {
      return absl::StrCat(RecreatedStream(i), " after ", done, " answers has ", seen.size(),
                          " visible events");
    }
  }
  const absl::Status verified = store.Verify(absl::InfiniteFuture());
  return verified.ok() ? "" : verified.ToString();
}

// What is wrong with the store that was found; empty: nothing.
std::string Judge(EmbeddedEventStore& store, const Recording& recording, std::uint64_t answered) {
  std::map<std::string, std::vector<RecordedEvent>> streams;
  const ReadResult all = ReadAll(store);
  if (!all.status.ok()) return absl::StrCat("read: ", all.status.ToString());
  Position last;
  for (const RecordedEvent& event : all.events) {
    if (event.position <= last) return "positions do not grow";
    last = event.position;
    std::vector<RecordedEvent>& stream = streams[event.stream];
    if (event.revision != stream.size()) return absl::StrCat(event.stream, " has a gap");
    stream.push_back(event);
  }
  // Every answered append is there, whole, where it was answered; the one after it wholly or not.
  std::map<std::string, std::size_t> used;
  std::uint64_t written = 0;
  for (std::uint64_t n = 0; n < kAppends; ++n) {
    const AppendRequest request = ScriptedAppend(n);
    std::size_t& next = used[request.stream];
    const std::vector<RecordedEvent>& stream = streams[request.stream];
    std::size_t found = 0;
    while (found < request.events.size() && next + found < stream.size() &&
           stream[next + found].id == request.events[found].id &&
           stream[next + found].data == request.events[found].data &&
           stream[next + found].metadata == request.events[found].metadata) {
      ++found;
    }
    next += found;
    written += found;
    const bool whole = found == request.events.size();
    if (n < answered) {
      if (!whole) return absl::StrCat("append ", n, " of ", answered, " answered is lost");
      if (!request.events.empty() && stream[next - 1].position != *recording.answers[n].position) {
        return absl::StrCat("append ", n, " moved");
      }
    } else if (n == answered) {
      if (found != 0 && !whole) return absl::StrCat("append ", n, " is there in part");
    } else if (found != 0 && !request.events.empty()) {
      return absl::StrCat("append ", n, " was never made");
    }
  }
  if (written != all.events.size()) return "there are events that nobody appended";
  // The append in doubt can be repeated, and no position is handed out twice.
  const std::uint64_t in_doubt = std::min(answered, kAppends - 1);
  const auto again = store.Append(ScriptedAppend(in_doubt));
  if (!again.ok()) return absl::StrCat("repeat: ", again.status().ToString());
  const auto more = Append(store, "after", ExpectedRevision::NoStream(), Events({1}));
  if (!more.ok()) return absl::StrCat("append after: ", more.status().ToString());
  if (answered > 0 && *more->position <= *recording.answers[answered - 1].position) {
    return "a position was handed out twice";
  }
  return "";
}

// Of the index, whose rows are written less often than events: nothing is missing, nothing is
// twice.
std::string JudgeLinks(EmbeddedEventStore& store) {
  std::vector<std::string> expected;
  for (const RecordedEvent& event : ReadAll(store).events) {
    if (event.stream.starts_with("order-")) {
      expected.push_back(absl::StrCat(event.revision, "@", event.stream));
    }
  }
  const ReadResult links = ReadStream(store, "$ce-order");
  if (expected.empty()) return absl::IsNotFound(links.status) ? "" : links.status.ToString();
  if (!links.status.ok()) return links.status.ToString();
  std::vector<std::string> found;
  for (const RecordedEvent& link : links.events) found.push_back(link.data);
  return found == expected ? "" : absl::StrCat(found.size(), " links of ", expected.size());
}

struct Outcome {
  std::uint64_t cuts = 0;
  std::uint64_t losses = 0;
  std::string first_loss;
};

class PowerLoss : public testing::Test {
 protected:
  using JudgeStore = std::function<std::string(EmbeddedEventStore&, std::uint64_t answered)>;

  std::string StorePath() const { return directory_.path() + "/store"; }

  // Opens the store on what `files` are after the cut.
  std::string OpenAndJudge(const std::map<std::string, SimulatedFile>& files, PowerCut cut,
                           std::uint64_t seed, const JudgeStore& judge, std::uint64_t answered) {
    FaultDisk disk;
    std::uint64_t file_seed = seed * 1'000;
    for (const auto& [path, file] : files) {
      disk.PutFile(path, file.AfterPowerCut(cut, ++file_seed));
    }
    auto store = EmbeddedEventStore::Open(Options(StorePath(), disk));
    if (!store.ok()) return absl::StrCat("open: ", store.status().ToString());
    return judge(**store, answered);
  }

  Outcome Sweep(const Recording& recording, const std::vector<PowerCut>& cuts) {
    return Sweep(recording, cuts, [&](EmbeddedEventStore& store, std::uint64_t answered) {
      return Judge(store, recording, answered);
    });
  }
  Outcome Sweep(const Recording& recording, const std::vector<PowerCut>& cuts,
                const JudgeStore& judge) {
    Outcome outcome;
    std::map<std::string, SimulatedFile> files;
    for (std::size_t i = 0; i < recording.steps.size(); ++i) {
      const auto& [operation, answered] = recording.steps[i];
      SimulatedFile& file = files[operation.path];
      if (operation.kind == DiskOperation::Kind::kWrite) {
        file.Write(operation.offset, operation.data.data(), operation.data.size());
      }
      if (operation.kind == DiskOperation::Kind::kTruncate) file.Truncate(operation.offset);
      // The power goes before a sync has done anything, and in the middle of a write.
      for (const PowerCut cut : cuts) {
        ++outcome.cuts;
        const std::string wrong = OpenAndJudge(files, cut, i + 1, judge, answered);
        if (wrong.empty()) continue;
        ++outcome.losses;
        if (outcome.first_loss.empty()) {
          outcome.first_loss =
              absl::StrCat("cut ", static_cast<int>(cut), " at step ", i, " of ",
                           recording.steps.size(), " (", operation.path, "): ", wrong);
        }
      }
      if (operation.kind == DiskOperation::Kind::kSync) file.Sync();
      if (operation.kind == DiskOperation::Kind::kDelete) files.erase(operation.path);
    }
    std::printf("%zu writes and syncs, %llu power cuts, %llu with a loss\n", recording.steps.size(),
                static_cast<unsigned long long>(outcome.cuts),
                static_cast<unsigned long long>(outcome.losses));
    return outcome;
  }

  // Holds the lock only: the log is on the simulated disk.
  TempDirectory directory_{"/dev/shm"};
};

TEST_F(PowerLoss, AtEveryWriteAndEverySyncLosesNothingThatWasAnswered) {
  const Recording recording = Record(StorePath(), true, absl::Seconds(1));
  ASSERT_EQ(recording.answers.size(), kAppends);
  const Outcome outcome =
      Sweep(recording, {PowerCut::kDropAll, PowerCut::kKeepAll, PowerCut::kTear});
  EXPECT_EQ(outcome.losses, 0U) << outcome.first_loss;
  EXPECT_GT(outcome.cuts, 3 * kAppends);
}

TEST_F(PowerLoss, WithTheWitnessSyncedEachTimeLosesNothingEither) {
  const Recording recording = Record(StorePath(), true, absl::ZeroDuration());
  ASSERT_EQ(recording.answers.size(), kAppends);
  const Outcome outcome =
      Sweep(recording, {PowerCut::kTear}, [&](EmbeddedEventStore& store, std::uint64_t answered) {
        const std::string wrong = Judge(store, recording, answered);
        return wrong.empty() ? JudgeLinks(store) : wrong;
      });
  EXPECT_EQ(outcome.losses, 0U) << outcome.first_loss;
}

TEST_F(PowerLoss, LeavesAStreamThatIsWrittenAgainDeletedOrWhole) {
  const std::uint64_t writes = kRecreatedStreams * kWritesPerStream;
  const Recording recording = Record(StorePath(), true, absl::Seconds(1), writes, StartRecreation);
  ASSERT_EQ(recording.answers.size(), writes);
  const Outcome outcome =
      Sweep(recording, {PowerCut::kDropAll, PowerCut::kKeepAll, PowerCut::kTear}, JudgeRecreated);
  EXPECT_EQ(outcome.losses, 0U) << outcome.first_loss;
  EXPECT_GT(outcome.cuts, 3 * writes);
}

TEST_F(PowerLoss, WithoutSyncsIsFoundByTheSameSweep) {
  const Recording recording = Record(StorePath(), false, absl::Seconds(1));
  ASSERT_EQ(recording.answers.size(), kAppends);
  const Outcome outcome = Sweep(recording, {PowerCut::kDropAll});
  EXPECT_GT(outcome.losses, kAppends) << "a store that never syncs must be caught";
}

}  // namespace
}  // namespace eventstoredb
