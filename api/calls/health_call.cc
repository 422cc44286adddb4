#include "api/calls/health_call.h"

#include <utility>

#include "api/calls/health_mapping.h"

namespace orders::api {

HealthCall::HealthCall(Ports ports, application::StoreIdentity store, std::string store_kind)
    : ports_(ports), store_(std::move(store)), store_kind_(std::move(store_kind)) {}

UnaryMethod HealthCall::method() {
  const google::protobuf::MethodDescriptor& method = MethodOf<v1::GetHealthRequest>("OrderAdmin");
  application::CallMeter& meter = ports_.meters.OfQuery(method.name());
  return {.descriptor = &method,
          .is_command = false,
          .start = [this, &meter](std::unique_ptr<Responder> responder, const Inbound& inbound) {
            Answer(inbound, Call(std::move(responder), ports_.gate, ports_.telemetry, meter));
          }};
}

void HealthCall::Answer(const Inbound& inbound, Call call) const {
  if (!call.IsAdmitted()) return;
  v1::GetHealthRequest request;
  if (absl::Status decoded = inbound.decode(request); !decoded.ok()) return call.Fail(decoded, "");
  v1::GetHealthResponse response;
  SetHealthResponse(
      {.identity = store_, .kind = store_kind_, .reachability = ports_.store.Reachability()},
      ports_.projections.Statuses(), ports_.clock.Now(), ports_.other_faults(), response);
  response.set_http_url(ports_.http_url());
  call.Answer(response);
}

}  // namespace orders::api
