// What the system projections cost an append: two logs on the same disk, with them and without, are
// written to in turn: through the log's own append, or, over the wire, through a node of each and
// our client in this process. Prints one line of JSON.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "eventstoredb/client.h"
#include "eventstoredb/client_event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/bench/measure.h"

namespace orders::bench {
namespace {

using eventstoredb::EmbeddedEventStore;

constexpr std::uint64_t kEventsPerStream = 6;

struct Options {
  std::string folder;
  int in_flight = 1;
  int rounds = 5;
  bool over_the_wire = false;
  double seconds = 1;
  std::size_t event_bytes = 776;
};

struct Log {
  std::unique_ptr<EmbeddedEventStore> store;
  // Over the wire.
  std::unique_ptr<eventstoredb::NodeServer> node;
  std::unique_ptr<eventstoredb::Client> client;
  std::unique_ptr<eventstoredb::ClientEventStore> remote;

  eventstoredb::EventStore* target = nullptr;
  std::uint64_t written = 0;
  std::vector<double> rates;       // Appends a second, of each round.
  std::vector<double> cpu_micros;  // Of this process, an append, of each round.
};

// Streams grow by turns, and each event names the correlation of its stream, as orders do.
eventstoredb::AppendRequest NextAppend(std::uint64_t number, std::size_t event_bytes) {
  constexpr std::uint64_t kStreamsAtOnce = 64;
  const std::uint64_t wave = number / (kStreamsAtOnce * kEventsPerStream);
  const std::uint64_t stream = wave * kStreamsAtOnce + number % kStreamsAtOnce;
  eventstoredb::ProposedEvent event;
  event.id.bytes[0] = static_cast<std::uint8_t>(number);
  for (std::size_t i = 1; i < 8; ++i) {
    event.id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  event.type = absl::StrCat("Kind", number % 7);
  event.is_json = true;
  event.data = absl::StrCat("{\"text\":\"", std::string(event_bytes, 'x'), "\"}");
  event.metadata = absl::StrCat("{\"$correlationId\":\"", stream, "\"}");
  eventstoredb::AppendRequest request;
  request.stream = absl::StrCat("order-", stream);
  request.expected = eventstoredb::ExpectedRevision::Any();
  request.events.push_back(std::move(event));
  return request;
}

// False: an append was refused.
bool WriteOneRound(Log& log, const Options& options) {
  absl::Mutex mutex;
  int in_flight = 0;
  absl::Status refused;
  std::uint64_t appends = 0;
  const double cpu_before = CpuSeconds();
  const Clock::time_point begin = Clock::now();
  const auto has_room = [&] { return in_flight < options.in_flight; };
  const auto is_idle = [&] { return in_flight == 0; };
  while (SecondsSince(begin) < options.seconds) {
    eventstoredb::AppendRequest request = NextAppend(++log.written, options.event_bytes);
    {
      absl::MutexLock lock(&mutex);
      mutex.Await(absl::Condition(&has_room));
      if (!refused.ok()) break;
      ++in_flight;
    }
    ++appends;
    log.target->StartAppend(std::move(request), [&](auto answer) {
      absl::MutexLock lock(&mutex);
      refused.Update(answer.status());
      --in_flight;
    });
  }
  absl::MutexLock lock(&mutex);
  mutex.Await(absl::Condition(&is_idle));
  if (!refused.ok()) {
    std::cerr << refused << '\n';
    return false;
  }
  const auto count = static_cast<double>(appends);
  log.rates.push_back(count / SecondsSince(begin));
  log.cpu_micros.push_back((CpuSeconds() - cpu_before) / count * 1e6);
  return true;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

absl::Status Open(const Options& options, bool with_projections, Log& log) {
  eventstoredb::EmbeddedEventStoreOptions open;
  open.directory = absl::StrCat(options.folder, with_projections ? "/with" : "/without");
  open.system_projections = with_projections;
  auto opened = EmbeddedEventStore::Open(std::move(open));
  if (!opened.ok()) return opened.status();
  log.store = *std::move(opened);
  log.target = log.store.get();
  if (!options.over_the_wire) return absl::OkStatus();
  auto node = eventstoredb::NodeServer::Start({.address = "127.0.0.1:0"}, *log.store);
  if (!node.ok()) return node.status();
  log.node = *std::move(node);
  eventstoredb::ClientOptions client_options;
  client_options.endpoints = {{"127.0.0.1", log.node->port()}};
  client_options.tls = false;
  auto client = eventstoredb::Client::Create(client_options);
  if (!client.ok()) return client.status();
  log.client = *std::move(client);
  log.remote = std::make_unique<eventstoredb::ClientEventStore>(*log.client);
  log.target = log.remote.get();
  return absl::OkStatus();
}

int Measure(const Options& options) {
  std::array<Log, 2> logs;  // Without projections, and with them.
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (const absl::Status opened = Open(options, i == 1, logs[i]); !opened.ok()) {
      std::cerr << opened << '\n';
      return 1;
    }
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (Log& log : logs) {
      if (!WriteOneRound(log, options)) return 1;
    }
  }
  std::printf(
      "{\"in_flight\": %d, \"rate_without\": %.1f, \"rate_with\": %.1f, \"cpu_us_without\": %.2f, "
      "\"cpu_us_with\": %.2f}\n",
      options.in_flight, Median(logs[0].rates), Median(logs[1].rates), Median(logs[0].cpu_micros),
      Median(logs[1].cpu_micros));
  return 0;
}

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // As orderd does.
  CLI::App app("What the system projections cost an append");
  orders::bench::Options options;
  app.add_option("--folder", options.folder, "A new one")->required();
  app.add_option("--in-flight", options.in_flight)->check(CLI::Range(1, 4'096));
  app.add_option("--rounds", options.rounds)->check(CLI::PositiveNumber);
  app.add_option("--over-the-wire", options.over_the_wire);
  app.add_option("--seconds", options.seconds, "Of each round and log");
  app.add_option("--event-bytes", options.event_bytes);
  CLI11_PARSE(app, argc, argv);
  return orders::bench::Measure(options);
}
