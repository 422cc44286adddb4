#include "api/orderctl/webhook_letter_commands.h"

#include <cstdint>
#include <limits>
#include <memory>

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/show_pages.h"
#include "api/orderctl/webhook_text.h"

namespace orders::api {
namespace {

using Rpcs = v1::Webhooks::StubInterface;

constexpr std::int64_t kCountMax = std::numeric_limits<std::int64_t>::max();
constexpr const char* kLookAgain = "look at them again with --dry-run";

template <typename Request, typename Response>
int Act(Session& session, const Request& request,
        grpc::Status (Rpcs::*rpc)(grpc::ClientContext*, const Request&, Response*),
        const char* done) {
  grpc::ClientContext context;
  session.Prepare(context);
  Response answer;
  const grpc::Status status = (session.webhooks().*rpc)(&context, request, &answer);
  if (!status.ok()) return session.Fail(status, kLookAgain);
  ShowMessage(session, answer, [&] {
    return SelectedText(answer.count(), answer.dead_letters(), done, request.validate_only());
  });
  return kExitOk;
}

/// --event, --oldest or --all, of which one must be given; --dry-run and --expect.
template <typename Request>
void AddSelection(CLI::App& app, Request& request) {
  Request* const into = &request;
  CLI::Option* const event = AddText(app, "--event", "The one of this event", "EVENT",
                                     [into](std::string id) { into->set_event_id(std::move(id)); });
  CLI::Option* const oldest =
      AddInteger(app, "--oldest", "So many, the longest dead first", "N", 1, kCountMax,
                 [into](std::int64_t count) { into->set_oldest(count); });
  CLI::Option* const all = AddSwitch(app, "--all", "All of them", [into] { into->set_all(true); });
  oldest->excludes(event);
  all->excludes(event);
  all->excludes(oldest);
  app.final_callback([event, oldest, all] {
    if (event->empty() && oldest->empty() && all->empty()) {
      throw CLI::RequiredError("--event, --oldest or --all");
    }
  });
  AddSwitch(app, "--validate-only,--dry-run", "Only show which these are",
            [into] { into->set_validate_only(true); });
  AddInteger(
      app, "--expect", "Only if it is so many, as --dry-run has counted them", "N", 0, kCountMax,
      [into](std::int64_t count) { into->set_expected_count(static_cast<std::uint64_t>(count)); });
}

void AddList(CommandLine& line, CLI::App& topic) {
  struct ListArguments {
    v1::ListWebhookDeadLettersRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<ListArguments>();
  CLI::App& app = line.AddTo(
      topic, "dead-letters", "Messages that were given up, and why", [arguments](Session& session) {
        return ShowPagesOf(
            session, session.webhooks(), arguments->request, arguments->all,
            &Rpcs::ListWebhookDeadLetters, WebhookLetterTable(),
            [](const v1::ListWebhookDeadLettersResponse& answer) -> const auto& {
              return answer.dead_letters();
            },
            AddWebhookLetter);
      });
  AddWebhookId(app, arguments->request);
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
}

void AddReplay(CommandLine& line, CLI::App& topic) {
  const auto request = std::make_shared<v1::ReplayWebhookDeadLettersRequest>();
  CLI::App& app =
      line.AddTo(topic, "replay", "Have dead letters delivered again", [request](Session& session) {
        return Act<v1::ReplayWebhookDeadLettersRequest, v1::ReplayWebhookDeadLettersResponse>(
            session, *request, &Rpcs::ReplayWebhookDeadLetters, "replayed");
      });
  AddWebhookId(app, *request);
  AddSelection(app, *request);
}

void AddDiscard(CommandLine& line, CLI::App& topic) {
  const auto request = std::make_shared<v1::DiscardWebhookDeadLettersRequest>();
  CLI::App& app = line.AddTo(
      topic, "discard", "Do without dead letters, for good", [request](Session& session) {
        return Act<v1::DiscardWebhookDeadLettersRequest, v1::DiscardWebhookDeadLettersResponse>(
            session, *request, &Rpcs::DiscardWebhookDeadLetters, "discarded");
      });
  AddWebhookId(app, *request);
  AddSelection(app, *request);
  AddText(app, "--reason", "Why; logged with who says so (--actor)", "TEXT",
          [request](std::string reason) { request->set_reason(std::move(reason)); })
      ->required();
}

}  // namespace

void AddWebhookLetterCommands(CommandLine& line, CLI::App& topic) {
  AddList(line, topic);
  AddReplay(line, topic);
  AddDiscard(line, topic);
}

}  // namespace orders::api
