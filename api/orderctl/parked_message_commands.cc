#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/group_commands.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/show_pages.h"
#include "orders/v1/consumer_groups.pb.h"

namespace orders::api {
namespace {

constexpr std::int64_t kEntryMax = std::numeric_limits<std::int64_t>::max();

void AddParked(const v1::ParkedMessage& message, TextTable& table) {
  const v1::Event& event = message.event();
  // A table has one line for each; all of it is in the JSON forms.
  std::string reason = message.reason();
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  table.AddRow({absl::StrCat(message.entry()), event.type(), event.stream(),
                absl::StrCat(event.revision()),
                TimeText(message.has_park_time(), message.park_time()),
                message.has_retries() ? absl::StrCat(message.retries()) : "?", reason});
}

void AddParkedList(CommandLine& line, CLI::App& topic) {
  struct Arguments {
    v1::ListParkedMessagesRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app = line.AddTo(topic, "parked", "What a group has put aside, oldest first, and why",
                             [arguments](Session& session) {
                               return ShowPagesOf(
                                   session, session.groups(), arguments->request, arguments->all,
                                   &v1::ConsumerGroups::StubInterface::ListParkedMessages,
                                   TextTable({{"ENTRY", TextTable::Align::kRight},
                                              {"TYPE"},
                                              {"STREAM"},
                                              {"REVISION", TextTable::Align::kRight},
                                              {"PARKED"},
                                              {"RETRIES", TextTable::Align::kRight},
                                              {"WHY"}}),
                                   [](const v1::ListParkedMessagesResponse& answer) -> const auto& {
                                     return answer.messages();
                                   },
                                   AddParked);
                             });
  AddGroupName(app, arguments->request);
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the newest", [arguments] { arguments->all = true; });
}

/// Which messages, and whether only to say what would be.
template <typename Request>
void AddParkedSelection(CLI::App& app, const std::shared_ptr<Request>& request) {
  AddGroupName(app, *request);
  CLI::Option* const entry = AddInteger(
      app, "--entry", "This one alone", "N", 0, kEntryMax,
      [request](std::int64_t number) { request->set_entry(static_cast<std::uint64_t>(number)); });
  CLI::Option* const oldest =
      AddInteger(app, "--oldest", "So many, the oldest", "N", 1, kEntryMax,
                 [request](std::int64_t messages) { request->set_oldest(messages); });
  oldest->excludes(entry);
  AddSwitch(app, "--all", "All that are parked now", [request] { request->set_all(true); })
      ->excludes(entry)
      ->excludes(oldest);
  AddSwitch(app, "--validate-only,--dry-run", "Answer how many it would be, do nothing",
            [request] { request->set_validate_only(true); });
}

int ReplayParked(Session& session, const v1::ReplayParkedMessagesRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::ReplayParkedMessagesResponse answer;
  const grpc::Status status = session.groups().ReplayParkedMessages(&context, request, &answer);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, answer, [&] {
    return absl::StrCat(request.validate_only() ? "would replay " : "replaying ", answer.replayed(),
                        ", ", answer.parked(), " stay parked\n");
  });
  return kExitOk;
}

int DiscardParked(Session& session, const v1::DiscardParkedMessagesRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::DiscardParkedMessagesResponse answer;
  const grpc::Status status = session.groups().DiscardParkedMessages(&context, request, &answer);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, answer, [&] {
    return absl::StrCat(request.validate_only() ? "would discard " : "discarded ",
                        answer.discarded(), ", ", answer.parked(), " stay parked; recorded in ",
                        answer.record_stream(), "\n");
  });
  return kExitOk;
}

}  // namespace

void AddParkedMessageCommands(CommandLine& line, CLI::App& topic) {
  AddParkedList(line, topic);

  const auto replay = std::make_shared<v1::ReplayParkedMessagesRequest>();
  AddParkedSelection(
      line.AddTo(topic, "replay", "Hand parked messages out again",
                 [replay](Session& session) { return ReplayParked(session, *replay); }),
      replay);

  const auto discard = std::make_shared<v1::DiscardParkedMessagesRequest>();
  CLI::App& discards =
      line.AddTo(topic, "discard", "Do without parked messages for good; 10,000 at most at a time",
                 [discard](Session& session) { return DiscardParked(session, *discard); });
  AddParkedSelection(discards, discard);
  AddText(discards, "--reason", "Why; recorded with who says so (--actor)", "TEXT",
          [discard](std::string reason) { discard->set_reason(std::move(reason)); });
}

}  // namespace orders::api
