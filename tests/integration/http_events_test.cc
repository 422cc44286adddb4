// Watches as server-sent events: nothing is missed, nothing comes twice, and a reader who stops
// reading costs nothing but its place.
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using nlohmann::json;

struct ServerEvent {
  std::string name;
  std::string id;
  std::string data;
};

/// Reads events as a browser does.
class EventReader {
 public:
  EventReader(const std::string& address, const std::string& target, const HttpFields& fields = {})
      : http_(address) {
    std::string request = absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: ", address,
                                       "\r\nAccept: text/event-stream\r\n");
    for (const auto& [name, value] : fields) absl::StrAppend(&request, name, ": ", value, "\r\n");
    EXPECT_TRUE(http_.Send(request + "\r\n"));
    head_ = http_.ReceiveHead();
  }

  const HttpAnswer& head() const { return head_; }
  HttpClient& http() { return http_; }

  /// Absent: the stream has ended.
  std::optional<ServerEvent> Next() {
    while (true) {
      const std::size_t end = text_.find("\n\n");
      if (end == std::string::npos) {
        const std::optional<std::string> chunk = http_.ReceiveChunk();
        if (!chunk.has_value()) return std::nullopt;
        text_ += *chunk;
        continue;
      }
      ServerEvent event;
      const std::vector<std::string> lines = absl::StrSplit(text_.substr(0, end), '\n');
      for (const std::string& line : lines) {
        const std::pair<std::string, std::string> field =
            absl::StrSplit(line, absl::MaxSplits(": ", 1));
        if (field.first == "event") event.name = field.second;
        if (field.first == "id") event.id = field.second;
        if (field.first == "data") event.data = field.second;
      }
      text_.erase(0, end + 2);
      if (!event.name.empty()) return event;  // Else: the wish to be asked again after a while.
    }
  }
  std::optional<ServerEvent> NextChange() {
    std::optional<ServerEvent> event = Next();
    while (event.has_value() && event->name == "progress") event = Next();
    return event;
  }

 private:
  HttpClient http_;
  HttpAnswer head_;
  std::string text_;
};

class HttpEvents : public ServiceTest {};

TEST_F(HttpEvents, AChangeComesAsItHappensWithItsToken) {
  const v1::Order order = MakeOrder();
  EventReader events(http_address(), "/v1/orders:watch?order_id=" + order.order_id());
  ASSERT_EQ(events.head().status, 200);
  EXPECT_EQ(events.head().Get("Content-Type"), "text/event-stream");
  EXPECT_EQ(events.head().Get("Cache-Control"), "no-store");
  const auto first = events.Next();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->name, "progress");
  EXPECT_EQ(json::parse(first->data)["caught_up"], true);
  EXPECT_EQ(json::parse(first->data)["position_token"], first->id);

  (void)MakeOrder();  // Of no interest here.
  const CommandAnswer noted = client().Send(NoteRequest(order.order_id(), "two\nlines"));
  ASSERT_TRUE(noted.ok());
  const auto change = events.NextChange();
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->name, "change");
  EXPECT_EQ(change->id, noted.response.position_token());
  EXPECT_EQ(json::parse(change->data)["order_id"], order.order_id());
  EXPECT_EQ(json::parse(change->data)["revision"], "1");
  ForgetStored();
}

TEST_F(HttpEvents, WhoComesAgainMissesNothingAndGetsNothingTwice) {
  const v1::Order order = MakeOrder();
  std::string last_id;
  {
    EventReader first(http_address(), "/v1/orders:watch?order_id=" + order.order_id());
    const auto begun = first.Next();
    ASSERT_TRUE(begun.has_value());
    last_id = begun->id;
  }
  std::vector<int> revisions;
  int revision = 0;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(client().Send(NoteRequest(order.order_id(), absl::StrCat(++revision))).ok());
    }
    // A token in the address is what a browser repeats; the last id is newer.
    EventReader again(http_address(),
                      absl::StrCat("/v1/orders:watch?order_id=", order.order_id(),
                                   "&resume_token=", round == 0 ? last_id : ""),
                      {{"Last-Event-ID", last_id}});
    ASSERT_EQ(again.head().status, 200);
    // Some are left for the next one.
    const int taken_by = round == 9 ? revision : revision - 7;
    while (static_cast<int>(revisions.size()) < taken_by) {
      const auto change = again.NextChange();
      ASSERT_TRUE(change.has_value() && change->name == "change");
      revisions.push_back(std::stoi(json::parse(change->data)["revision"].get<std::string>()));
      last_id = change->id;
    }
  }
  ASSERT_EQ(revisions.size(), 200U);
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    ASSERT_EQ(revisions[i], static_cast<int>(i) + 1);
  }
  ForgetStored();
}

TEST_F(HttpEvents, ATokenOfAnotherStoreIsRefused) {
  auto other = OrderdProcess::Start({});
  ASSERT_TRUE(other.ok());
  OrdersClient of_other((*other)->address());
  const CommandAnswer made = of_other.Send(CreateRequest("a"));
  ASSERT_TRUE(made.ok());
  const HttpAnswer refused = CallHttp(http_address(), "GET", "/v1/orders:watch",
                                      {{"Last-Event-ID", made.response.position_token()}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(json::parse(refused.body)["reason"], "STORE_CHANGED");
}

class HttpEventsAlone : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--http-listen", "127.0.0.1:0"});
    auto started = OrderdProcess::Start({.arguments = std::move(arguments)});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
    client_ = std::make_unique<OrdersClient>(process_->address());
  }
  std::string http_address() const { return process_->ReadyWord("http"); }
  /// What the service counts under `name`.
  std::string Metric(const std::string& name) {
    const std::string text = CallHttp(http_address(), "GET", "/metrics").body;
    const std::vector<std::string> lines = absl::StrSplit(text, '\n');
    for (const std::string& line : lines) {
      if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
    }
    return "";
  }
  void AwaitMetric(const std::string& name, const std::string& value) {
    for (int i = 0; i < 600 && Metric(name) != value; ++i) absl::SleepFor(absl::Milliseconds(50));
    EXPECT_EQ(Metric(name), value) << name;
  }

  std::unique_ptr<OrderdProcess> process_;
  std::unique_ptr<OrdersClient> client_;
};

TEST_F(HttpEventsAlone, B78OneListenerTooManyIsToldToComeLater) {
  Start({"--watches-max", "2"});
  EventReader first(http_address(), "/v1/orders:watch");
  std::optional<EventReader> second(std::in_place, http_address(), "/v1/orders:watch");
  ASSERT_TRUE(first.Next().has_value() && second->Next().has_value());
  const HttpAnswer refused = CallHttp(http_address(), "GET", "/v1/orders:watch");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Get("Retry-After"), "1");
  EXPECT_EQ(json::parse(refused.body)["reason"], "OVERLOADED");
  // One goes, and there is room again, although it did not say so.
  second.reset();
  AwaitMetric("orders_watches_open", "1");
  EventReader third(http_address(), "/v1/orders:watch");
  EXPECT_EQ(third.head().status, 200);
}

TEST_F(HttpEventsAlone, AListenerWhoReadsNothingIsCutOffAndOthersGoOn) {
  Start({"--watch-stall-max", "1s"});
  ASSERT_TRUE(client_->Send(CreateRequest("a")).ok());
  EventReader slow(http_address(), "/v1/orders:watch");
  EventReader quick(http_address(), "/v1/orders:watch");
  ASSERT_TRUE(slow.Next().has_value());
  // More than sockets hold for it, while the other one reads each as it comes.
  const std::string note(4'000, 'n');
  constexpr int kNotes = 2'500;
  for (int i = 0; i < kNotes; ++i) {
    const CommandAnswer noted =
        client_->Send(NoteRequest("a", absl::StrCat(i, note.substr(0, 3'990))));
    ASSERT_TRUE(noted.ok()) << Describe(noted.status);
    std::optional<ServerEvent> change = quick.NextChange();
    // Its first change may be the order's creation.
    if (i == 0 && change.has_value() && change->id != noted.response.position_token()) {
      change = quick.NextChange();
    }
    ASSERT_TRUE(change.has_value());
    ASSERT_EQ(change->id, noted.response.position_token());
  }
  AwaitMetric("orders_watches_open", "1");
}

TEST_F(HttpEventsAlone, AStopTellsListenersWhyAndEnds) {
  Start({});
  EventReader events(http_address(), "/v1/orders:watch");
  ASSERT_TRUE(events.Next().has_value());
  process_->SendSignal(SIGTERM);
  const auto last = events.NextChange();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->name, "error");
  EXPECT_EQ(json::parse(last->data)["reason"], "SHUTTING_DOWN");
  EXPECT_FALSE(events.Next().has_value());
  EXPECT_EQ(process_->WaitForEnd(absl::Seconds(30)).exit_code, 0);
}

}  // namespace
}  // namespace orders::testing_support
