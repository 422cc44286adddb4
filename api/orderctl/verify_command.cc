#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"
#include "api/orderctl/read_model_calls.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

struct Findings {
  v1::ListDifferencesResponse differences;
  bool any = false;
};

std::string Summary(const v1::ReadModel& model) {
  const v1::Rebuild& done = model.verification();
  std::string text =
      absl::StrCat(model.name(), ": ", done.events_applied(), " events folded, ",
                   done.rows_compared(), " rows compared, ", done.differences(), " differences");
  if (model.blocked_orders() > 0) {
    absl::StrAppend(&text, ", ", model.blocked_orders(),
                    " orders blocked (orderctl dead-letters list)");
  }
  return text;
}

/// Verifies one read model; absent: done, and `findings` has what was found.
std::optional<Exit> VerifyOne(Session& session, const std::string& name, Findings& findings) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::VerifyReadModelRequest request;
  request.set_read_model(name);
  v1::VerifyReadModelResponse begun;
  const grpc::Status status = session.read_models().VerifyReadModel(&context, request, &begun);
  if (!status.ok()) return Exit{session.Fail(status)};

  const auto waited = WaitUntilBuilt(session, name, Building::kVerification);
  if (const auto* exit = std::get_if<Exit>(&waited)) return *exit;
  const v1::ReadModel& model = std::get<v1::ReadModel>(waited);
  const v1::Rebuild& done = model.verification();
  if (done.phase() != v1::REBUILD_PHASE_DONE) {
    WriteErrorLine(absl::StrCat("orderctl: ", name, ": ", RebuildText(done),
                                done.error().empty() ? "" : ": ", done.error()));
    return Exit{kExitRefused};
  }
  WriteErrorLine(Summary(model));
  if (done.differences() == 0 && model.blocked_orders() == 0) return std::nullopt;
  findings.any = true;
  return FetchDifferences(session, name, Building::kVerification, findings.differences);
}

int Verify(Session& session, const std::string& name) {
  const auto named = ReadModelsNamed(session, name);
  if (const auto* exit = std::get_if<Exit>(&named)) return exit->code;
  Findings findings;
  for (const std::string& one : std::get<std::vector<std::string>>(named)) {
    if (const auto exit = VerifyOne(session, one, findings)) return exit->code;
  }
  if (!findings.any) return kExitOk;
  ShowDifferences(session, findings.differences);
  return kExitData;
}

}  // namespace

void AddVerifyCommand(CommandLine& line) {
  const auto name = std::make_shared<std::string>("all");
  CLI::App& app = line.Add(
      "verify", "Running it",
      "Fold all events anew and compare with the read models and the rules of money; 65 if any "
      "differs",
      [name](Session& session) { return Verify(session, *name); });
  AddText(app, "NAME", "One read model's name; all if left out", "",
          [name](std::string text) { *name = std::move(text); });
}

}  // namespace orders::api
