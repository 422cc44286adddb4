// Fills a data folder through the log's own append, with events that the domain decided. Orders go
// through their six events in waves, so that an order's events lie far apart in the log.
// Prints one line of JSON.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

#include "application/recorded_event.h"
#include "domain/order/commands.h"
#include "domain/order/decider.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/journal/event_codec.h"

namespace orders::bench {
namespace {

constexpr int kInFlightMax = 2'048;
constexpr int kEventsPerOrder = 6;

struct Growing {
  domain::OrderId id;
  domain::Order order;
  std::uint64_t events = 0;
};

domain::NewLine LineOf(std::uint64_t number, int place) {
  return {.sku = {absl::StrCat("SKU-", (number * 7 + static_cast<std::uint64_t>(place)) % 2'000)},
          .title = "Stoneware mug, blue, 300 ml",
          .quantity = 1 + static_cast<std::int64_t>(number % 3),
          .unit_price = {.amount = {990 + 10 * place}, .currency = {}}};
}

domain::Address AddressOf(std::uint64_t number) {
  return {.name = absl::StrCat("Customer ", number),
          .line1 = absl::StrCat(number % 200, " High Street"),
          .line2 = "",
          .city = "Leeds",
          .region = "",
          .postal_code = "LS1 4DY",
          .country = "GB"};
}

// The step'th thing asked of the order. Six events in five appends: the capture of a payment that
// nobody authorized records both.
domain::OrderCommand CommandOf(std::uint64_t number, int step, const domain::Order& order) {
  switch (step) {
    case 0:
      return domain::CreateOrder{.customer_id = {absl::StrCat("customer-", number % 100'000)},
                                 .currency = *domain::Currency::Parse("EUR"),
                                 .lines = {LineOf(number, 0), LineOf(number, 1)},
                                 .shipping_address = AddressOf(number),
                                 .billing_address = std::nullopt,
                                 .note = ""};
    case 1:
      return domain::ConfirmOrder{};
    case 2:
      return domain::CapturePayment{.payment_id = {absl::StrCat("pay-", number)},
                                    .amount = {.amount = order.totals.total, .currency = {}},
                                    .occurred_at = std::nullopt,
                                    .now = absl::Now()};
    case 3:
      return domain::ShipItems{.shipment_id = {absl::StrCat("ship-", number)},
                               .all_remaining = true,
                               .items = {},
                               .carrier = "Post",
                               .tracking_code = absl::StrCat("TR", number),
                               .occurred_at = std::nullopt,
                               .now = absl::Now()};
    default:
      return domain::SetNote{.note = "left with the neighbour"};
  }
}
constexpr int kSteps = 5;

eventstoredb::Uuid IdOf(std::uint64_t number, std::uint64_t revision) {
  eventstoredb::Uuid id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  id.bytes[8] = static_cast<std::uint8_t>(revision + 1);
  return id;
}

class Generator {
 public:
  Generator(eventstoredb::EventStore& store, std::uint64_t orders, std::uint64_t wave)
      : store_(store), orders_(orders), wave_(wave) {}

  bool Run() {
    for (std::uint64_t first = 0; first < orders_ && !failed_; first += wave_) {
      std::vector<Growing> wave(std::min(wave_, orders_ - first));
      for (int step = 0; step < kSteps; ++step) {
        for (std::uint64_t i = 0; i < wave.size(); ++i) Step(wave[i], first + i, step);
      }
      // The next wave takes over the memory of this one.
      WaitFor(0);
    }
    WaitFor(0);
    return !failed_;
  }

  std::uint64_t events() const { return events_; }

 private:
  void Step(Growing& growing, std::uint64_t number, int step) {
    growing.id = {absl::StrCat("xgen", absl::Dec(number, absl::kZeroPad16))};
    const domain::OrderCommand command = CommandOf(number, step, growing.order);
    const absl::StatusOr<domain::OrderEvents> decided =
        domain::Decide(growing.id, command, growing.order);
    if (!decided.ok()) return Fail(decided.status());
    const application::EventMetadata metadata = {
        .correlation_id = "0192d7a0-0000-7000-8000-000000000000",
        .causation_id = "0192d7a0-0000-7000-8000-000000000000",
        .traceparent = "",
        .actor = "bench",
        .command = std::string(domain::CommandName(command)),
        .request_id = absl::StrCat("bench-", number, "-", step),
        .request_hash = std::string(64, 'a'),
        .time = absl::Now(),
        .schema_version = 1};
    eventstoredb::AppendRequest append;
    append.stream = absl::StrCat("order-", growing.id.value);
    append.expected = growing.events == 0
                          ? eventstoredb::ExpectedRevision::NoStream()
                          : eventstoredb::ExpectedRevision::Exact(growing.events - 1);
    for (const domain::OrderEvent& event : *decided) {
      append.events.push_back({.id = IdOf(number, growing.events++),
                               .type = std::string(domain::EventName(event)),
                               .is_json = true,
                               .data = infrastructure::EncodeBody(event),
                               .metadata = infrastructure::EncodeMetadata(metadata)});
      domain::Apply(event, growing.order);
    }
    events_ += decided->size();
    WaitFor(kInFlightMax - 1);
    in_flight_.fetch_add(1);
    store_.StartAppend(std::move(append), [this](absl::StatusOr<eventstoredb::AppendResult> done) {
      absl::MutexLock lock(&mutex_);
      if (!done.ok()) Fail(done.status());
      in_flight_.fetch_sub(1);
    });
  }

  void WaitFor(int in_flight_max) {
    if (in_flight_.load() <= in_flight_max) return;
    const auto enough = [&] { return in_flight_.load() <= in_flight_max; };
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&enough));
  }

  void Fail(const absl::Status& status) {
    if (!failed_.exchange(true)) std::cerr << status << "\n";
  }

  eventstoredb::EventStore& store_;
  const std::uint64_t orders_;
  const std::uint64_t wave_;
  std::uint64_t events_ = 0;
  absl::Mutex mutex_;
  std::atomic<int> in_flight_{0};
  std::atomic<bool> failed_{false};
};

int Main(const std::string& directory, std::uint64_t orders, std::uint64_t wave) {
  eventstoredb::EmbeddedEventStoreOptions options;
  options.directory = directory;
  absl::StatusOr<std::unique_ptr<eventstoredb::EmbeddedEventStore>> store =
      eventstoredb::EmbeddedEventStore::Open(options);
  if (!store.ok()) {
    std::cerr << store.status() << "\n";
    return 74;
  }
  Generator generator(**store, orders, wave);
  if (!generator.Run()) return 70;
  std::printf(
      "{\"orders\": %llu, \"events\": %llu, \"events_per_order\": %d, \"mean_distance\": %llu}\n",
      static_cast<unsigned long long>(orders), static_cast<unsigned long long>(generator.events()),
      kEventsPerOrder, static_cast<unsigned long long>(std::min(wave, orders)));
  return 0;
}

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  std::string directory;
  std::uint64_t orders = 1'000'000;
  std::uint64_t wave = 70'000;  // Also the mean distance of an order's events: five gaps over five
                                // passes, where the capture's pass writes two events an order.
  CLI::App app("Fills a data folder with orders");
  app.add_option("--data", directory)->required();
  app.add_option("--orders", orders)->check(CLI::PositiveNumber);
  app.add_option("--wave", wave)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  return orders::bench::Main(directory, orders, wave);
}
