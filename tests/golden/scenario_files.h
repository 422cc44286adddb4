#pragma once

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

namespace eventstoredb::golden {

/// Paths of the recorded scenarios of this repository, in order.
std::vector<std::string> ScenarioFiles();

/// docs/protocol-coverage.md.
std::string ReadCoveragePage();

/// A channel without TLS that takes answers as large as the protocol's clients do.
std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address);

}  // namespace eventstoredb::golden
