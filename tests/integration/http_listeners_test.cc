// Many who listen while many write: each gets each change of its own once, and in order.
// ORDERS_ENDURANCE=full: 2,000 listeners to an order each and 20 to all orders while 60,000
// commands run, 2,000 a second; else a tenth of the listeners and of the commands.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "tests/support/http_crowd.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"
#include "tests/support/proc_number.h"

namespace orders::testing_support {
namespace {

bool AtFullCounts() {
  const char* const set = std::getenv("ORDERS_ENDURANCE");
  return set != nullptr && std::string(set) == "full";
}

/// What follows `mark` in `text`, up to the next quote.
std::string_view Quoted(std::string_view text, std::string_view mark) {
  const std::size_t begin = text.find(mark);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + mark.size());
  return text.substr(0, text.find('"'));
}

/// Takes the chunks out of what comes (RFC 9112 section 7.1), after a head that is left out.
class Dechunker {
 public:
  void Add(std::string_view bytes, std::string& text) {
    raw_ += bytes;
    if (!is_head_over_) {
      const std::size_t end = raw_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      head_ = raw_.substr(0, end);
      raw_.erase(0, end + 4);
      is_head_over_ = true;
    }
    std::size_t at = 0;
    while (true) {
      const std::size_t line = raw_.find("\r\n", at);
      if (line == std::string::npos) break;
      const std::size_t size = std::stoul(raw_.substr(at, line - at), nullptr, 16);
      if (raw_.size() < line + 2 + size + 2) break;
      text.append(raw_, line + 2, size);
      at = line + 2 + size + 2;
    }
    raw_.erase(0, at);
  }
  const std::string& head() const { return head_; }

 private:
  std::string raw_;
  std::string head_;
  bool is_head_over_ = false;
};

/// One who listens, to `order_id` or to all orders if that is empty. All orders are at revision 0
/// when it begins.
struct Listener {
  std::string order_id;
  Dechunker dechunker;
  std::string text;
  bool has_begun = false;
  bool has_ended = false;
  std::uint64_t changes = 0;
  std::map<std::string, std::uint64_t, std::less<>> revisions;  ///< Seen last.
  std::string wrong;

  void Add(std::string_view bytes) {
    has_ended = bytes.empty();
    dechunker.Add(bytes, text);
    std::size_t at = 0;
    for (std::size_t end = text.find("\n\n"); end != std::string::npos;
         end = text.find("\n\n", at)) {
      Take(std::string_view(text).substr(at, end - at));
      at = end + 2;
    }
    text.erase(0, at);
  }

 private:
  void Take(std::string_view event) {
    if (event.starts_with("event: progress")) has_begun = true;
    if (event.starts_with("event: error")) wrong = std::string(event);
    if (!event.starts_with("event: change")) return;
    ++changes;
    const std::string_view order = Quoted(event, "\"order_id\":\"");
    auto found = revisions.find(order);
    if (found == revisions.end()) found = revisions.emplace(std::string(order), 0).first;
    const std::string_view revision = Quoted(event, "\"revision\":\"");
    const bool is_next = revision == std::to_string(++found->second);
    if ((!order_id.empty() && order != order_id) || !is_next) {
      wrong = absl::StrCat("wanted revision ", found->second, ", got ", std::string(event));
    }
  }
};

TEST(HttpListeners, GetEachChangeOfTheirOwnOnceAndInOrder) {
  const std::size_t orders = AtFullCounts() ? 2'000 : 200;
  const std::size_t listeners_of_all = AtFullCounts() ? 20 : 2;
  const std::uint64_t commands = AtFullCounts() ? 60'000 : 6'000;
  constexpr double kRate = 2'000;
  constexpr std::size_t kWriters = 32;
  constexpr std::size_t kWritersPerConnection = 8;

  ASSERT_TRUE(HttpCrowd::RaiseLimit(orders + listeners_of_all)) << "too few open files are allowed";
  const ScratchFolder scratch;
  auto started =
      OrderdProcess::Start({.data = scratch.Path("data"),
                            .arguments = {"--http-listen", "127.0.0.1:0", "--watches-max",
                                          absl::StrCat(orders + listeners_of_all)}});
  ASSERT_TRUE(started.ok()) << started.status();
  const std::unique_ptr<OrderdProcess> process = *std::move(started);
  std::vector<std::unique_ptr<OrdersClient>> clients;
  for (std::size_t i = 0; i < kWriters / kWritersPerConnection; ++i) {
    clients.push_back(std::make_unique<OrdersClient>(process->address(), absl::Seconds(60)));
  }
  const auto order_id = [](std::uint64_t number) { return absl::StrCat("heard-", number); };
  const auto in_writers = [&](const auto& write) {
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] { write(*clients[i / kWritersPerConnection], i); });
    }
    return writers;
  };
  for (std::thread& writer : in_writers([&](OrdersClient&client, std::size_t i) {
         for (std::uint64_t n = i; n < orders; n += kWriters) {
           const CommandAnswer made = client.Send(CreateRequest(order_id(n)));
           ASSERT_TRUE(made.ok()) << Describe(made.status);
         }
       })) {
    writer.join();
  }

  std::vector<Listener> listeners(orders + listeners_of_all);
  HttpCrowd crowd(process->ReadyWord("http"), [&](std::size_t number, std::string_view bytes) {
    listeners[number].Add(bytes);
  });
  const std::int64_t resident_before = ResidentKib(process->pid());
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (i < orders) listeners[i].order_id = order_id(i);
    const std::string query = i < orders ? absl::StrCat("?order_id=", listeners[i].order_id) : "";
    ASSERT_TRUE(crowd.Open(
        absl::StrCat("GET /v1/orders:watch", query, " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")));
  }
  /// Reads until `is_done` says so of each, or for `patience`.
  const auto read_until = [&](absl::Duration patience, const auto& is_done) {
    const absl::Time end = absl::Now() + patience;
    while (absl::Now() < end && !std::all_of(listeners.begin(), listeners.end(), is_done)) {
      for (int i = 0; i < 20; ++i) crowd.Read(absl::Milliseconds(10));
    }
  };
  read_until(absl::Minutes(1), [](const Listener& one) { return one.has_begun; });
  for (const Listener& one : listeners) {
    ASSERT_TRUE(one.has_begun) << one.order_id << ": " << one.dechunker.head() << one.text;
  }
  const std::int64_t resident_listening = ResidentKib(process->pid());

  const absl::Time begin = absl::Now();
  std::atomic<std::size_t> writing = kWriters;
  std::vector<std::thread> writers = in_writers([&](OrdersClient& client, std::size_t i) {
    for (std::uint64_t n = i; n < commands; n += kWriters) {
      absl::SleepFor(begin + absl::Seconds(static_cast<double>(n) / kRate) - absl::Now());
      const CommandAnswer noted = client.Send(NoteRequest(order_id(n % orders), absl::StrCat(n)));
      EXPECT_TRUE(noted.ok()) << Describe(noted.status);
    }
    --writing;
  });
  while (writing > 0) crowd.Read(absl::Milliseconds(10));
  for (std::thread& writer : writers) writer.join();
  const double write_seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  const auto wanted = [&](const Listener& one) {
    return one.order_id.empty() ? commands : commands / orders;
  };
  read_until(absl::Minutes(5), [&](const Listener& one) {
    return one.changes >= wanted(one) || one.has_ended || !one.wrong.empty();
  });
  std::cout << static_cast<double>(commands) / write_seconds << " commands/s; all heard "
            << absl::ToDoubleSeconds(absl::Now() - begin) - write_seconds
            << " s after the last; resident " << resident_before << ", listening "
            << resident_listening << ", then " << ResidentKib(process->pid()) << " KiB\n";

  for (const Listener& one : listeners) {
    ASSERT_EQ(one.wrong, "") << one.order_id;
    ASSERT_FALSE(one.has_ended) << one.order_id;
    ASSERT_EQ(one.changes, wanted(one)) << one.order_id;
  }
  EXPECT_EQ(crowd.open(), listeners.size());
}

}  // namespace
}  // namespace orders::testing_support
