#include "tests/golden/protocol_scenario.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "tests/golden/answer_labels.h"
#include "tests/golden/line_diff.h"
#include "tests/golden/protocol_call.h"

namespace eventstoredb::golden {
namespace {

// An answer that must come is waited for this long; one that must not, as long as was recorded.
constexpr absl::Duration kAnswerMax = absl::Seconds(20);

constexpr char kCancelled[] = "(cancelled by the client)";
constexpr char kNoAnswer[] = "(no answer in time)";

const char* NameOf(grpc::StatusCode code) {
  constexpr const char* kNames[] = {"OK",
                                    "CANCELLED",
                                    "UNKNOWN",
                                    "INVALID_ARGUMENT",
                                    "DEADLINE_EXCEEDED",
                                    "NOT_FOUND",
                                    "ALREADY_EXISTS",
                                    "PERMISSION_DENIED",
                                    "RESOURCE_EXHAUSTED",
                                    "FAILED_PRECONDITION",
                                    "ABORTED",
                                    "OUT_OF_RANGE",
                                    "UNIMPLEMENTED",
                                    "INTERNAL",
                                    "UNAVAILABLE",
                                    "DATA_LOSS",
                                    "UNAUTHENTICATED"};
  const auto number = static_cast<std::size_t>(code);
  return number < std::size(kNames) ? kNames[number] : "(no such code)";
}

/// What was recorded of google.rpc.Status is EventStoreDB's own definition of it: the code by name
/// and one detail. The public definition, which is the same on the wire, prints both otherwise.
void AsRecorded(Json& answer) {
  if (!answer.is_object() || !answer.contains("error")) return;
  Json& error = answer["error"];
  if (error.contains("code") && error["code"].is_number()) {
    error["code"] = NameOf(static_cast<grpc::StatusCode>(error["code"].get<int>()));
  }
  if (error.contains("details") && error["details"].is_array() && error["details"].size() == 1) {
    Json detail = error["details"][0];
    error["details"] = std::move(detail);
  }
}

/// The features of services that are left out are taken from what was recorded, and the order of
/// the list says nothing.
void AsListed(const std::set<std::string>& left_out, Json& answer) {
  if (!answer.is_object() || !answer.contains("methods")) return;
  Json kept = Json::array();
  for (const Json& method : answer["methods"]) {
    if (left_out.count(method.value("service_name", "")) == 0) kept.push_back(method);
  }
  std::sort(kept.begin(), kept.end(),
            [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  answer["methods"] = std::move(kept);
}

class ScenarioRun {
 public:
  ScenarioRun(const std::shared_ptr<grpc::Channel>& channel, const RunOptions& options)
      : channel_(channel), options_(options) {}

  /// The outcome of the step in the form of the recorded one; null if the step has none.
  Json Run(const Json& step) {
    const auto op = step.at("op").get<std::string>();
    if (op == "call") return Call(step);
    if (op == "open") return Open(step);
    if (op == "send") return Send(step);
    if (op == "take") return Take(step);
    if (op == "close") return Close(step);
    if (op == "save") return Save(step);
    if (op == "sleep") {
      absl::SleepFor(absl::Milliseconds(step.at("ms").get<int>()));
      return Json();
    }
    throw std::runtime_error(absl::StrCat("no such op: ", op));
  }

 private:
  std::unique_ptr<ProtocolCall> Start(const Json& step) {
    const auto name = step.at("method").get<std::string>();
    const auto* method = FindMethod(name);
    if (method == nullptr) throw std::runtime_error(absl::StrCat("no such method: ", name));
    std::map<std::string, std::string> headers;
    if (step.contains("metadata")) headers = step["metadata"].get<decltype(headers)>();
    auto call = std::make_unique<ProtocolCall>(channel_, *method, headers);
    if (step.contains("request")) {
      call->Send(Filled(step["request"]));
      call->HalfClose();
    } else {
      for (const Json& request : step.at("requests")) call->Send(Filled(request));
    }
    return call;
  }

  Json Call(const Json& step) {
    const std::unique_ptr<ProtocolCall> call = Start(step);
    const auto take = step.value("take", std::size_t{0});
    if (take == 0) call->HalfClose();
    const absl::Duration wait = step.contains("timeoutMs") && step.value("any_error", false)
                                    ? absl::Milliseconds(step["timeoutMs"].get<int>())
                                    : kAnswerMax;
    Json answers = Json::array();
    std::optional<std::string> ended_by_us;
    while (true) {
      if (take != 0 && answers.size() == take) {
        ended_by_us = kCancelled;
        break;
      }
      std::optional<Json> answer = call->Next(absl::Now() + wait);
      if (!answer.has_value()) {
        if (!call->has_ended()) ended_by_us = kNoAnswer;
        break;
      }
      answers.push_back(Kept(*std::move(answer)));
    }
    if (step.value("any_error", false)) return Error(step, *call, answers, ended_by_us);
    Json outcome = {{"responses", std::move(answers)}};
    outcome["status"] =
        ended_by_us.has_value() ? Json({{"code", *ended_by_us}}) : StatusOf(call->End());
    return outcome;
  }

  /// The recorded outcome if the call failed as it should, else what it did instead.
  Json Error(const Json& step, ProtocolCall& call, const Json& answers,
             const std::optional<std::string>& ended_by_us) const {
    const Json as_recorded = {{"responses", step.at("responses")}, {"status", step.at("status")}};
    if (!answers.empty() && answers.back().contains("error")) return as_recorded;
    Json outcome = {{"responses", answers}};
    if (ended_by_us.has_value()) {
      // A stray part of a batch is passed over in silence, by the real node and rightly by ours:
      // it may be the rest of a batch that was refused (protocol section 3.14).
      const bool is_stray = step.at("method") == "event_store.client.streams.Streams/BatchAppend";
      if (*ended_by_us == kNoAnswer && (is_stray || !options_.wants_clear_errors)) {
        return as_recorded;
      }
      outcome["status"] = {{"code", *ended_by_us}};
      return outcome;
    }
    const CallEnd end = call.End();
    const bool is_clear = end.code != grpc::StatusCode::UNKNOWN && !end.text.empty();
    if (end.code != grpc::StatusCode::OK && (is_clear || !options_.wants_clear_errors)) {
      return as_recorded;
    }
    outcome["status"] = StatusOf(end);
    outcome["status"]["text"] = end.text;
    return outcome;
  }

  Json Open(const Json& step) {
    open_[step.at("name").get<std::string>()] = Start(step);
    return Json();
  }

  Json Send(const Json& step) {
    for (const Json& request : step.at("requests")) Opened(step).Send(Filled(request));
    return Json();
  }

  Json Take(const Json& step) {
    ProtocolCall& call = Opened(step);
    const auto count = step.at("count").get<std::size_t>();
    const std::size_t recorded = step.at("responses").size();
    const bool ends = step.contains("status");
    const auto ignored = step.value("ignore", std::vector<std::string>());
    const absl::Duration silence = absl::Milliseconds(step.value("timeoutMs", 5'000));
    Json answers = Json::array();
    while (answers.size() < count) {
      const bool is_due = ends || answers.size() < recorded;
      std::optional<Json> answer = call.Next(absl::Now() + (is_due ? kAnswerMax : silence));
      if (!answer.has_value()) break;
      const bool skip = std::any_of(ignored.begin(), ignored.end(), [&](const std::string& kind) {
        return answer->contains(kind);
      });
      if (!skip) answers.push_back(Kept(*std::move(answer)));
    }
    Json outcome = {{"responses", std::move(answers)}};
    if (call.has_ended()) outcome["status"] = StatusOf(call.End());
    return outcome;
  }

  Json Close(const Json& step) {
    open_.erase(step.at("name").get<std::string>());
    return Json();
  }

  Json Save(const Json& step) {
    const Json* at = &last_;
    const auto path = step.at("path").get<std::string>();
    for (const absl::string_view name : absl::StrSplit(path, '.')) {
      at = &at->at(std::string(name));
    }
    variables_[step.at("as").get<std::string>()] = *at;
    return Json();
  }

  ProtocolCall& Opened(const Json& step) { return *open_.at(step.at("name").get<std::string>()); }

  Json Kept(Json answer) {
    last_ = answer;
    AsRecorded(answer);
    AsListed({}, answer);
    return answer;
  }

  Json Filled(const Json& request) const {
    if (request.is_object() && request.contains("$var")) {
      return variables_.at(request["$var"].get<std::string>());
    }
    if (request.is_object() && request.contains("$fill")) {
      const std::string bytes(request.at("$bytes").get<std::size_t>(),
                              request["$fill"].get<std::string>().at(0));
      return absl::Base64Escape(bytes);
    }
    Json filled = request;
    if (filled.is_structured()) {
      for (auto& [key, value] : filled.items()) value = Filled(value);
    }
    return filled;
  }

  static Json StatusOf(const CallEnd& end) {
    Json status = {{"code", NameOf(end.code)}};
    if (end.code != grpc::StatusCode::OK || !end.trailers.empty())
      status["trailers"] = end.trailers;
    return status;
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const RunOptions& options_;
  std::map<std::string, std::unique_ptr<ProtocolCall>> open_;
  std::map<std::string, Json> variables_;
  Json last_;  ///< The last answer, untouched.
};

Json RecordedOutcome(const Json& step, const RunOptions& options) {
  if (!step.contains("responses")) return Json();
  Json outcome = {{"responses", step["responses"]}};
  for (Json& answer : outcome["responses"]) AsListed(options.services_left_out, answer);
  if (step.contains("status")) outcome["status"] = step["status"];
  return outcome;
}

std::string TitleOf(std::size_t index, const Json& step) {
  std::string title = absl::StrCat("step ", index + 1, ": ", step.at("op").get<std::string>());
  for (const char* key : {"method", "name", "note"}) {
    if (step.contains(key)) absl::StrAppend(&title, " ", step[key].get<std::string>());
  }
  return title;
}

}  // namespace

std::vector<Scenario> LoadScenarios(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(absl::StrCat("cannot be read: ", path));
  std::string file = path.substr(path.rfind('/') + 1);
  file = file.substr(0, file.rfind('.'));
  std::vector<Scenario> scenarios;
  try {
    for (const Json& entry : Json::parse(in)) {
      scenarios.push_back({.file = file,
                           .name = entry.at("name").get<std::string>(),
                           .steps = entry.at("steps"),
                           .compares_positions = !entry.contains("positions")});
    }
  } catch (const Json::exception& error) {
    throw std::runtime_error(absl::StrCat("no scenarios: ", path, ": ", error.what()));
  }
  return scenarios;
}

std::string Differences(const Scenario& scenario, const std::shared_ptr<grpc::Channel>& channel,
                        const RunOptions& options) {
  std::vector<Json> recorded;
  std::vector<Json> answered;
  std::string trouble;
  ScenarioRun run(channel, options);
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    const Json& step = scenario.steps[i];
    try {
      answered.push_back(run.Run(step));
    } catch (const std::exception& error) {
      trouble = absl::StrCat(TitleOf(i, step), ": cannot go on: ", error.what(), "\n");
      break;
    }
    recorded.push_back(RecordedOutcome(step, options));
  }
  absl::StrAppend(&trouble, LabelAnswers(recorded, scenario.compares_positions, answered));
  std::string differences;
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    if (recorded[i] == answered[i]) continue;
    absl::StrAppend(&differences, TitleOf(i, scenario.steps[i]), "\n",
                    LineDiff(recorded[i].dump(1), answered[i].dump(1)));
  }
  return absl::StrCat(differences, trouble);
}

}  // namespace eventstoredb::golden
