#include "application/projections/background_audit.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace orders::application {
namespace {

constexpr absl::Duration kLook = absl::Seconds(1);
constexpr int kFirstAfter = 10;  ///< That part of the interval.

}  // namespace

BackgroundAudit::BackgroundAudit(ProjectionHost& host, Telemetry& telemetry,
                                 absl::Duration interval)
    : host_(host), telemetry_(telemetry), interval_(interval), thread_([this] { Run(); }) {}

BackgroundAudit::~BackgroundAudit() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool BackgroundAudit::Wait(absl::Duration time) {
  const absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

void BackgroundAudit::Run() {
  absl::Duration next = interval_ / kFirstAfter;
  while (Wait(next)) {
    for (const std::string& read_model : host_.Names()) {
      Audit(read_model);
      if (!Wait(absl::ZeroDuration())) return;
    }
    next = interval_;
  }
}

void BackgroundAudit::Audit(const std::string& read_model) {
  const absl::Status begun = host_.StartVerification(read_model, VerificationPace::kInBackground);
  if (!begun.ok()) {
    telemetry_.Log(Severity::kInfo, absl::StrCat("projection=", read_model,
                                                 " is not verified this time: ", begun.message()));
    return;
  }
  for (absl::Duration waited; true; waited += kLook) {
    const bool goes_on = Wait(kLook);
    const auto status = host_.FindVerification(read_model);
    if (!status.ok() || !status->has_value() || (*status)->phase >= RebuildPhase::kDone) return;
    if (goes_on && waited < interval_) continue;
    if (goes_on) {
      telemetry_.Log(Severity::kWarning,
                     absl::StrCat("projection=", read_model, " verification given up after ",
                                  absl::FormatDuration(interval_)));
    }
    (void)host_.CancelRebuild(read_model);  // Else it is over by itself.
    return;
  }
}

}  // namespace orders::application
