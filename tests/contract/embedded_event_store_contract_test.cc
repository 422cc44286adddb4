#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "tests/contract/event_store_contract.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

struct Owned {
  testing_support::TempDirectory directory;
  std::unique_ptr<EmbeddedEventStore> store;
};

StoreUnderTest Make(EmbeddedEventStoreOptions options) {
  auto owned = std::make_shared<Owned>();
  options.directory = owned->directory.path() + "/store";
  options.free_space_min_bytes = 0;
  options.free_space_min_percent = 0;
  auto store = EmbeddedEventStore::Open(std::move(options));
  EXPECT_TRUE(store.ok()) << store.status();
  if (!store.ok()) return {};
  owned->store = *std::move(store);
  EmbeddedEventStore* const raw = owned->store.get();
  return {std::move(owned), raw};
}

StoreUnderTest MakeInMemory() {
  EmbeddedEventStoreOptions options;
  options.in_memory = true;
  return Make(options);
}

StoreUnderTest MakeOnDisk() { return Make({}); }

// Every path that begins where a bound is reached.
StoreUnderTest MakeWithTightBounds() {
  EmbeddedEventStoreOptions options;
  options.recent_events_max = 16;
  options.group_events_max = 8;
  options.streams_cached_max = 1;
  options.readers_max = 2;
  options.page_events_max = 7;
  options.checkpoint_interval_events = 50;
  options.wal_pages_idle_max = 8;
  options.wal_pages_busy_max = 16;
  return Make(options);
}

INSTANTIATE_TEST_SUITE_P(Embedded, EventStoreContract,
                         testing::Values(StoreFactory{"InMemory", MakeInMemory, true, true},
                                         StoreFactory{"OnDisk", MakeOnDisk, true, true},
                                         StoreFactory{"OnDiskWithTightBounds", MakeWithTightBounds,
                                                      true, true}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace eventstoredb
