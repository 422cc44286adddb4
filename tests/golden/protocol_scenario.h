#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>
#include <nlohmann/json.hpp>

namespace eventstoredb::golden {

/// One recorded scenario; its form is in tests/golden/protocol/README.md.
struct Scenario {
  std::string file;  ///< "01-append"
  std::string name;
  nlohmann::json steps;
  bool compares_positions = true;
};

/// All scenarios of a file, in order. Throws std::runtime_error, naming the file, if it is not one.
std::vector<Scenario> LoadScenarios(const std::string& path);

struct RunOptions {
  /// Where the real node failed without a usable answer, this one must say what is wrong: neither
  /// UNKNOWN nor silence, and with a text.
  bool wants_clear_errors = false;
  /// Full names of services, in lower case, that the server need not list among its features, and
  /// must not.
  std::set<std::string> services_left_out;
};

/// Runs the scenario against the server behind `channel` and compares. Empty: it answered alike.
/// Otherwise the steps that differ, for people: "-" recorded, "+" answered.
std::string Differences(const Scenario& scenario, const std::shared_ptr<grpc::Channel>& channel,
                        const RunOptions& options);

}  // namespace eventstoredb::golden
