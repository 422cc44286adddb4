#include "api/orderctl/group_commands.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/text_table.h"
#include "api/orderctl/utf8.h"
#include "orders/v1/consumer_groups.pb.h"

namespace orders::api {
namespace {

constexpr char kStrategyPrefix[] = "CONSUMER_STRATEGY_";
constexpr std::int64_t kSettingMax = std::numeric_limits<std::int32_t>::max();

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string MillisecondsText(bool present, const google::protobuf::Duration& duration) {
  if (!present) return "?";
  return absl::FormatDuration(absl::Floor(ToDuration(duration), absl::Milliseconds(1)));
}

std::string BehindText(const v1::ConsumerGroup& group) {
  return group.has_behind_events() ? absl::StrCat(group.behind_events()) : "?";
}

std::string GroupPlaceText(bool present, const v1::ConsumerGroupPlace& place) {
  if (!present) return "none";
  return place.place_case() == v1::ConsumerGroupPlace::kRevision
             ? absl::StrCat("revision ", place.revision())
             : absl::StrCat("position ", place.position_token());
}

std::string GroupStartText(const v1::ConsumerGroupSettings& settings) {
  switch (settings.start_case()) {
    case v1::ConsumerGroupSettings::kFromBeginning:
      return settings.from_beginning() ? "the beginning" : "the end, as it was then";
    case v1::ConsumerGroupSettings::kFromRevision:
      return absl::StrCat("revision ", settings.from_revision());
    case v1::ConsumerGroupSettings::kFromPosition:
      return absl::StrCat("position ", settings.from_position());
    case v1::ConsumerGroupSettings::START_NOT_SET:
      break;
  }
  return "?";
}

std::string GroupSettingsText(const v1::ConsumerGroupSettings& settings) {
  TextTable table({{"SETTING"}, {"VALUE"}});
  table.AddRow({"start", GroupStartText(settings)});
  table.AddRow({"resolve-links", settings.resolve_links() ? "yes" : "no"});
  table.AddRow({"message-timeout",
                MillisecondsText(settings.has_message_timeout(), settings.message_timeout())});
  table.AddRow({"retries-max", absl::StrCat(settings.retries_max())});
  table.AddRow({"checkpoint-after",
                MillisecondsText(settings.has_checkpoint_after(), settings.checkpoint_after())});
  table.AddRow({"checkpoint-events-min", absl::StrCat(settings.checkpoint_events_min())});
  table.AddRow({"checkpoint-events-max", absl::StrCat(settings.checkpoint_events_max())});
  table.AddRow({"consumers-max", settings.consumers_max() == 0
                                     ? "any number"
                                     : absl::StrCat(settings.consumers_max())});
  table.AddRow({"live-buffer-size", absl::StrCat(settings.live_buffer_size())});
  table.AddRow({"read-batch-size", absl::StrCat(settings.read_batch_size())});
  table.AddRow({"history-buffer-size", absl::StrCat(settings.history_buffer_size())});
  table.AddRow({"strategy", StrategyWord(settings.strategy())});
  table.AddRow({"extra-statistics", settings.extra_statistics() ? "yes" : "no"});
  return table.TakeText();
}

std::string ConsumersText(const v1::ConsumerGroup& group) {
  if (group.connections().empty()) return "no consumer is connected\n";
  TextTable table({{"CONSUMER"},
                   {"USER"},
                   {"FROM"},
                   {"IN FLIGHT", TextTable::Align::kRight},
                   {"FREE", TextTable::Align::kRight},
                   {"A SECOND", TextTable::Align::kRight},
                   {"EVENTS", TextTable::Align::kRight},
                   {"MS"}});
  for (const v1::ConsumerConnection& one : group.connections()) {
    table.AddRow({one.connection_name(), one.user(), one.from(), absl::StrCat(one.in_flight()),
                  absl::StrCat(one.slots_free()), absl::StrFormat("%g", one.events_per_second()),
                  absl::StrCat(one.events()),
                  absl::StrJoin(one.latencies(), " ", [](std::string* out, const auto& latency) {
                    absl::StrAppend(out, latency.name(), "=", latency.milliseconds());
                  })});
  }
  return table.TakeText();
}

std::string GroupText(const v1::ConsumerGroup& group) {
  return absl::StrCat("group        ", Printable(group.group()), " on ", Printable(group.stream()),
                      "\nstatus       ", Printable(group.status()), "\nhanded out   ",
                      group.events(), ", ", absl::StrFormat("%g", group.events_per_second()),
                      " a second\nheld         ", group.in_flight(), " with consumers, ",
                      group.buffered(), " buffered, ", group.retrying(),
                      " to be handed out again\nparked       ", group.parked(), "\nbehind       ",
                      BehindText(group), " events, ",
                      MillisecondsText(group.has_behind_time(), group.behind_time()),
                      "\ncheckpoint   ", GroupPlaceText(group.has_checkpoint(), group.checkpoint()),
                      "\nlast known   ", GroupPlaceText(group.has_last_known(), group.last_known()),
                      "\n\n", ConsumersText(group), "\n", GroupSettingsText(group.settings()));
}

int ListGroups(Session& session, const v1::ListConsumerGroupsRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::ListConsumerGroupsResponse answer;
  const grpc::Status status = session.groups().ListConsumerGroups(&context, request, &answer);
  if (!status.ok()) return session.Fail(status);
  if (session.options().output == OutputForm::kNdjson) {
    for (const v1::ConsumerGroup& group : answer.groups()) session.out().Write(JsonLine(group));
    return kExitOk;
  }
  ShowMessage(session, answer, [&] {
    TextTable table({{"STREAM"},
                     {"GROUP"},
                     {"STATUS"},
                     {"CONSUMERS", TextTable::Align::kRight},
                     {"IN FLIGHT", TextTable::Align::kRight},
                     {"PARKED", TextTable::Align::kRight},
                     {"BEHIND", TextTable::Align::kRight},
                     {"FOR", TextTable::Align::kRight}});
    for (const v1::ConsumerGroup& group : answer.groups()) {
      table.AddRow({group.stream(), group.group(), group.status(),
                    absl::StrCat(group.connection_count()), absl::StrCat(group.in_flight()),
                    absl::StrCat(group.parked()), BehindText(group),
                    MillisecondsText(group.has_behind_time(), group.behind_time())});
    }
    return table.TakeText();
  });
  return kExitOk;
}

int ShowGroup(Session& session, const v1::GetConsumerGroupRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::ConsumerGroup group;
  const grpc::Status status = session.groups().GetConsumerGroup(&context, request, &group);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, group, [&] { return GroupText(group); });
  return kExitOk;
}

/// `rpc` with an answer that says nothing; `done` does, to people.
template <typename Request, typename Response>
int ChangeGroup(Session& session,
                grpc::Status (v1::ConsumerGroups::StubInterface::*rpc)(grpc::ClientContext*,
                                                                       const Request&, Response*),
                const Request& request, const std::string& done) {
  grpc::ClientContext context;
  session.Prepare(context);
  Response answer;
  const grpc::Status status = (session.groups().*rpc)(&context, request, &answer);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, answer, [&] { return absl::StrCat(done, "\n"); });
  return kExitOk;
}

template <typename Request>
std::string GroupNameOf(const Request& request) {
  return absl::StrCat(Printable(request.group()), " on ", Printable(request.stream()));
}

absl::StatusOr<v1::ConsumerStrategy> ParseStrategy(absl::string_view text) {
  for (int i = v1::CONSUMER_STRATEGY_DISPATCH_TO_SINGLE;
       i <= v1::CONSUMER_STRATEGY_PINNED_BY_CORRELATION; ++i) {
    const auto strategy = static_cast<v1::ConsumerStrategy>(i);
    if (StrategyWord(strategy) == text) return strategy;
  }
  return absl::InvalidArgumentError(
      "takes dispatch-to-single, round-robin, pinned or pinned-by-correlation");
}

absl::StatusOr<bool> ParseYesNo(absl::string_view text) {
  if (text == "yes" || text == "no") return text == "yes";
  return absl::InvalidArgumentError("takes yes or no");
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  if (text == "0") return absl::ZeroDuration();
  return ParseTimeout(text);
}

void SetDuration(absl::Duration duration, google::protobuf::Duration& message) {
  message.set_seconds(absl::ToInt64Seconds(duration));
  message.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration % absl::Seconds(1))));
}

void AddGroupStart(CLI::App& app, v1::ConsumerGroupSettings* into) {
  CLI::Option* const beginning = AddSwitch(app, "--from-beginning", "Begin with the first event",
                                           [into] { into->set_from_beginning(true); });
  CLI::Option* const end =
      AddSwitch(app, "--from-end", "Begin with what is written from now on (so does a new group)",
                [into] { into->set_from_beginning(false); });
  CLI::Option* const revision = AddInteger(
      app, "--from-revision", "Of a stream: begin with this event", "N", 0,
      std::numeric_limits<std::int64_t>::max(),
      [into](std::int64_t number) { into->set_from_revision(static_cast<std::uint64_t>(number)); });
  CLI::Option* const position =
      AddText(app, "--from-position", "Of $all: begin with the event here", "TOKEN",
              [into](std::string token) { into->set_from_position(std::move(token)); });
  end->excludes(beginning);
  revision->excludes(beginning)->excludes(end);
  position->excludes(beginning)->excludes(end)->excludes(revision);
}

void AddGroupSettings(CLI::App& app, v1::ConsumerGroupSettings& settings) {
  v1::ConsumerGroupSettings* const into = &settings;
  AddGroupStart(app, into);
  AddValue(app, "--resolve-links", "Hand out the events that links name [no]", "yes|no", ParseYesNo,
           [into](bool yes) { into->set_resolve_links(yes); });
  AddValue(app, "--message-timeout", "What is not answered by then is handed out again [30s]",
           "DURATION", ParseTimeout, [into](absl::Duration duration) {
             SetDuration(duration, *into->mutable_message_timeout());
           });
  AddInteger(app, "--retries-max", "Then an event is parked [10]", "N", 0, kSettingMax,
             [into](std::int64_t n) { into->set_retries_max(static_cast<int>(n)); });
  AddValue(app, "--checkpoint-after", "Note the place after so long [2s]; 0: never by time",
           "DURATION", ParseDuration, [into](absl::Duration duration) {
             SetDuration(duration, *into->mutable_checkpoint_after());
           });
  AddInteger(app, "--checkpoint-events-min", "And so many events [10]", "N", 0, kSettingMax,
             [into](std::int64_t n) { into->set_checkpoint_events_min(static_cast<int>(n)); });
  AddInteger(app, "--checkpoint-events-max", "Or after so many [1000]", "N", 1, kSettingMax,
             [into](std::int64_t n) { into->set_checkpoint_events_max(static_cast<int>(n)); });
  AddInteger(app, "--consumers-max", "Consumers at a time [0]; 0: any number", "N", 0, kSettingMax,
             [into](std::int64_t n) { into->set_consumers_max(static_cast<int>(n)); });
  AddInteger(app, "--live-buffer-size", "Events kept as they are written [500]", "N", 1,
             kSettingMax,
             [into](std::int64_t n) { into->set_live_buffer_size(static_cast<int>(n)); });
  AddInteger(app, "--read-batch-size", "Events read at a time [20]", "N", 1, kSettingMax,
             [into](std::int64_t n) { into->set_read_batch_size(static_cast<int>(n)); });
  AddInteger(app, "--history-buffer-size", "Events kept that were read [500]", "N", 1, kSettingMax,
             [into](std::int64_t n) { into->set_history_buffer_size(static_cast<int>(n)); });
  AddValue(app, "--strategy",
           "dispatch-to-single, round-robin, pinned or pinned-by-correlation [round-robin]", "NAME",
           ParseStrategy, [into](v1::ConsumerStrategy strategy) { into->set_strategy(strategy); });
  AddValue(app, "--extra-statistics", "Measure how long each consumer takes [no]", "yes|no",
           ParseYesNo, [into](bool yes) { into->set_extra_statistics(yes); });
}

void AddGroupFilter(CLI::App& app, const std::shared_ptr<v1::CreateConsumerGroupRequest>& request) {
  const auto by = [request](v1::ConsumerGroupFilter::Subject subject) {
    request->mutable_filter()->set_subject(subject);
    return request->mutable_filter();
  };
  const auto text = [](absl::string_view word) { return ParseText(word); };
  CLI::Option* const streams =
      AddValues(app, "--stream-prefix", "Of $all: only events of streams that begin so; many",
                "TEXT", text, [by](std::string prefix) {
                  by(v1::ConsumerGroupFilter::STREAM)->add_prefixes(std::move(prefix));
                });
  CLI::Option* const types =
      AddValues(app, "--type-prefix", "Of $all: only events whose types begin so; many", "TEXT",
                text, [by](std::string prefix) {
                  by(v1::ConsumerGroupFilter::EVENT_TYPE)->add_prefixes(std::move(prefix));
                });
  CLI::Option* const stream_regex =
      AddText(app, "--stream-regex", "Of $all: only events of streams that it finds", "REGEX",
              [by](std::string regex) {
                by(v1::ConsumerGroupFilter::STREAM)->set_regex(std::move(regex));
              });
  CLI::Option* const type_regex =
      AddText(app, "--type-regex", "Of $all: only events whose types it finds", "REGEX",
              [by](std::string regex) {
                by(v1::ConsumerGroupFilter::EVENT_TYPE)->set_regex(std::move(regex));
              });
  types->excludes(streams);
  stream_regex->excludes(streams)->excludes(types);
  type_regex->excludes(streams)->excludes(types)->excludes(stream_regex);
}

}  // namespace

std::string StrategyWord(v1::ConsumerStrategy strategy) {
  return absl::StrReplaceAll(Word(v1::ConsumerStrategy_Name(strategy), kStrategyPrefix),
                             {{"_", "-"}});
}

void AddGroupCommands(CommandLine& line) {
  using Stub = v1::ConsumerGroups::StubInterface;
  CLI::App& topic = line.AddTopic("groups", "Running it",
                                  "The store's groups of competing consumers, and what they park");
  const auto list = std::make_shared<v1::ListConsumerGroupsRequest>();
  AddText(line.AddTo(topic, "list", "All groups, how far they are and what they have parked",
                     [list](Session& session) { return ListGroups(session, *list); }),
          "--stream", "Only those of this stream, or of '$all'", "NAME",
          [list](std::string name) { list->set_stream(std::move(name)); });

  const auto show = std::make_shared<v1::GetConsumerGroupRequest>();
  AddGroupName(line.AddTo(topic, "show", "One, with its consumers and settings",
                          [show](Session& session) { return ShowGroup(session, *show); }),
               *show);

  const auto create = std::make_shared<v1::CreateConsumerGroupRequest>();
  CLI::App& creates = line.AddTo(
      topic, "create", "Make one; the stream need not exist", [create](Session& session) {
        return ChangeGroup(session, &Stub::CreateConsumerGroup, *create,
                           absl::StrCat("created ", GroupNameOf(*create)));
      });
  AddGroupName(creates, *create);
  AddGroupSettings(creates, *create->mutable_settings());
  AddGroupFilter(creates, create);

  const auto update = std::make_shared<v1::UpdateConsumerGroupRequest>();
  CLI::App& updates =
      line.AddTo(topic, "update", "Change settings; drops its consumers, who connect anew",
                 [update](Session& session) {
                   return ChangeGroup(session, &Stub::UpdateConsumerGroup, *update,
                                      absl::StrCat("updated ", GroupNameOf(*update)));
                 });
  AddGroupName(updates, *update);
  AddGroupSettings(updates, *update->mutable_settings());

  const auto remove = std::make_shared<v1::DeleteConsumerGroupRequest>();
  AddGroupName(line.AddTo(topic, "delete", "Delete one, with its checkpoint and what it has parked",
                          [remove](Session& session) {
                            return ChangeGroup(session, &Stub::DeleteConsumerGroup, *remove,
                                               absl::StrCat("deleted ", GroupNameOf(*remove)));
                          }),
               *remove);

  line.AddTo(topic, "restart", "Drop the consumers of all groups, who connect anew",
             [](Session& session) {
               return ChangeGroup(session, &Stub::RestartConsumerGroups,
                                  v1::RestartConsumerGroupsRequest(), "all groups begin anew");
             });
  AddParkedMessageCommands(line, topic);
}

}  // namespace orders::api
