#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/webhook_letter_commands.h"
#include "api/orderctl/webhook_text.h"

namespace orders::api {
namespace {

using Rpcs = v1::Webhooks::StubInterface;

constexpr absl::Duration kOldSecretLifetimeMax = absl::Hours(30 * 24);
/// A ping waits for its receiver, which the service gives 15 s.
constexpr absl::Duration kPingTimeout = absl::Seconds(20);
constexpr absl::string_view kKeepIt =
    "orderctl: keep the new secret where the receiver finds it: it is not shown again";

/// "24h", "90m" or "0".
absl::StatusOr<absl::Duration> ParseLifetime(absl::string_view text) {
  absl::Duration lifetime;
  if (!absl::ParseDuration(text, &lifetime) || lifetime < absl::ZeroDuration() ||
      lifetime > kOldSecretLifetimeMax) {
    return absl::InvalidArgumentError(absl::StrCat("takes a duration like 36h or 90m, from 0 to ",
                                                   absl::FormatDuration(kOldSecretLifetimeMax)));
  }
  return lifetime;
}

/// A command that sends `request` and shows the webhook that is answered.
template <typename Request>
int ShowWebhook(Session& session, const Request& request,
                grpc::Status (Rpcs::*rpc)(grpc::ClientContext*, const Request&, v1::Webhook*)) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::Webhook webhook;
  const grpc::Status status = (session.webhooks().*rpc)(&context, request, &webhook);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, webhook, [&] { return WebhookText(webhook); });
  return kExitOk;
}

/// The same of a webhook with the secret that was made for it.
template <typename Request, typename Response>
int ShowSecret(Session& session, const Request& request,
               grpc::Status (Rpcs::*rpc)(grpc::ClientContext*, const Request&, Response*),
               const std::string& retry_hint) {
  grpc::ClientContext context;
  session.Prepare(context);
  Response made;
  const grpc::Status status = (session.webhooks().*rpc)(&context, request, &made);
  if (!status.ok()) return session.Fail(status, retry_hint);
  ShowMessage(session, made, [&] { return WebhookText(made.webhook(), made.secret()); });
  WriteErrorLine(kKeepIt);
  return kExitOk;
}

int List(Session& session) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::ListWebhooksResponse answer;
  const grpc::Status status = session.webhooks().ListWebhooks(&context, {}, &answer);
  if (!status.ok()) return session.Fail(status);
  if (session.options().output == OutputForm::kNdjson) {
    for (const v1::Webhook& webhook : answer.webhooks()) session.out().Write(JsonLine(webhook));
    return kExitOk;
  }
  ShowMessage(session, answer, [&] {
    TextTable table = WebhookTable();
    for (const v1::Webhook& webhook : answer.webhooks()) AddWebhook(webhook, table);
    return table.TakeText();
  });
  return kExitOk;
}

int Create(Session& session, v1::CreateWebhookRequest request) {
  // Named here, so that a repeat makes no second one.
  if (request.webhook_id().empty()) request.set_webhook_id(RandomHex());
  return ShowSecret<v1::CreateWebhookRequest, v1::CreateWebhookResponse>(
      session, request, &Rpcs::CreateWebhook,
      absl::StrCat("repeat it with --id ", request.webhook_id(),
                   ", and if that is there already, have a secret made by orderctl webhooks "
                   "rotate-secret"));
}

int Delete(Session& session, const v1::DeleteWebhookRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::DeleteWebhookResponse deleted;
  const grpc::Status status = session.webhooks().DeleteWebhook(&context, request, &deleted);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, deleted, [&] {
    return absl::StrCat("deleted, with changes of ", deleted.pending_orders(),
                        " orders that were not delivered and ", deleted.dead_letters(),
                        " dead letters\n");
  });
  return kExitOk;
}

int Ping(Session& session, const v1::PingWebhookRequest& request) {
  grpc::ClientContext context;
  session.Prepare(context);
  if (!session.options().timeout_given)
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPingTimeout));
  v1::PingWebhookResponse ping;
  const grpc::Status status = session.webhooks().PingWebhook(&context, request, &ping);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, ping, [&] { return PingText(ping); });
  return ping.delivered() ? kExitOk : kExitRefused;
}

CLI::Option* AddEventTypes(CLI::App& app, const std::string& help,
                           const std::function<void(std::string)>& add) {
  return AddValues(app, "--event-type", help, "TYPE", ParseText, add);
}

void AddCreate(CommandLine& line, CLI::App& topic) {
  const auto request = std::make_shared<v1::CreateWebhookRequest>();
  CLI::App& app = line.AddTo(topic, "create", "Make one, and its secret, which is shown once",
                             [request](Session& session) { return Create(session, *request); });
  AddText(app, "URL", "Where messages are posted to; the setting webhook-hosts must allow it", "",
          [request](std::string url) { request->set_url(std::move(url)); })
      ->required();
  AddText(app, "--id", "What it is called [one is made]", "WEBHOOK",
          [request](std::string id) { request->set_webhook_id(std::move(id)); });
  AddText(app, "--description", "For those who look at it", "TEXT",
          [request](std::string text) { request->set_description(std::move(text)); });
  AddEventTypes(app, "Only these events, like OrderConfirmed; many times [all]",
                [request](std::string type) { request->add_event_types(std::move(type)); });
  AddSwitch(app, "--from-beginning", "Begin with the first change ever, not with the next one",
            [request] { request->set_start(v1::FROM_BEGINNING); });
}

void AddUpdate(CommandLine& line, CLI::App& topic) {
  const auto request = std::make_shared<v1::UpdateWebhookRequest>();
  CLI::App& app = line.AddTo(
      topic, "update", "Change its address, description or events",
      [request](Session& session) { return ShowWebhook(session, *request, &Rpcs::UpdateWebhook); });
  AddWebhookId(app, *request);
  CLI::Option* const url =
      AddText(app, "--url", "Where messages are posted to", "URL",
              [request](std::string text) { request->set_url(std::move(text)); });
  CLI::Option* const description =
      AddText(app, "--description", "For those who look at it", "TEXT",
              [request](std::string text) { request->set_description(std::move(text)); });
  CLI::Option* const types = AddEventTypes(
      app, "These events instead of those before; many times",
      [request](std::string type) { request->mutable_event_types()->add_names(std::move(type)); });
  CLI::Option* const all =
      AddSwitch(app, "--all-events", "All events", [request] { request->mutable_event_types(); });
  all->excludes(types);
  app.final_callback([url, description, types, all] {
    if (url->empty() && description->empty() && types->empty() && all->empty()) {
      throw CLI::RequiredError("--url, --description, --event-type or --all-events");
    }
  });
}

void AddPause(CommandLine& line, CLI::App& topic) {
  const auto request = std::make_shared<v1::PauseWebhookRequest>();
  CLI::App& app = line.AddTo(
      topic, "pause", "Deliver nothing until it is resumed; nothing is lost",
      [request](Session& session) { return ShowWebhook(session, *request, &Rpcs::PauseWebhook); });
  AddWebhookId(app, *request);
  AddText(app, "--reason", "Why, for those who look at it", "TEXT",
          [request](std::string reason) { request->set_reason(std::move(reason)); });
}

void AddRotate(CommandLine& line, CLI::App& topic) {
  const auto request = std::make_shared<v1::RotateWebhookSecretRequest>();
  CLI::App& app = line.AddTo(
      topic, "rotate-secret", "Make a new secret, which is shown once",
      [request](Session& session) {
        return ShowSecret<v1::RotateWebhookSecretRequest, v1::RotateWebhookSecretResponse>(
            session, *request, &Rpcs::RotateWebhookSecret,
            "another try makes another secret, and the last one counts");
      });
  AddWebhookId(app, *request);
  AddValue(app, "--old-secret-lifetime",
           "For how long the old one signs too, like 36h, at most 720h [24h]", "DURATION",
           ParseLifetime, [request](absl::Duration lifetime) {
             request->mutable_old_secret_lifetime()->set_seconds(absl::ToInt64Seconds(lifetime));
           });
}

/// A command about one webhook that takes nothing else.
template <typename Request>
void AddPlain(CommandLine& line, CLI::App& topic, const char* name, const char* help,
              int (*run)(Session&, const Request&)) {
  const auto request = std::make_shared<Request>();
  CLI::App& app = line.AddTo(topic, name, help,
                             [request, run](Session& session) { return run(session, *request); });
  AddWebhookId(app, *request);
}

}  // namespace

void AddWebhookCommands(CommandLine& line) {
  CLI::App& topic =
      line.AddTopic("webhooks", "Running it", "Addresses that changes of orders are posted to");
  line.AddTo(topic, "list", "All of them, and what became of their messages", List);
  AddPlain<v1::GetWebhookRequest>(line, topic, "show", "All about one, but for its secret",
                                  [](Session& session, const v1::GetWebhookRequest& request) {
                                    return ShowWebhook(session, request, &Rpcs::GetWebhook);
                                  });
  AddCreate(line, topic);
  AddUpdate(line, topic);
  AddPause(line, topic);
  AddPlain<v1::ResumeWebhookRequest>(
      line, topic, "resume",
      "Go on with one that is paused or disabled, and try at once what waits",
      [](Session& session, const v1::ResumeWebhookRequest& request) {
        return ShowWebhook(session, request, &Rpcs::ResumeWebhook);
      });
  AddPlain<v1::DeleteWebhookRequest>(
      line, topic, "delete", "End it for good, with what is not delivered and its dead letters",
      Delete);
  AddRotate(line, topic);
  AddPlain<v1::PingWebhookRequest>(
      line, topic, "ping", "Post a test message now; exit 1 if the receiver does not take it",
      Ping);
  AddWebhookLetterCommands(line, topic);
}

}  // namespace orders::api
