#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "api/orderctl/command_line.h"
#include "api/orderctl/doctor/machine_checks.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"

namespace orders::api {
namespace {

using Grade = Finding::Grade;

struct DoctorOptions {
  std::string data = "data";
  std::string config;
  std::string orderd = "orderd";
};

const char* WordOf(Grade grade) {
  switch (grade) {
    case Grade::kGood:
      return "good";
    case Grade::kAdvice:
      return "advice";
    case Grade::kFault:
      break;
  }
  return "fault";
}

/// The service, its store and its read models, as they say of themselves.
Findings CheckService(Session& session) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::GetHealthResponse health;
  const grpc::Status status = session.admin().GetHealth(&context, {}, &health);
  if (!status.ok()) {
    return {
        {Grade::kFault, "service",
         absl::StrCat("no answer from ", session.options().server, ": ", status.error_message()),
         "start orderd, or name it with --server"}};
  }
  Findings findings = {
      {Grade::kGood, "service", absl::StrCat(session.options().server, " answers"), ""}};
  const v1::StoreHealth& store = health.store();
  if (store.reachable()) {
    findings.push_back({Grade::kGood, "store", absl::StrCat(store.kind(), " is in reach"), ""});
  } else {
    findings.push_back({Grade::kFault, "store",
                        absl::StrCat(store.kind(), " is out of reach: ", store.error()),
                        "start the server, and check the connection string in --store"});
  }
  for (const v1::ReadModelHealth& model : health.read_models()) {
    const std::string subject = absl::StrCat("read model ", model.name());
    if (!model.error().empty()) {
      findings.push_back({Grade::kFault, subject, model.error(),
                          absl::StrCat("orderctl projections rebuild ", model.name())});
    } else if (model.blocked_orders() > 0) {
      findings.push_back({Grade::kAdvice, subject,
                          absl::StrCat("orders that wait behind an event it could not apply: ",
                                       model.blocked_orders()),
                          "orderctl dead-letters list"});
    } else if (!model.caught_up()) {
      findings.push_back({Grade::kAdvice, subject, "has not read all history yet",
                          "wait; orderctl projections list tells how far it is"});
    } else {
      findings.push_back({Grade::kGood, subject, "up to date", ""});
    }
  }
  return findings;
}

std::string TextOf(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    std::string word = WordOf(finding.grade);
    word.resize(6, ' ');
    absl::StrAppend(&text, word, "  ", finding.subject, ": ", finding.text, "\n");
    if (!finding.advice.empty()) absl::StrAppend(&text, "        -> ", finding.advice, "\n");
  }
  return text;
}

std::string JsonOf(const Findings& findings) {
  nlohmann::json list = nlohmann::json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"grade", WordOf(finding.grade)},
                    {"subject", finding.subject},
                    {"text", finding.text},
                    {"advice", finding.advice}});
  }
  return list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int Examine(Session& session, const DoctorOptions& options) {
  Findings findings = CheckSettings(options.orderd, options.config);
  for (const Findings& more :
       {CheckDisk(options.data), CheckClock(), CheckLimits(), CheckService(session)}) {
    findings.insert(findings.end(), more.begin(), more.end());
  }
  session.out().Write(session.options().output == OutputForm::kTable ? TextOf(findings)
                                                                     : JsonOf(findings));
  const bool has_fault = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.grade == Grade::kFault;
  });
  return has_fault ? kExitData : kExitOk;
}

absl::StatusOr<std::string> ParsePath(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("a path is wanted");
  return std::string(text);
}

}  // namespace

void AddDoctorCommand(CommandLine& line) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App& app = line.Add("doctor", "Running it",
                           "What is wrong with this machine, the settings or the service, and what "
                           "to do; exit 65 if something is",
                           [options](Session& session) { return Examine(session, *options); });
  AddValue(app, "--data", "The service's folder [data]", "DIR", ParsePath,
           [options](std::string data) { options->data = std::move(data); });
  AddValue(app, "--config", "The service's file of settings", "FILE", ParsePath,
           [options](std::string config) { options->config = std::move(config); });
  AddValue(app, "--orderd", "The program that takes them [orderd in $PATH]", "PROGRAM", ParsePath,
           [options](std::string orderd) { options->orderd = std::move(orderd); });
}

}  // namespace orders::api
