#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/event_tree.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/show_pages.h"

namespace orders::api {
namespace {

/// Of an event's data in a table; all of it is in the JSON forms.
constexpr std::size_t kDataShownMax = 60;
constexpr int kIndent = 2;

const auto kEventsOf = [](const auto& answer) -> const auto& { return answer.events(); };

std::string DataText(const v1::EventContent& data) {
  if (data.content_case() != v1::EventContent::kJson) {
    return data.size_bytes() == 0 ? "" : absl::StrCat(data.size_bytes(), " bytes");
  }
  if (data.json().size() <= kDataShownMax) return data.json();
  return absl::StrCat(data.json().substr(0, kDataShownMax), "...");
}

TextTable EventTable() {
  return TextTable(
      {{"TIME"}, {"STREAM"}, {"REVISION", TextTable::Align::kRight}, {"TYPE"}, {"DATA"}});
}

void AddEvent(const v1::Event& event, TextTable& table) {
  table.AddRow({TimeText(event.has_create_time(), event.create_time()), event.stream(),
                absl::StrCat(event.revision()), event.type(), DataText(event.data())});
}

TextTable StreamTable() {
  return TextTable(
      {{"STREAM"}, {"LAST REVISION", TextTable::Align::kRight}, {"LAST EVENT"}, {"WRITTEN"}, {""}});
}

void AddStream(const v1::Stream& stream, TextTable& table) {
  table.AddRow({stream.stream(), absl::StrCat(stream.last_revision()), stream.last_type(),
                TimeText(stream.has_last_write_time(), stream.last_write_time()),
                stream.deleted() ? "deleted" : ""});
}

void AddList(CommandLine& line, CLI::App& topic) {
  struct Arguments {
    v1::ListStreamsRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app =
      line.AddTo(topic, "list", "Streams, by their newest event", [arguments](Session& session) {
        return ShowPagesOf(
            session, session.streams(), arguments->request, arguments->all,
            &v1::Streams::StubInterface::ListStreams, StreamTable(),
            [](const v1::ListStreamsResponse& answer) -> const auto& { return answer.streams(); },
            AddStream);
      });
  AddText(app, "--prefix", "Only those whose names begin so", "TEXT",
          [arguments](std::string text) { arguments->request.set_stream_prefix(std::move(text)); });
  AddSwitch(app, "--system", "Those that the store makes too, whose names begin with $",
            [arguments] { arguments->request.set_include_system(true); });
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the beginning of the log",
            [arguments] { arguments->all = true; });
}

void AddRead(CommandLine& line, CLI::App& topic) {
  struct Arguments {
    v1::ListStreamEventsRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app =
      line.AddTo(topic, "read", "Events of a stream as they are stored, or of all of them: '$all'",
                 [arguments](Session& session) {
                   return ShowPagesOf(session, session.streams(), arguments->request,
                                      arguments->all, &v1::Streams::StubInterface::ListStreamEvents,
                                      EventTable(), kEventsOf, AddEvent);
                 });
  AddText(app, "NAME", "The stream's name, like order-o-1 or '$all'", "",
          [arguments](std::string name) { arguments->request.set_stream(std::move(name)); })
      ->required();
  AddSwitch(app, "--backwards", "Newest first",
            [arguments] { arguments->request.set_direction(v1::BACKWARDS); });
  CLI::Option* const revision =
      AddInteger(app, "--from-revision", "Of a stream: begin with this event", "N", 0,
                 std::numeric_limits<std::int64_t>::max(), [arguments](std::int64_t number) {
                   arguments->request.set_from_revision(static_cast<std::uint64_t>(number));
                 });
  AddText(
      app, "--from-position", "Of $all: begin here, or backwards before it", "TOKEN",
      [arguments](std::string token) { arguments->request.set_from_position(std::move(token)); })
      ->excludes(revision);
  AddText(app, "--stream-prefix", "Of $all: only events of streams that begin so", "TEXT",
          [arguments](std::string text) { arguments->request.set_stream_prefix(std::move(text)); });
  AddText(app, "--type-prefix", "Of $all: only events whose types begin so", "TEXT",
          [arguments](std::string text) { arguments->request.set_type_prefix(std::move(text)); });
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
}

struct CorrelationArguments {
  v1::ListCorrelatedEventsRequest request;
  bool all = false;
};

/// Oldest first, each below what caused it.
std::string TreeText(std::vector<v1::Event> newest_first) {
  std::reverse(newest_first.begin(), newest_first.end());
  TextTable table({{"TYPE"}, {"STREAM"}, {"REVISION", TextTable::Align::kRight}, {"TIME"}, {"ID"}});
  const std::vector<int> depths = CausationDepths(newest_first);
  for (std::size_t i = 0; i < newest_first.size(); ++i) {
    const v1::Event& event = newest_first[i];
    table.AddRow({absl::StrCat(std::string(static_cast<std::size_t>(depths[i] * kIndent), ' '),
                               event.type()),
                  event.stream(), absl::StrCat(event.revision()),
                  TimeText(event.has_create_time(), event.create_time()), event.event_id()});
  }
  return table.TakeText();
}

int ShowTree(Session& session, const CorrelationArguments& arguments) {
  v1::ListCorrelatedEventsRequest request = arguments.request;
  std::vector<v1::Event> events;
  while (true) {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::ListCorrelatedEventsResponse answer;
    const grpc::Status status = session.streams().ListCorrelatedEvents(&context, request, &answer);
    if (!status.ok()) return session.Fail(status);
    for (v1::Event& event : *answer.mutable_events()) events.push_back(std::move(event));
    request.set_page_token(answer.next_page_token());
    const bool is_full = events.size() >= static_cast<std::size_t>(kGatheredRowsMax);
    if (arguments.all && !request.page_token().empty() && !is_full) continue;
    session.out().Write(TreeText(std::move(events)));
    if (!request.page_token().empty()) {
      WriteErrorLine(absl::StrCat("more of the log: --page-token ", request.page_token()));
    }
    return kExitOk;
  }
}

void AddCorrelation(CommandLine& line, CLI::App& topic) {
  const auto arguments = std::make_shared<CorrelationArguments>();
  CLI::App& app = line.AddTo(
      topic, "correlation",
      "Events that have a correlation id, each below what caused it; looks through the log from "
      "its end, 10,000 events a page",
      [arguments](Session& session) {
        if (session.options().output == OutputForm::kTable) return ShowTree(session, *arguments);
        return ShowPagesOf(session, session.streams(), arguments->request, arguments->all,
                           &v1::Streams::StubInterface::ListCorrelatedEvents, EventTable(),
                           kEventsOf, AddEvent);
      });
  AddText(app, "ID", "The correlation id", "", [arguments](std::string id) {
    arguments->request.set_correlation_id(std::move(id));
  })->required();
  AddText(
      app, "--from-position", "Begin before this position", "TOKEN",
      [arguments](std::string token) { arguments->request.set_from_position(std::move(token)); });
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the beginning of the log",
            [arguments] { arguments->all = true; });
}

}  // namespace

void AddStreamCommands(CommandLine& line) {
  CLI::App& topic =
      line.AddTopic("streams", "Running it", "The store's streams and events, as they are stored");
  AddList(line, topic);
  AddRead(line, topic);
  AddCorrelation(line, topic);
}

}  // namespace orders::api
