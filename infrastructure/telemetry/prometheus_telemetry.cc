#include "infrastructure/telemetry/prometheus_telemetry.h"

#include <algorithm>

namespace orders::infrastructure {
namespace {

using application::Severity;
using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Histogram;

const Histogram::BucketBoundaries& CallBuckets() {
  static const auto& buckets = *new Histogram::BucketBoundaries{
      .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
  return buckets;
}

prometheus::Family<Counter>& Counters(prometheus::Registry& registry, const std::string& name,
                                      const std::string& help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}
prometheus::Family<Histogram>& Histograms(prometheus::Registry& registry, const std::string& name,
                                          const std::string& help) {
  return BuildHistogram().Name(name).Help(help).Register(registry);
}

/// What a caller may conclude from the code alone.
std::string OutcomeOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return "ok";
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return "unknown";
    default:
      return "refused";
  }
}

std::string SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

}  // namespace

PrometheusTelemetry::PrometheusTelemetry(Logging& logging)
    : logging_(logging),
      command_calls_{
          .started =
              Counters(registry_, "orders_commands_started_total", "Commands that were received."),
          .in_flight = BuildGauge()
                           .Name("orders_commands_in_flight")
                           .Help("Commands that are received and not answered.")
                           .Register(registry_),
          .ended = Counters(registry_, "orders_commands_total",
                            "Commands that were answered: ok; refused, nothing was recorded; or "
                            "unknown, it may have been; reason is that of the error."),
          .seconds = Histograms(registry_, "orders_command_duration_seconds",
                                "From a command's arrival to its answer.")},
      query_calls_{.started = Counters(registry_, "orders_queries_started_total",
                                       "Queries that were received."),
                   .in_flight = BuildGauge()
                                    .Name("orders_queries_in_flight")
                                    .Help("Queries that are received and not answered.")
                                    .Register(registry_),
                   .ended = Counters(registry_, "orders_queries_total",
                                     "Queries that were answered, by the answer's code."),
                   .seconds = Histograms(registry_, "orders_query_duration_seconds",
                                         "From a query's arrival to its answer, the wait for "
                                         "freshness included.")},
      append_attempts_(Counters(registry_, "orders_command_append_attempts_total",
                                "Appends that commands have tried.")
                           .Add({})),
      append_retries_(Counters(registry_, "orders_command_append_retries_total",
                               "Appends after the first of a command: each follows a lost race.")
                          .Add({})),
      cache_hits_(Counters(registry_, "orders_command_cache_hits_total",
                           "Commands whose order was in memory.")
                      .Add({})),
      cache_misses_(Counters(registry_, "orders_command_cache_misses_total",
                             "Commands whose order was new, or to be read from the log.")
                        .Add({})),
      visible_seconds_(Histograms(registry_, "orders_projection_visible_latency_seconds",
                                  "From an event's commit in the log to its being readable: the "
                                  "oldest event of each batch, once history is applied.")),
      batch_events_(Histograms(registry_, "orders_projection_batch_events",
                               "Events of each batch, once history is applied.")),
      log_lines_(Counters(registry_, "orders_log_lines_total",
                          "Lines for the log, those below its level too.")) {
  for (const Severity severity :
       {Severity::kDebug, Severity::kInfo, Severity::kWarning, Severity::kError}) {
    lines_of_severity_.push_back(&log_lines_.Add({{"severity", SeverityName(severity)}}));
  }
}

void PrometheusTelemetry::CommandEnded(std::string_view /*command*/, const absl::Status& status,
                                       int attempts, bool cache_hit) {
  if (attempts > 0) append_attempts_.Increment(attempts);
  if (attempts > 1) append_retries_.Increment(attempts - 1);
  if (cache_hit) {
    cache_hits_.Increment();
  } else if (!absl::IsInvalidArgument(status)) {  // That one was refused before a look.
    cache_misses_.Increment();
  }
}

void PrometheusTelemetry::BatchApplied(std::string_view projection, int events,
                                       absl::Duration latency) {
  static const auto& latency_buckets = *new Histogram::BucketBoundaries{
      .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60};
  static const auto& events_buckets =
      *new Histogram::BucketBoundaries{1, 2, 5, 10, 25, 50, 100, 250, 1'000};
  const std::string name(projection);
  Batches batches;
  {
    absl::MutexLock lock(&mutex_);
    Batches& known = batches_[name];
    if (known.events == nullptr) {
      known.visible_seconds = &visible_seconds_.Add({{"projection", name}}, latency_buckets);
      known.events = &batch_events_.Add({{"projection", name}}, events_buckets);
    }
    batches = known;
  }
  // Of a server, its clock may be ahead of ours.
  batches.visible_seconds->Observe(std::max(0.0, absl::ToDoubleSeconds(latency)));
  batches.events->Observe(events);
}

void PrometheusTelemetry::Log(Severity severity, std::string_view text) {
  lines_of_severity_[static_cast<std::size_t>(severity)]->Increment();
  logging_.Log(severity, text);
}

application::CallMeter& PrometheusTelemetry::OfCommand(std::string_view name) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<PrometheusCallMeter>& meter = commands_[std::string(name)];
  if (meter == nullptr) {
    const std::string command(name);
    meter = std::make_unique<PrometheusCallMeter>(
        command_calls_.started.Add({{"command", command}}),
        command_calls_.in_flight.Add({{"command", command}}),
        command_calls_.seconds.Add({{"command", command}}, CallBuckets()),
        [this, command](absl::StatusCode code, std::string_view reason) -> Counter& {
          return command_calls_.ended.Add({{"command", command},
                                           {"outcome", OutcomeOf(code)},
                                           {"reason", std::string(reason)}});
        });
  }
  return *meter;
}

application::CallMeter& PrometheusTelemetry::OfQuery(std::string_view name) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<PrometheusCallMeter>& meter = queries_[std::string(name)];
  if (meter == nullptr) {
    const std::string rpc(name);
    meter = std::make_unique<PrometheusCallMeter>(
        query_calls_.started.Add({{"rpc", rpc}}), query_calls_.in_flight.Add({{"rpc", rpc}}),
        query_calls_.seconds.Add({{"rpc", rpc}}, CallBuckets()),
        [this, rpc](absl::StatusCode code, std::string_view /*reason*/) -> Counter& {
          return query_calls_.ended.Add({{"rpc", rpc}, {"code", absl::StatusCodeToString(code)}});
        });
  }
  return *meter;
}

}  // namespace orders::infrastructure
