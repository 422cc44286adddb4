#pragma once

#include "absl/status/status.h"

#include "api/grpc/wire.h"

namespace orders::api {

/// Says no, and goes. `Base` is one of gRPC's reactors.
template <typename Base>
class RefusedReactor final : public Base {
 public:
  explicit RefusedReactor(const absl::Status& status) { this->Finish(ToGrpcStatus(status, "")); }
  void OnDone() override { delete this; }
};

}  // namespace orders::api
