// Asks an event store over the wire, through the client library: one method for each measurement.
// Prints one line of JSON.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"
#include "tests/bench/measure.h"

namespace orders::bench {
namespace {

using eventstoredb::Client;

constexpr int kFillers = 16;

struct Options {
  std::string store;
  std::string method = "append";
  int in_flight = 64;
  double seconds = 3;
  double warm_up_seconds = 0.5;
  std::size_t event_bytes = 776;
  std::string prefix = "bench";  // Streams are this + number.
  std::uint64_t streams = 10'000;
  int stream_events = 5;
  double rate = 2'000;  // live: appends offered a second.
};

[[noreturn]] void Fail(const absl::Status& status) {
  std::cerr << status << "\n";
  std::exit(70);
}

std::string StreamOf(const Options& options, std::uint64_t number) {
  return absl::StrCat(options.prefix, "-", number);
}

eventstoredb::AppendRequest NewStream(const Options& options, std::uint64_t number, int events) {
  eventstoredb::AppendRequest request;
  request.stream = StreamOf(options, number);
  request.expected = eventstoredb::ExpectedRevision::NoStream();
  for (int i = 0; i < events; ++i) {
    request.events.push_back({.id = {},
                              .type = "BenchEvent",
                              .is_json = false,
                              .data = std::string(options.event_bytes, 'p'),
                              .metadata = ""});
  }
  return request;
}

// append: a call each. batch: all share the client's BatchAppend call.
class Appends {
 public:
  Appends(Client& client, const Options& options)
      : client_(client),
        options_(options),
        loop_(options.warm_up_seconds, options.seconds, options.in_flight) {
    // An append with credentials gets a call of its own; without TLS they are not sent.
    if (options.method == "append") {
      call_.credentials = eventstoredb::Credentials{.user = "bench", .password = "bench"};
    }
  }

  void Run() {
    for (int i = 0; i < options_.in_flight; ++i) Next();
    loop_.Wait();
    loop_.Print(options_.method);
  }

 private:
  void Next() {
    eventstoredb::AppendRequest request = NewStream(options_, number_.fetch_add(1), 1);
    const auto start = Clock::now();
    client_.StartAppend(
        std::move(request),
        [this, start](const absl::StatusOr<eventstoredb::AppendResult>& result) {
          if (loop_.Ended(start, result.ok() ? "" : result.status().ToString())) Next();
        },
        call_);
  }

  Client& client_;
  const Options& options_;
  ClosedLoop loop_;
  eventstoredb::CallOptions call_;
  std::atomic<std::uint64_t> number_{0};
};

// Writes `streams` streams of `stream_events` events.
void Fill(Client& client, const Options& options) {
  std::atomic<std::uint64_t> next{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < kFillers; ++i) {
    writers.emplace_back([&] {
      for (std::uint64_t number = next++; number < options.streams; number = next++) {
        const auto done = client.Append(NewStream(options, number, options.stream_events));
        if (!done.ok()) Fail(done.status());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::printf("{\"method\": \"fill\", \"calls\": %llu, \"errors\": 0}\n",
              static_cast<unsigned long long>(options.streams));
}

// A reader waits for its events, so each in flight is a thread.
void ReadStreams(Client& client, const Options& options) {
  std::atomic<std::uint64_t> next{0};
  ClosedLoop loop(options.warm_up_seconds, options.seconds, options.in_flight);
  const auto read = [&]() -> std::string {
    const auto reader = client.ReadStream({.stream = StreamOf(options, next++ % options.streams)});
    for (int events = 0;; ++events) {
      const auto event = reader->Next();
      if (!event.ok()) return event.status().ToString();
      if (event->has_value()) continue;
      return events == options.stream_events ? "" : absl::StrCat("got ", events, " events");
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < options.in_flight; ++i) {
    readers.emplace_back([&] {
      for (auto start = Clock::now(); loop.Ended(start, read()); start = Clock::now()) {
      }
    });
  }
  loop.Wait();
  for (std::thread& reader : readers) reader.join();
  loop.Print("read");
}

void PrintEvents(const Options& options, std::uint64_t events, double seconds) {
  std::printf(
      "{\"method\": \"%s\", \"rate\": %.1f, \"calls\": %llu, \"errors\": 0, \"client_cpu_s\": "
      "%.3f}\n",
      options.method.c_str(), static_cast<double>(events) / seconds,
      static_cast<unsigned long long>(events), CpuSeconds());
}

// Writes one stream, called as the prefix, of as many events as `fill` writes to all of its own.
void FillOne(Client& client, const Options& options) {
  constexpr std::uint64_t kEventsAtOnce = 500;
  const std::uint64_t count = options.streams * static_cast<std::uint64_t>(options.stream_events);
  for (std::uint64_t written = 0; written < count;) {
    const std::uint64_t events = std::min(kEventsAtOnce, count - written);
    eventstoredb::AppendRequest request = NewStream(options, 0, static_cast<int>(events));
    request.stream = options.prefix;
    request.expected = eventstoredb::ExpectedRevision::Any();
    const auto done = client.Append(std::move(request));
    if (!done.ok()) Fail(done.status());
    written += events;
  }
  std::printf("{\"method\": \"fill-one\", \"calls\": %llu, \"errors\": 0}\n",
              static_cast<unsigned long long>(count));
}

// Reads the stream called as the prefix, links resolved, again from the start until time is up.
void ReadOne(Client& client, const Options& options) {
  std::uint64_t events = 0;
  const auto begin = Clock::now();
  while (SecondsSince(begin) < options.seconds) {
    const auto reader =
        client.ReadStream({.stream = options.prefix}, {.resolve_links = options.method == "links"});
    while (SecondsSince(begin) < options.seconds) {
      const auto event = reader->Next();
      if (!event.ok()) Fail(event.status());
      if (!event->has_value()) break;
      ++events;
    }
  }
  PrintEvents(options, events, SecondsSince(begin));
}

// Reads all events, again from the start where they end, until time is up.
void ReadAll(Client& client, const Options& options) {
  std::uint64_t events = 0;
  const auto begin = Clock::now();
  while (SecondsSince(begin) < options.seconds) {
    const auto reader = client.ReadAll({});
    while (SecondsSince(begin) < options.seconds) {
      const auto event = reader->Next();
      if (!event.ok()) Fail(event.status());
      if (!event->has_value()) break;
      ++events;
    }
  }
  PrintEvents(options, events, SecondsSince(begin));
}

// Subscribes to all events, again where those that were filled end, until time is up.
void SubscribeToHistory(Client& client, const Options& options) {
  const std::uint64_t history = options.streams * static_cast<std::uint64_t>(options.stream_events);
  std::uint64_t events = 0;
  const auto begin = Clock::now();
  std::vector<eventstoredb::ClientMessage> messages;
  while (SecondsSince(begin) < options.seconds) {
    const auto subscription = client.Subscribe({});
    if (!subscription.ok()) Fail(subscription.status());
    for (std::uint64_t delivered = 0;
         delivered < history && SecondsSince(begin) < options.seconds;) {
      messages.clear();
      const absl::Status next = (*subscription)->Next(256, absl::Seconds(10), messages);
      if (!next.ok()) Fail(next);
      if (messages.empty()) Fail(absl::DeadlineExceededError("history ended early"));
      for (const eventstoredb::ClientMessage& message : messages) {
        if (std::holds_alternative<eventstoredb::ResolvedEvent>(message)) ++delivered, ++events;
      }
    }
  }
  PrintEvents(options, events, SecondsSince(begin));
}

// Offers appends at a fixed rate to a store with one live subscription. What is printed is from the
// append's answer to its event's delivery: nothing, where the event came first.
class Live {
 public:
  Live(Client& writer, Client& reader, const Options& options)
      : writer_(writer),
        reader_(reader),
        options_(options),
        count_(static_cast<std::uint64_t>(options.rate * options.seconds)),
        sent_(count_),
        answered_(count_),
        delivered_(count_) {}

  void Run() {
    auto subscription = reader_.Subscribe({.from_end = true});
    if (!subscription.ok()) Fail(subscription.status());
    std::thread consumer([&] { Consume(**subscription); });
    const auto begin = Clock::now();
    for (std::uint64_t number = 0; number < count_; ++number) {
      std::this_thread::sleep_until(begin + Seconds(static_cast<double>(number) / options_.rate));
      Append(number);
    }
    const double seconds = SecondsSince(begin);
    consumer.join();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return answers_ == count_; });
    Print(static_cast<double>(count_) / seconds);
  }

 private:
  void Append(std::uint64_t number) {
    sent_[number] = Clock::now();
    writer_.StartAppend(NewStream(options_, number, 1),
                        [this, number](const absl::StatusOr<eventstoredb::AppendResult>& result) {
                          if (!result.ok()) Fail(result.status());
                          answered_[number] = Clock::now();
                          std::lock_guard lock(mutex_);
                          if (++answers_ == count_) done_.notify_one();
                        });
  }

  void Consume(eventstoredb::ClientSubscription& subscription) {
    std::vector<eventstoredb::ClientMessage> messages;
    for (std::uint64_t seen = 0; seen < count_;) {
      messages.clear();
      const absl::Status next = subscription.Next(256, absl::Seconds(10), messages);
      if (!next.ok()) Fail(next);
      if (messages.empty()) Fail(absl::DeadlineExceededError("an event did not come"));
      const auto now = Clock::now();
      for (const eventstoredb::ClientMessage& message : messages) {
        const auto* event = std::get_if<eventstoredb::ResolvedEvent>(&message);
        if (event == nullptr || !event->Original().stream.starts_with(options_.prefix)) continue;
        const std::string number = event->Original().stream.substr(options_.prefix.size() + 1);
        delivered_[std::stoull(number)] = now;
        ++seen;
      }
    }
  }

  void Print(double rate) {
    Latencies lag;
    Latencies whole;
    for (std::uint64_t i = 0; i < count_; ++i) {
      lag.Add(std::max(Clock::duration::zero(), delivered_[i] - answered_[i]));
      whole.Add(delivered_[i] - sent_[i]);
    }
    std::printf(
        "{\"method\": \"live\", \"rate\": %.1f, \"calls\": %llu, \"errors\": 0, \"p50_ms\": %.3f, "
        "\"p99_ms\": %.3f, \"whole_p50_ms\": %.3f, \"whole_p99_ms\": %.3f, \"client_cpu_s\": "
        "%.3f}\n",
        rate, static_cast<unsigned long long>(count_), lag.Ms(0.5), lag.Ms(0.99), whole.Ms(0.5),
        whole.Ms(0.99), CpuSeconds());
  }

  Client& writer_;
  Client& reader_;
  const Options& options_;
  const std::uint64_t count_;
  // Each place is written once, by one thread; read when all are.
  std::vector<Clock::time_point> sent_;
  std::vector<Clock::time_point> answered_;
  std::vector<Clock::time_point> delivered_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::uint64_t answers_ = 0;
};

std::unique_ptr<Client> Connect(const std::string& store) {
  const auto parsed = eventstoredb::ParseConnectionString(store);
  if (!parsed.ok()) Fail(parsed.status());
  auto client = Client::Create(parsed->options);
  if (!client.ok()) Fail(client.status());
  return *std::move(client);
}

void Run(const Options& options) {
  const std::unique_ptr<Client> client = Connect(options.store);
  if (options.method == "append" || options.method == "batch") Appends(*client, options).Run();
  if (options.method == "fill") Fill(*client, options);
  if (options.method == "read") ReadStreams(*client, options);
  if (options.method == "fill-one") FillOne(*client, options);
  if (options.method == "one" || options.method == "links") ReadOne(*client, options);
  if (options.method == "all") ReadAll(*client, options);
  if (options.method == "history") SubscribeToHistory(*client, options);
  if (options.method == "live") Live(*client, *Connect(options.store), options).Run();
}

}  // namespace
}  // namespace orders::bench

int main(int argc, char** argv) {
  orders::bench::Options options;
  CLI::App app("Client of an event store for the benches");
  app.add_option("--store", options.store, "connection string")->required();
  app.add_option("--method", options.method)
      ->check(CLI::IsMember({"append", "batch", "fill", "fill-one", "read", "one", "links", "all",
                             "history", "live"}));
  app.add_option("--in-flight", options.in_flight)->check(CLI::Range(1, 4'096));
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up_seconds);
  app.add_option("--event-bytes", options.event_bytes);
  app.add_option("--prefix", options.prefix);
  app.add_option("--streams", options.streams)->check(CLI::PositiveNumber);
  app.add_option("--stream-events", options.stream_events)->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  orders::bench::Run(options);
  return 0;
}
