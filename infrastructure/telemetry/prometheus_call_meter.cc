#include "infrastructure/telemetry/prometheus_call_meter.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::infrastructure {
namespace {

// Codes and reasons are names of ours, some sixty; this is for a reason that is not.
constexpr std::size_t kEndingsMax = 128;
constexpr std::string_view kOtherReason = "OTHER";

}  // namespace

PrometheusCallMeter::PrometheusCallMeter(prometheus::Counter& started, prometheus::Gauge& in_flight,
                                         prometheus::Histogram& seconds, Ending ending)
    : started_(started),
      in_flight_(in_flight),
      seconds_(seconds),
      ending_(std::move(ending)),
      ended_well_(ending_(absl::StatusCode::kOk, "")) {}

void PrometheusCallMeter::Started() {
  started_.Increment();
  in_flight_.Increment();
}

void PrometheusCallMeter::Ended(const absl::Status& status, std::string_view reason,
                                absl::Duration took) {
  (status.ok() ? ended_well_ : CounterOf(status.code(), reason)).Increment();
  in_flight_.Decrement();
  seconds_.Observe(absl::ToDoubleSeconds(took));
}

prometheus::Counter& PrometheusCallMeter::CounterOf(absl::StatusCode code,
                                                    std::string_view reason) {
  absl::MutexLock lock(&mutex_);
  std::string name = absl::StrCat(static_cast<int>(code), " ", domain::View(reason));
  const auto known = ended_ill_.find(name);
  if (known != ended_ill_.end()) return *known->second;
  if (ended_ill_.size() >= kEndingsMax) return ending_(code, kOtherReason);
  prometheus::Counter& counter = ending_(code, reason);
  ended_ill_.emplace(std::move(name), &counter);
  return counter;
}

}  // namespace orders::infrastructure
