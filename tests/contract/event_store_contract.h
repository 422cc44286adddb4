#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "eventstoredb/event_store.h"

namespace eventstoredb {

/// A store that the contract is checked on, and whatever must live as long.
struct StoreUnderTest {
  std::shared_ptr<void> owner;
  EventStore* store = nullptr;
};

/// One line of the list of stores that must keep the contract.
struct StoreFactory {
  std::string name;
  std::function<StoreUnderTest()> make;
  /// False: another program's, which has bounds of its own and other writers.
  bool is_ours = true;
  /// True: the events of a stream that is read again and again lie in this process.
  bool knows_heads = false;
};
inline void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }

/// What every EventStore keeps: protocol sections 3.1 to 3.4, 3.6, 3.7, 3.11. A store joins by
/// INSTANTIATE_TEST_SUITE_P(..., EventStoreContract, ...) in a file of its own. Streams have new
/// names for each test, and $all is read from a marker on: the store need not be empty.
class EventStoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  void SetUp() override;
  void TearDown() override;

  EventStore& store() { return *under_test_.store; }
  /// A name that no other test uses; all of a test's names begin with Prefix().
  std::string Stream(const std::string& name = "s") const { return Prefix() + name; }
  const std::string& Prefix() const { return prefix_; }

  StoreUnderTest under_test_;
  std::string prefix_;
};

}  // namespace eventstoredb
