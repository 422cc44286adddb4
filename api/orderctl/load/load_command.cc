#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/interrupt.h"
#include "api/orderctl/load/load_run.h"
#include "api/orderctl/options.h"
#include "api/orderctl/text_table.h"

namespace orders::api {
namespace {

constexpr int kCallsInFlightMax = 4'096;
constexpr int kChannelsMax = 64;
constexpr int kSecondsMax = 86'400;

absl::StatusOr<LoadMix> ParseMix(absl::string_view text) {
  if (text == "create") return LoadMix::kCreate;
  if (text == "get") return LoadMix::kGet;
  if (text == "mixed") return LoadMix::kMixed;
  return absl::InvalidArgumentError("create, get or mixed is wanted");
}

const char* MixName(LoadMix mix) {
  switch (mix) {
    case LoadMix::kCreate:
      return "create";
    case LoadMix::kGet:
      return "get";
    case LoadMix::kMixed:
      return "mixed";
  }
  return "";
}

double Milliseconds(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

std::string LoadText(const LoadOptions& options, const LoadResult& result) {
  const LatencyHistogram& latencies = result.latencies;
  std::string text = absl::StrFormat(
      "%s: %.0f calls/s (%d in %.1f s), %d in flight over %d channels\n"
      "latency in ms: p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, max %.2f\n"
      "client's processor time: %.1f us a call\n",
      MixName(options.mix), result.CallsPerSecond(), latencies.count(),
      absl::ToDoubleSeconds(result.measured), options.concurrency, options.channels,
      Milliseconds(latencies.Percentile(0.5)), Milliseconds(latencies.Percentile(0.9)),
      Milliseconds(latencies.Percentile(0.99)), Milliseconds(latencies.Percentile(0.999)),
      Milliseconds(latencies.max()), result.client_cpu_us_per_call);
  if (result.errors.empty()) return text + "errors: none\n";
  for (const auto& [code, count] : result.errors) {
    absl::StrAppend(&text, "errors: ", count, " ", code, "\n");
  }
  return text;
}

std::string LoadJson(const LoadOptions& options, const LoadResult& result, int indent) {
  const LatencyHistogram& latencies = result.latencies;
  const nlohmann::ordered_json report = {{"mix", MixName(options.mix)},
                                         {"concurrency", options.concurrency},
                                         {"channels", options.channels},
                                         {"seconds", absl::ToDoubleSeconds(result.measured)},
                                         {"calls", latencies.count()},
                                         {"calls_per_second", result.CallsPerSecond()},
                                         {"latency_ms",
                                          {{"p50", Milliseconds(latencies.Percentile(0.5))},
                                           {"p90", Milliseconds(latencies.Percentile(0.9))},
                                           {"p99", Milliseconds(latencies.Percentile(0.99))},
                                           {"p99.9", Milliseconds(latencies.Percentile(0.999))},
                                           {"max", Milliseconds(latencies.max())}}},
                                         {"client_cpu_us_per_call", result.client_cpu_us_per_call},
                                         {"errors", result.errors}};
  return report.dump(indent) + "\n";
}

int Load(Session& session, const LoadOptions& options) {
  std::atomic<bool> stop{false};
  LoadResult result;
  grpc::Status status;
  {
    const Interrupt interrupt([&stop] { stop = true; });
    status = RunLoad(session.options(), options, stop, result);
  }
  if (!status.ok()) return session.Fail(status);
  if (result.latencies.count() == 0 && !result.last_error.ok()) {
    return session.Fail(result.last_error);
  }
  switch (session.options().output) {
    case OutputForm::kTable:
      session.out().Write(LoadText(options, result));
      break;
    case OutputForm::kJson:
      session.out().Write(LoadJson(options, result, 2));
      break;
    case OutputForm::kNdjson:
      session.out().Write(LoadJson(options, result, -1));
      break;
  }
  return stop ? kExitInterrupted : kExitOk;
}

}  // namespace

void AddLoadCommand(CommandLine& line) {
  const auto options = std::make_shared<LoadOptions>();
  CLI::App& app = line.Add("load", "Trying it out", "As many calls as go, and how long they take",
                           [options](Session& session) { return Load(session, *options); });
  AddInteger(app, "--seconds", "Measured [10]", "S", 1, kSecondsMax,
             [options](std::int64_t seconds) { options->duration = absl::Seconds(seconds); });
  AddInteger(app, "--warmup", "Seconds before that, not counted [1]", "S", 0, kSecondsMax,
             [options](std::int64_t seconds) { options->warmup = absl::Seconds(seconds); });
  AddInteger(app, "--concurrency", "Calls in flight [64]", "N", 1, kCallsInFlightMax,
             [options](std::int64_t calls) { options->concurrency = static_cast<int>(calls); });
  AddInteger(app, "--channels", "Connections [4]", "N", 1, kChannelsMax,
             [options](std::int64_t channels) { options->channels = static_cast<int>(channels); });
  AddValue(app, "--mix", "create, get, or mixed: four gets to a create [create]", "MIX", ParseMix,
           [options](LoadMix mix) { options->mix = mix; });
}

}  // namespace orders::api
