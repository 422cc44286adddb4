// Our node against what the real one answered: every recorded scenario, on a store in memory and on
// one in a folder. The scenarios of a file share a server.
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/golden/protocol_scenario.h"
#include "tests/golden/scenario_files.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb::golden {

/// For gtest, which would print bytes.
void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.file << " " << scenario.name;
}

namespace {

enum class Storage { kMemory, kDisk };

std::ostream& operator<<(std::ostream& out, Storage storage) {
  return out << (storage == Storage::kMemory ? "memory" : "disk");
}

/// docs/protocol-coverage.md says them to people; a test below holds the two together.
const std::set<std::string>& ServicesLeftOut() {
  static const auto& services = *new std::set<std::string>{
      "event_store.client.redaction.redaction",
  };
  return services;
}

/// Scenarios that our node does not answer alike, and why not.
const std::map<std::string, std::string>& ScenariosLeftOut() {
  static const std::string needs_custom = "runs a custom projection: only the system's are offered";
  static const auto& scenarios = *new std::map<std::string, std::string>{
      {"append-projection-stream", "appends to $et-x, which here is its projection's alone"},
      {"proj-partitions", needs_custom},
      {"proj-emit", needs_custom},
      {"proj-lifecycle", needs_custom},
  };
  return scenarios;
}

/// A node of this process, with an empty store.
class ServedStore {
 public:
  explicit ServedStore(Storage storage) {
    EmbeddedEventStoreOptions options;
    options.in_memory = storage == Storage::kMemory;
    options.directory = directory_.path() + "/store";
    options.system_projections = true;
    auto store = EmbeddedEventStore::Open(std::move(options));
    if (!store.ok()) {
      ADD_FAILURE() << store.status();
      return;
    }
    store_ = *std::move(store);
    auto server = NodeServer::Start({.address = "127.0.0.1:0"}, *store_);
    if (!server.ok()) {
      ADD_FAILURE() << server.status();
      return;
    }
    server_ = *std::move(server);
    channel_ = ChannelTo(absl::StrCat("127.0.0.1:", server_->port()));
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  testing_support::TempDirectory directory_;
  std::unique_ptr<EmbeddedEventStore> store_;
  std::unique_ptr<NodeServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

class ProtocolGolden : public testing::TestWithParam<std::tuple<Scenario, Storage>> {
 protected:
  static void TearDownTestSuite() { Served() = {}; }

  /// The server of this file and storage; the one before it goes.
  static const std::shared_ptr<grpc::Channel>& ChannelFor(const std::string& file,
                                                          Storage storage) {
    const std::string key = absl::StrCat(file, storage == Storage::kMemory ? "/memory" : "/disk");
    if (Served().key != key) Served() = {key, std::make_unique<ServedStore>(storage)};
    return Served().store->channel();
  }

 private:
  struct KeyedStore {
    std::string key;
    std::unique_ptr<ServedStore> store;
  };
  static KeyedStore& Served() {
    static auto& served = *new KeyedStore;
    return served;
  }
};

TEST_P(ProtocolGolden, IsAnsweredAsByTheRealNode) {
  const auto& [scenario, storage] = GetParam();
  const auto& channel = ChannelFor(scenario.file, storage);
  ASSERT_NE(channel, nullptr);
  EXPECT_EQ(Differences(scenario, channel,
                        {.wants_clear_errors = true, .services_left_out = ServicesLeftOut()}),
            "");
}

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (const std::string& file : ScenarioFiles()) {
    for (Scenario& scenario : LoadScenarios(file)) {
      if (ScenariosLeftOut().count(scenario.name) == 0) all.push_back(std::move(scenario));
    }
  }
  return all;
}

std::string NameOf(const testing::TestParamInfo<std::tuple<Scenario, Storage>>& info) {
  const auto& [scenario, storage] = info.param;
  return absl::StrReplaceAll(absl::StrCat(storage == Storage::kMemory ? "memory_" : "disk_",
                                          scenario.file, "_", scenario.name),
                             {{"-", "_"}});
}

INSTANTIATE_TEST_SUITE_P(InMemory, ProtocolGolden,
                         testing::Combine(testing::ValuesIn(AllScenarios()),
                                          testing::Values(Storage::kMemory)),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(OnDisk, ProtocolGolden,
                         testing::Combine(testing::ValuesIn(AllScenarios()),
                                          testing::Values(Storage::kDisk)),
                         NameOf);

TEST(ProtocolCoverage, NamesEveryServiceThatIsLeftOut) {
  const std::string page = absl::AsciiStrToLower(ReadCoveragePage());
  for (const std::string& service : ServicesLeftOut()) {
    EXPECT_NE(page.find(service), std::string::npos) << service;
  }
}

TEST(ProtocolCoverage, NamesEveryScenarioThatIsLeftOut) {
  std::set<std::string> recorded;
  for (const std::string& file : ScenarioFiles()) {
    for (const Scenario& scenario : LoadScenarios(file)) recorded.insert(scenario.name);
  }
  const std::string page = ReadCoveragePage();
  for (const auto& [scenario, reason] : ScenariosLeftOut()) {
    EXPECT_EQ(recorded.count(scenario), 1U) << scenario;
    EXPECT_NE(page.find(scenario), std::string::npos) << scenario << " " << reason;
  }
}

TEST(ProtocolScenarios, AreAllRead) { EXPECT_GE(AllScenarios().size(), 78U); }

}  // namespace
}  // namespace eventstoredb::golden
