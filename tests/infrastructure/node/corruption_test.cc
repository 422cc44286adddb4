#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/temp_directory.h"

// Bits that rot, files that are lost, cut or put back from an older copy: noticed, or harmless.
namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Files = std::map<std::string, std::string>;

constexpr std::uint64_t kAppends = 120;

class Corruption : public testing::Test {
 protected:
  static EmbeddedEventStoreOptions Options(const std::string& directory) {
    EmbeddedEventStoreOptions options;
    options.directory = directory;
    options.free_space_min_bytes = 0;
    options.free_space_min_percent = 0;
    return options;
  }
  static std::unique_ptr<EmbeddedEventStore> MustOpen(const EmbeddedEventStoreOptions& options) {
    auto store = EmbeddedEventStore::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Streams s0, s1, s2 in turn; each data text occurs once in the file.
  static void Append120(EventStore& store) {
    for (std::uint64_t n = 0; n < kAppends; ++n) {
      ProposedEvent event = Event(n + 1);
      event.data = absl::StrCat("<<event number ", n, ">>", std::string(300, 'x'));
      ASSERT_TRUE(Append(store, absl::StrCat("s", n % 3), ExpectedRevision::Any(), {event}).ok());
    }
  }

  Files Load(const std::string& directory) {
    Files files;
    for (const char* name : {"events.db", "events.db-wal", "head.witness"}) {
      std::ifstream file(directory + "/" + name, std::ios::binary);
      if (!file) continue;
      std::ostringstream content;
      content << file.rdbuf();
      files[name] = content.str();
    }
    return files;
  }
  // A store's directory with exactly these files.
  std::string Put(const Files& files) {
    const std::string directory = directory_.path() + "/copy";
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    for (const auto& [name, content] : files) {
      std::ofstream(directory + "/" + name, std::ios::binary) << content;
    }
    return directory;
  }

  Files GivenAClosedStore() {
    const std::string directory = directory_.path() + "/given";
    { Append120(*MustOpen(Options(directory))); }
    return Load(directory);
  }
  // As after kill -9: everything is in the WAL. `half` are the files as they were half-way.
  Files GivenAKilledStore(Files* half = nullptr) {
    const std::string directory = directory_.path() + "/given";
    EmbeddedEventStoreOptions options = Options(directory);
    options.wal_pages_idle_max = 30'000;
    options.wal_pages_busy_max = 30'000;
    const auto store = MustOpen(options);
    EXPECT_TRUE(Append(*store, "first", ExpectedRevision::Any(), Events({999})).ok());
    if (half != nullptr) *half = Load(directory);
    Append120(*store);
    EXPECT_EQ(store->Stats().checkpoints, 0U);
    return Load(directory);
  }

  struct Found {
    absl::Status opened;
    std::vector<std::string> all;  ///< Of $all: stream, revision and data of each event.
    absl::Status all_status;
    std::map<std::string, absl::Status> stream_status;
    std::size_t stream_events = 0;
  };
  static std::string Describe(const RecordedEvent& event) {
    return absl::StrCat(event.stream, "@", event.revision, "@", event.position.commit, ":",
                        event.id.ToString(), event.type, event.is_json, event.data, event.metadata,
                        absl::ToUnixMicros(event.created));
  }
  Found ReadEverything(const Files& files) {
    Found found;
    auto store = EmbeddedEventStore::Open(Options(Put(files)));
    found.opened = store.status();
    if (!store.ok()) return found;
    const ReadResult all = ReadAll(**store);
    found.all_status = all.status;
    for (const RecordedEvent& event : all.events) found.all.push_back(Describe(event));
    for (const char* stream : {"s0", "s1", "s2"}) {
      const ReadResult read = ReadStream(**store, stream);
      found.stream_status[stream] = read.status;
      found.stream_events += read.events.size();
    }
    return found;
  }
  // Empty: nothing was served that differs from `intact` without an error.
  static std::string Judge(const Found& found, const Found& intact) {
    if (!found.opened.ok()) {
      return absl::IsDataLoss(found.opened) ? "" : found.opened.ToString();
    }
    for (std::size_t i = 0; i < found.all.size(); ++i) {
      if (i >= intact.all.size() || found.all[i] != intact.all[i]) return "a changed event";
    }
    if (found.all_status.ok() && found.all.size() != intact.all.size()) return "a shorter log";
    if (!found.all_status.ok() && !absl::IsDataLoss(found.all_status)) {
      return found.all_status.ToString();
    }
    bool streams_ok = true;
    for (const auto& [stream, status] : found.stream_status) {
      if (status.ok()) continue;
      streams_ok = false;
      if (!absl::IsDataLoss(status)) return status.ToString();
    }
    if (streams_ok && found.stream_events != intact.stream_events) return "a shorter stream";
    return "";
  }
  static void Flip(std::string& content, std::size_t offset, unsigned bit) {
    content[offset] = static_cast<char>(content[offset] ^ (1 << bit));
  }

  // Changes the closed log through SQLite, as if another program had done it: pages stay intact.
  void Tamper(const std::string& directory, const std::string& sql) {
    const auto vfs = CheckedVfs::Register("");
    ASSERT_TRUE(vfs.ok());
    auto database =
        sqlite::Database::Open({.path = directory + "/events.db", .vfs = (*vfs)->name()});
    ASSERT_TRUE(database.ok()) << database.status();
    const absl::Status done = (*database)->Execute(sql);
    ASSERT_TRUE(done.ok()) << done;
  }

  TempDirectory directory_{"/dev/shm"};
};

TEST_F(Corruption, OfAnyByteAroundAnEventIsDataLossNamingStreamAndRevision) {
  const Files files = GivenAClosedStore();
  const Found intact = ReadEverything(files);
  ASSERT_TRUE(intact.opened.ok()) << intact.opened;
  ASSERT_THAT(intact.all, SizeIs(kAppends));
  const std::string needle = "<<event number 40>>";  // Stream s1, revision 13.
  const std::size_t place = files.at("events.db").find(needle);
  ASSERT_NE(place, std::string::npos);
  for (std::size_t offset = place - 60; offset < place + 330; ++offset) {
    SCOPED_TRACE(offset - place);
    Files damaged = files;
    Flip(damaged["events.db"], offset, offset % 8);
    const Found found = ReadEverything(damaged);
    ASSERT_TRUE(found.opened.ok()) << found.opened;
    ASSERT_EQ(Judge(found, intact), "");
    ASSERT_TRUE(absl::IsDataLoss(found.all_status)) << found.all_status;
    const absl::Status& status = found.stream_status.at("s1");
    ASSERT_TRUE(absl::IsDataLoss(status)) << status;
    ASSERT_THAT(std::string(status.message()), HasSubstr("stream s1, revision 1"));
  }
}

TEST_F(Corruption, OfAnyPageIsNoticedOrHarmless) {
  const Files files = GivenAClosedStore();
  const Found intact = ReadEverything(files);
  ASSERT_TRUE(intact.opened.ok()) << intact.opened;
  const std::size_t size = files.at("events.db").size();
  std::mt19937_64 random(1);
  int noticed = 0;
  constexpr int kFlips = 1'500;
  constexpr std::size_t kHeaderBytes = 100;
  for (int i = 0; i < kFlips; ++i) {
    Files damaged = files;
    const std::size_t offset = random() % size;
    Flip(damaged["events.db"], offset, static_cast<unsigned>(random() % 8));
    const Found found = ReadEverything(damaged);
    // A damaged version or kind of file is taken for one that is not ours, and refused as well.
    const bool is_not_ours = offset < kHeaderBytes && absl::IsFailedPrecondition(found.opened);
    ASSERT_TRUE(is_not_ours || Judge(found, intact).empty())
        << Judge(found, intact) << " flip at " << offset;
    if (!found.opened.ok() || !found.all_status.ok() ||
        found.stream_events != intact.stream_events) {
      ++noticed;
    }
  }
  // Free pages are few: nearly every flip matters, and is seen.
  EXPECT_GT(noticed, kFlips / 2);
}

TEST_F(Corruption, OfTheWalOfAKilledStoreIsNoticedOrHarmless) {
  const Files files = GivenAKilledStore();
  const Found intact = ReadEverything(files);
  ASSERT_TRUE(intact.opened.ok()) << intact.opened;
  ASSERT_THAT(intact.all, SizeIs(kAppends + 1));
  const std::size_t size = files.at("events.db-wal").size();
  std::vector<std::size_t> offsets;
  for (std::size_t offset = 0; offset < 32 + 24; ++offset) offsets.push_back(offset);
  std::mt19937_64 random(2);
  for (int i = 0; i < 600; ++i) offsets.push_back(random() % size);
  int refused = 0;
  for (const std::size_t offset : offsets) {
    Files damaged = files;
    Flip(damaged["events.db-wal"], offset, static_cast<unsigned>(random() % 8));
    const Found found = ReadEverything(damaged);
    ASSERT_EQ(Judge(found, intact), "") << "flip at " << offset;
    if (!found.opened.ok()) ++refused;
  }
  EXPECT_GT(refused, 500);
}

TEST_F(Corruption, AWalThatIsRemovedOrCutIsRefused) {
  Files files = GivenAKilledStore();
  const Found intact = ReadEverything(files);
  ASSERT_TRUE(intact.opened.ok()) << intact.opened;
  const std::string wal = files.at("events.db-wal");
  for (std::size_t length = 0; length < wal.size(); length += wal.size() / 37) {
    Files damaged = files;
    damaged["events.db-wal"] = wal.substr(0, length);
    const Found found = ReadEverything(damaged);
    ASSERT_TRUE(absl::IsDataLoss(found.opened)) << length << ": " << found.opened;
  }
  files.erase("events.db-wal");
  const Found found = ReadEverything(files);
  EXPECT_TRUE(absl::IsDataLoss(found.opened)) << found.opened;
}

TEST_F(Corruption, ALogThatIsRefusedStaysAsItIs) {
  Files files = GivenAKilledStore();
  std::string& wal = files["events.db-wal"];
  Flip(wal, wal.size() / 2, 3);
  const std::string directory = Put(files);
  EXPECT_TRUE(absl::IsDataLoss(EmbeddedEventStore::Open(Options(directory)).status()));
  EXPECT_EQ(Load(directory), files);
}

TEST_F(Corruption, AnOlderCopyOfTheLogIsRefusedByTheNewerWitness) {
  Files half;
  const Files files = GivenAKilledStore(&half);
  Files mixed = half;
  mixed["head.witness"] = files.at("head.witness");
  const Found older = ReadEverything(mixed);
  EXPECT_TRUE(absl::IsDataLoss(older.opened)) << older.opened;
  EXPECT_THAT(std::string(older.opened.message()), HasSubstr("ends at position 1 "));
  EXPECT_THAT(std::string(older.opened.message()),
              HasSubstr(absl::StrCat("position ", kAppends + 1)));

  mixed = files;
  mixed["events.db-wal"] = half.at("events.db-wal");
  EXPECT_TRUE(absl::IsDataLoss(ReadEverything(mixed).opened)) << "an older WAL";
  mixed = files;
  mixed.erase("events.db");
  mixed.erase("events.db-wal");
  EXPECT_TRUE(absl::IsDataLoss(ReadEverything(mixed).opened)) << "no log at all";
}

TEST_F(Corruption, AnotherStoresLogIsRefused) {
  Files files = GivenAClosedStore();
  const std::string other = directory_.path() + "/other";
  { Append120(*MustOpen(Options(other))); }
  files["head.witness"] = Load(other).at("head.witness");
  EXPECT_TRUE(absl::IsDataLoss(ReadEverything(files).opened));
}

TEST_F(Corruption, AnAcceptedTruncationGoesOnInANewGenerationAndReusesNoPosition) {
  Files half;
  const Files files = GivenAKilledStore(&half);
  Files mixed = half;
  mixed["head.witness"] = files.at("head.witness");
  EmbeddedEventStoreOptions options = Options(Put(mixed));
  options.accept_truncation = 7;
  EXPECT_TRUE(absl::IsDataLoss(EmbeddedEventStore::Open(options).status())) << "not its end";
  options.accept_truncation = 1;
  auto store = MustOpen(options);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->generation(), 2U);
  EXPECT_THAT(ReadAll(*store).events, SizeIs(1));
  const auto next = Append(*store, "s", ExpectedRevision::Any(), Events({5}));
  ASSERT_TRUE(next.ok());
  EXPECT_GT(next->position->commit, kAppends + 1);
  store.reset();
  options.accept_truncation = next->position->commit;
  EXPECT_TRUE(absl::IsInvalidArgument(EmbeddedEventStore::Open(options).status()))
      << "nothing is lost that could be accepted";
  store = MustOpen(Options(options.directory));
  ASSERT_NE(store, nullptr) << "accepted once, for good";
  EXPECT_EQ(store->generation(), 2U);
}

TEST_F(Corruption, ARefusalForALostEndSaysWhatToAccept) {
  Files half;
  const Files files = GivenAKilledStore(&half);
  Files mixed = half;
  mixed["head.witness"] = files.at("head.witness");
  const EmbeddedEventStoreOptions options = Options(Put(mixed));
  const absl::Status refused = EmbeddedEventStore::Open(options).status();
  EXPECT_EQ(TruncationToAccept(refused), 1U) << refused;
  EXPECT_EQ(TruncationToAccept(absl::DataLossError("damaged")), std::nullopt);
  EXPECT_EQ(TruncationToAccept(absl::OkStatus()), std::nullopt);
}

TEST_F(Corruption, AnAcceptedTruncationIsNoGenerationThatWasLost) {
  const Files first = GivenAClosedStore();
  EmbeddedEventStoreOptions options = Options(Put(first));
  options.new_generation = true;
  { ASSERT_NE(MustOpen(options), nullptr); }
  // The log as it was before, beside the witness of generation 2.
  std::filesystem::remove(options.directory + "/events.db-wal");
  std::filesystem::remove(options.directory + "/events.db-shm");
  Files mixed = first;
  mixed["head.witness"] = Load(options.directory).at("head.witness");
  options = Options(Put(mixed));
  const auto end = TruncationToAccept(EmbeddedEventStore::Open(options).status());
  ASSERT_TRUE(end.has_value());
  options.accept_truncation = end;
  const auto store = MustOpen(options);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->generation(), 3U);
}

TEST_F(Corruption, AWitnessThatIsDamagedOrMissingKeepsNobodyFromAnIntactLog) {
  const Files files = GivenAClosedStore();
  const Found intact = ReadEverything(files);
  for (std::size_t offset = 0; offset < files.at("head.witness").size(); offset += 3) {
    Files damaged = files;
    Flip(damaged["head.witness"], offset, offset % 8);
    const Found found = ReadEverything(damaged);
    ASSERT_TRUE(found.opened.ok()) << found.opened;
    ASSERT_EQ(found.all, intact.all);
  }
  Files missing = files;
  missing.erase("head.witness");
  EXPECT_TRUE(ReadEverything(missing).opened.ok());
}

TEST_F(Corruption, AnEventChangedBehindTheStoresBackIsDataLossAndTheOthersAreServed) {
  const std::string directory = Put(GivenAClosedStore());
  Tamper(directory, "UPDATE events SET data=replace(data,'number','NUMBER') WHERE position=41");
  const auto store = MustOpen(Options(directory));
  const ReadResult read = ReadStream(*store, "s1");
  EXPECT_TRUE(absl::IsDataLoss(read.status));
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("stream s1, revision 13"));
  EXPECT_THAT(read.events, SizeIs(13)) << "those before it are delivered";
  EXPECT_THAT(ReadStream(*store, "s1", Direction::kForwards, 14).events, SizeIs(26));
  EXPECT_TRUE(ReadStream(*store, "s0").status.ok());
  EXPECT_TRUE(absl::IsDataLoss(store->Verify(absl::InfiniteFuture())));
  // A subscription ends there too, after what can be read.
  const auto subscription = store->Subscribe({.stream = "s1"});
  ASSERT_TRUE(subscription.ok());
  const Received received = Take(**subscription, 100);
  EXPECT_TRUE(absl::IsDataLoss(received.status)) << received.status;
  EXPECT_THAT(received.Events(), SizeIs(13));
}

TEST_F(Corruption, AStreamThatCannotBeReadKeepsNoOtherFromBeingWritten) {
  const std::string directory = Put(GivenAClosedStore());
  Tamper(directory, "UPDATE events SET id=zeroblob(3) WHERE position=41");
  const auto store = MustOpen(Options(directory));
  absl::Notification first_answered;
  absl::Notification others_queued;
  const auto start = [&](const std::string& stream, ExpectedRevision expected, std::uint64_t id,
                         AppendCallback done) {
    AppendRequest request;
    request.stream = stream;
    request.expected = expected;
    request.events = Events({id});
    store->StartAppend(std::move(request), std::move(done));
  };
  // The first keeps the writer busy in its answer, so that the others form one group.
  start("s0", ExpectedRevision::Exact(39), 901, [&](const absl::StatusOr<AppendResult>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    first_answered.Notify();
    others_queued.WaitForNotification();
  });
  first_answered.WaitForNotification();
  absl::BlockingCounter answered(3);
  const auto expect = [&](absl::StatusCode code) {
    return [&answered, code](const absl::StatusOr<AppendResult>& answer) {
      EXPECT_EQ(answer.status().code(), code) << answer.status();
      answered.DecrementCount();
    };
  };
  start("s0", ExpectedRevision::Exact(40), 902, expect(absl::StatusCode::kOk));
  start("s1", ExpectedRevision::Exact(12), 41, expect(absl::StatusCode::kDataLoss));
  start("s2", ExpectedRevision::Exact(39), 903, expect(absl::StatusCode::kOk));
  others_queued.Notify();
  answered.Wait();
  EXPECT_EQ(store->Stats().groups, 2U);
}

TEST_F(Corruption, EveryColumnIsCoveredByTheChecksum) {
  const Files files = GivenAClosedStore();
  for (const char* change :
       {"revision=9999", "type=type+1", "id=zeroblob(16)", "id=zeroblob(3)", "flags=0",
        "created=created+1", "data=zeroblob(0)", "metadata=x'00'", "crc=crc+1", "crc=-1"}) {
    SCOPED_TRACE(change);
    const std::string directory = Put(files);
    Tamper(directory, absl::StrCat("INSERT OR IGNORE INTO types(id,name) VALUES(2,'Other');"
                                   "UPDATE events SET ",
                                   change, " WHERE position=41"));
    const auto store = MustOpen(Options(directory));
    EXPECT_TRUE(absl::IsDataLoss(ReadStream(*store, "s1").status));
    EXPECT_TRUE(absl::IsDataLoss(ReadAll(*store).status));
  }
}

TEST_F(Corruption, AnEventThatIsGoneIsDataLossNotAShorterStream) {
  const Files files = GivenAClosedStore();
  for (const int position : {2, 41, 80}) {
    const std::string directory = Put(files);
    Tamper(directory, absl::StrCat("DELETE FROM events WHERE position=", position));
    const auto store = MustOpen(Options(directory));
    EXPECT_TRUE(absl::IsDataLoss(ReadStream(*store, "s1").status));
    EXPECT_TRUE(absl::IsDataLoss(ReadStream(*store, "s1", Direction::kBackwards).status));
    EXPECT_TRUE(absl::IsDataLoss(store->Verify(absl::InfiniteFuture())));
  }
}

TEST_F(Corruption, AStreamThatWasRenamedIsDataLoss) {
  const std::string directory = Put(GivenAClosedStore());
  Tamper(directory, "UPDATE streams SET name='renamed' WHERE name='s1'");
  const auto store = MustOpen(Options(directory));
  EXPECT_TRUE(absl::IsDataLoss(ReadStream(*store, "renamed").status));
  EXPECT_TRUE(absl::IsDataLoss(ReadAll(*store).status));
}

TEST_F(Corruption, AChainThatWasChangedIsNoticed) {
  const Files files = GivenAClosedStore();
  std::string directory = Put(files);
  Tamper(directory, "UPDATE events SET chain=zeroblob(32) WHERE position=120");
  EXPECT_TRUE(absl::IsDataLoss(EmbeddedEventStore::Open(Options(directory)).status()));
  directory = Put(files);
  Tamper(directory, "UPDATE events SET chain=zeroblob(32) WHERE position=50");
  EXPECT_TRUE(absl::IsDataLoss(MustOpen(Options(directory))->Verify(absl::InfiniteFuture())));
}

TEST_F(Corruption, AStoreThatWasKilledOpensWithEverything) {
  const Files files = GivenAKilledStore();
  const auto store = MustOpen(Options(Put(files)));
  ASSERT_NE(store, nullptr);
  EXPECT_FALSE(store->was_closed_cleanly());
  EXPECT_THAT(ReadAll(*store).events, SizeIs(kAppends + 1));
  EXPECT_TRUE(store->Verify(absl::InfiniteFuture()).ok());
}

TEST_F(Corruption, OfATombstoneIsNoticed) {
  const std::string directory = directory_.path() + "/given";
  {
    const auto store = MustOpen(Options(directory));
    ASSERT_TRUE(Append(*store, "s", ExpectedRevision::Any(), EventRange(1, 5)).ok());
    ASSERT_TRUE(store->Delete({.stream = "s", .kind = DeleteKind::kTombstone}).ok());
    ASSERT_TRUE(store->Verify(absl::InfiniteFuture()).ok());
  }
  // The last event of the log is gone, or stands elsewhere: the stream would be alive again.
  Tamper(directory, "UPDATE events SET revision=5 WHERE revision=9223372036854775807");
  const auto store = EmbeddedEventStore::Open(Options(directory));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(absl::IsDataLoss(ReadStream(**store, "s").status));
  EXPECT_TRUE(absl::IsDataLoss((*store)->Verify(absl::InfiniteFuture())));
}

TEST_F(Corruption, OfATruncatedStreamIsNoticedWhereItIsVisible) {
  const std::string directory = directory_.path() + "/given";
  const auto given = [&](const std::string& lost) {
    std::filesystem::remove_all(directory);
    {
      const auto store = MustOpen(Options(directory));
      ASSERT_TRUE(Append(*store, "s", ExpectedRevision::Any(), EventRange(1, 9)).ok());
      ProposedEvent metadata = Event(100, "$metadata");
      metadata.data = R"({"$tb":5})";
      ASSERT_TRUE(Append(*store, "$$s", ExpectedRevision::Any(), {metadata}).ok());
      ASSERT_TRUE(Append(*store, "end", ExpectedRevision::Any(), Events({1})).ok());
    }
    Tamper(directory, "DELETE FROM events WHERE " + lost);
  };
  const auto read = [&](Direction direction) {
    auto store = EmbeddedEventStore::Open(Options(directory));
    EXPECT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE(absl::IsDataLoss((*store)->Verify(absl::InfiniteFuture())));
    return ReadStream(**store, "s", direction).status;
  };
  // Revisions 0 to 8 stand at positions 1 to 9.
  for (const Direction direction : {Direction::kForwards, Direction::kBackwards}) {
    given("position=6");
    EXPECT_TRUE(absl::IsDataLoss(read(direction)));
    given("position=8");
    EXPECT_TRUE(absl::IsDataLoss(read(direction)));
    given("position=3");
    EXPECT_TRUE(read(direction).ok());
  }
}

TEST_F(Corruption, OfMetadataIsNotTakenForItsAbsence) {
  const std::string directory = directory_.path() + "/given";
  {
    const auto store = MustOpen(Options(directory));
    ASSERT_TRUE(Append(*store, "s", ExpectedRevision::Any(), EventRange(1, 3)).ok());
    ASSERT_TRUE(store->Delete({.stream = "s"}).ok());
    ASSERT_TRUE(Append(*store, "end", ExpectedRevision::Any(), Events({1})).ok());
  }
  Tamper(directory, "UPDATE events SET data=CAST('{}' AS BLOB) WHERE position=4");
  const auto store = EmbeddedEventStore::Open(Options(directory));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(absl::IsDataLoss(ReadStream(**store, "s").status));
  EXPECT_TRUE(
      absl::IsDataLoss(Append(**store, "s", ExpectedRevision::Any(), Events({9})).status()));
  EXPECT_TRUE(Append(**store, "end", ExpectedRevision::Any(), Events({2})).ok());
}

}  // namespace
}  // namespace eventstoredb
