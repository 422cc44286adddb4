#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/text_table.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr int kFullPage = 500;

struct Options {
  std::string read_model;  ///< Empty: all of them.
  std::string order;
  std::uint64_t revision = 0;
  std::string reason;
};

/// The read models that are meant; Ok and none: there are none.
grpc::Status NamesFor(Session& session, const Options& options, std::vector<std::string>& names) {
  if (!options.read_model.empty()) {
    names.push_back(options.read_model);
    return grpc::Status::OK;
  }
  grpc::ClientContext context;
  session.Prepare(context);
  v1::ListReadModelsResponse answer;
  const grpc::Status status = session.read_models().ListReadModels(&context, {}, &answer);
  for (const v1::ReadModel& model : answer.read_models()) names.push_back(model.name());
  return status;
}

/// Visits the dead letters of the read models that are meant, page by page.
grpc::Status ForEachLetter(Session& session, const Options& options,
                           absl::FunctionRef<grpc::Status(const v1::DeadLetter&)> visit) {
  std::vector<std::string> names;
  grpc::Status status = NamesFor(session, options, names);
  for (const std::string& name : names) {
    v1::ListDeadLettersRequest request;
    request.set_read_model(name);
    request.set_page_size(kFullPage);
    do {
      if (!status.ok()) return status;
      grpc::ClientContext context;
      session.Prepare(context);
      v1::ListDeadLettersResponse page;
      status = session.read_models().ListDeadLetters(&context, request, &page);
      for (const v1::DeadLetter& letter : page.dead_letters()) {
        if (status.ok()) status = visit(letter);
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
  }
  return status;
}

int List(Session& session, const Options& options) {
  TextTable table({{"READ MODEL"},
                   {"ORDER"},
                   {"REVISION", TextTable::Align::kRight},
                   {"TYPE"},
                   {"SINCE"},
                   {"TRIES", TextTable::Align::kRight},
                   {"WAITING", TextTable::Align::kRight},
                   {"ERROR"}});
  v1::ListDeadLettersResponse gathered;
  const grpc::Status status = ForEachLetter(session, options, [&](const v1::DeadLetter& letter) {
    if (session.options().output == OutputForm::kNdjson) {
      session.out().Write(JsonLine(letter));
    } else {
      *gathered.add_dead_letters() = letter;  // The service sets aside at most 100,000.
    }
    return grpc::Status::OK;
  });
  if (!status.ok()) return session.Fail(status);
  if (session.options().output == OutputForm::kNdjson) return kExitOk;
  ShowMessage(session, gathered, [&] {
    for (const v1::DeadLetter& letter : gathered.dead_letters()) {
      table.AddRow({letter.read_model(), letter.order_id(), absl::StrCat(letter.revision()),
                    letter.type(), TimeText(true, letter.blocked_since()),
                    absl::StrCat(letter.attempts()), absl::StrCat(letter.waiting()),
                    letter.error()});
    }
    return table.TakeText();
  });
  return kExitOk;
}

std::string LetterText(const v1::DeadLetter& letter) {
  return absl::StrCat(
      "order        ", Printable(letter.order_id()), ", in the read model ", letter.read_model(),
      "\nevent        revision ", letter.revision(), ", ", Printable(letter.type()), ", ",
      letter.event_id(), "\ncreated      ", TimeText(true, letter.create_time()),
      "\nblocked      since ", TimeText(true, letter.blocked_since()), ", ", letter.waiting(),
      " events wait behind it\nlast tried   ", TimeText(true, letter.last_try_time()), ", ",
      letter.attempts(), " times in all\nerror        ", Printable(letter.error()),
      "\ndata         ", Printable(letter.data()), "\nmetadata     ", Printable(letter.metadata()),
      "\n");
}

/// Does `act` for the order in each read model that is meant; where it is not blocked is no error,
/// unless that is everywhere.
int ForOrder(Session& session, const Options& options,
             absl::FunctionRef<grpc::Status(const std::string& read_model)> act) {
  std::vector<std::string> names;
  if (const grpc::Status status = NamesFor(session, options, names); !status.ok()) {
    return session.Fail(status);
  }
  grpc::Status last;
  bool any = false;
  for (const std::string& name : names) {
    const grpc::Status status = act(name);
    if (status.ok()) {
      any = true;
    } else if (status.error_code() == grpc::NOT_FOUND) {
      last = status;
    } else {
      return session.Fail(status);
    }
  }
  return any || last.ok() ? kExitOk : session.Fail(last);
}

int Show(Session& session, const Options& options) {
  return ForOrder(session, options, [&](const std::string& read_model) {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::GetDeadLetterRequest request;
    request.set_read_model(read_model);
    request.set_order_id(options.order);
    v1::DeadLetter letter;
    grpc::Status status = session.read_models().GetDeadLetter(&context, request, &letter);
    if (status.ok()) ShowMessage(session, letter, [&] { return LetterText(letter); });
    return status;
  });
}

void ShowOutcome(Session& session, const std::string& read_model, const std::string& order,
                 const v1::RetryDeadLetterResponse& outcome) {
  ShowMessage(session, outcome, [&] {
    return absl::StrCat(
        read_model, " ", Printable(order), ": ", outcome.events_applied(), " events applied, ",
        outcome.still_blocked() ? absl::StrCat("still blocked: ", Printable(outcome.error()))
                                : "no more blocked",
        "\n");
  });
}

grpc::Status RetryOne(Session& session, const std::string& read_model, const std::string& order,
                      bool& still_blocked) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::RetryDeadLetterRequest request;
  request.set_read_model(read_model);
  request.set_order_id(order);
  v1::RetryDeadLetterResponse outcome;
  grpc::Status status = session.read_models().RetryDeadLetter(&context, request, &outcome);
  if (!status.ok()) return status;
  still_blocked = still_blocked || outcome.still_blocked();
  ShowOutcome(session, read_model, order, outcome);
  return status;
}

int Retry(Session& session, const Options& options) {
  bool still_blocked = false;
  const int code = ForOrder(session, options, [&](const std::string& read_model) {
    return RetryOne(session, read_model, options.order, still_blocked);
  });
  return code == kExitOk && still_blocked ? kExitData : code;
}

int RetryAll(Session& session, const Options& options) {
  bool still_blocked = false;
  const grpc::Status status = ForEachLetter(session, options, [&](const v1::DeadLetter& letter) {
    const grpc::Status tried =
        RetryOne(session, letter.read_model(), letter.order_id(), still_blocked);
    // Somebody was quicker.
    return tried.error_code() == grpc::NOT_FOUND ? grpc::Status::OK : tried;
  });
  if (!status.ok()) return session.Fail(status);
  return still_blocked ? kExitData : kExitOk;
}

int Skip(Session& session, const Options& options) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::SkipDeadLetterRequest request;
  request.set_read_model(options.read_model);
  request.set_order_id(options.order);
  request.set_revision(options.revision);
  request.set_reason(options.reason);
  v1::RetryDeadLetterResponse outcome;
  const grpc::Status status = session.read_models().SkipDeadLetter(&context, request, &outcome);
  if (!status.ok()) return session.Fail(status);
  ShowOutcome(session, options.read_model, options.order, outcome);
  return outcome.still_blocked() ? kExitData : kExitOk;
}

int ListSkipped(Session& session, const Options& options) {
  std::vector<std::string> names;
  if (const grpc::Status status = NamesFor(session, options, names); !status.ok()) {
    return session.Fail(status);
  }
  TextTable table({{"READ MODEL"},
                   {"ORDER"},
                   {"REVISION", TextTable::Align::kRight},
                   {"TYPE"},
                   {"SKIPPED"},
                   {"BY"},
                   {"REASON"}});
  for (const std::string& name : names) {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::ListSkippedEventsRequest request;
    request.set_read_model(name);
    v1::ListSkippedEventsResponse answer;
    const grpc::Status status = session.read_models().ListSkippedEvents(&context, request, &answer);
    if (!status.ok()) return session.Fail(status);
    for (const v1::SkippedEvent& event : answer.skipped_events()) {
      table.AddRow({name, event.order_id(), absl::StrCat(event.revision()), event.type(),
                    TimeText(true, event.skip_time()), event.skipped_by(), event.reason()});
    }
    if (session.options().output != OutputForm::kTable) {
      ShowMessage(session, answer, [] { return std::string(); });
    }
  }
  if (session.options().output == OutputForm::kTable) session.out().Write(table.TakeText());
  return kExitOk;
}

CLI::Option* AddReadModel(CLI::App& app, const std::shared_ptr<Options>& options) {
  return AddText(app, "--read-model", "Only in this one [all]", "NAME",
                 [options](std::string name) { options->read_model = std::move(name); });
}

void AddOrder(CLI::App& app, const std::shared_ptr<Options>& options) {
  AddText(app, "ORDER", "The order's id", "", [options](std::string id) {
    options->order = std::move(id);
  })->required();
}

}  // namespace

void AddDeadLetterCommands(CommandLine& line) {
  CLI::App& topic = line.AddTopic("dead-letters", "Running it",
                                  "Events that a read model could not apply: list, retry, skip");
  const auto options = std::make_shared<Options>();
  const auto add = [&](const char* name, const char* help,
                       int (*run)(Session&, const Options&)) -> CLI::App& {
    return line.AddTo(topic, name, help,
                      [run, options](Session& session) { return run(session, *options); });
  };
  AddReadModel(add("list", "All of them, and why", List), options);

  CLI::App& show = add("show", "One order's, with the event's bytes", Show);
  AddOrder(show, options);
  AddReadModel(show, options);

  CLI::App& retry = add("retry", "Try an order's again; exit 65 if it stays blocked", Retry);
  AddOrder(retry, options);
  AddReadModel(retry, options);

  AddReadModel(add("retry-all", "Try all again; exit 65 if one stays blocked", RetryAll), options);

  CLI::App& skip = add("skip", "Do without an event for good, and go on behind it", Skip);
  AddOrder(skip, options);
  AddReadModel(skip, options)->required();
  AddInteger(skip, "--revision", "Of the event, so that no other one is skipped", "N", 0,
             std::numeric_limits<std::int64_t>::max(),
             [options](std::int64_t revision) {
               options->revision = static_cast<std::uint64_t>(revision);
             })
      ->required();
  AddText(skip, "--reason", "Why; recorded with who says so (--actor)", "TEXT",
          [options](std::string reason) { options->reason = std::move(reason); })
      ->required();

  AddReadModel(add("skipped", "What was skipped, by whom and why", ListSkipped), options);
}

}  // namespace orders::api
