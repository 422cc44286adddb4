// Runs the recorded scenarios against any server of the protocol and says where it answers
// otherwise. `protocol_runner --address HOST:PORT [--only SCENARIO] [FILE.json]...`

#include <cstdio>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"

#include "tests/golden/protocol_scenario.h"
#include "tests/golden/scenario_files.h"

namespace eventstoredb::golden {
namespace {

int Run(int argc, char** argv) {
  std::string address;
  std::string only;
  std::vector<std::string> files;
  RunOptions options;
  CLI::App app(
      "Runs the recorded scenarios against a server. Each writes to streams of its own; a "
      "server that has seen them must be emptied first.");
  app.add_option("--address", address, "HOST:PORT of the server, without TLS")->required();
  app.add_option("--only", only, "Runs this scenario alone");
  app.add_option("--left-out", options.services_left_out,
                 "A service, in lower case, that the server does not offer");
  app.add_option("files", files,
                 "Scenarios; the recorded ones of this repository if none is named");
  CLI11_PARSE(app, argc, argv);
  if (files.empty()) files = ScenarioFiles();

  int different = 0;
  int alike = 0;
  const auto channel = ChannelTo(address);
  for (const std::string& file : files) {
    for (const Scenario& scenario : LoadScenarios(file)) {
      if (!only.empty() && scenario.name != only) continue;
      const std::string differences = Differences(scenario, channel, options);
      std::printf("%s %s %s\n%s", differences.empty() ? "alike    " : "DIFFERENT",
                  scenario.file.c_str(), scenario.name.c_str(), differences.c_str());
      ++(differences.empty() ? alike : different);
    }
  }
  std::printf("%d alike, %d different\n", alike, different);
  if (alike + different == 0) std::fprintf(stderr, "no such scenario: %s\n", only.c_str());
  return different == 0 && alike > 0 ? 0 : 1;
}

}  // namespace
}  // namespace eventstoredb::golden

int main(int argc, char** argv) {
  try {
    return eventstoredb::golden::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "protocol_runner: %s\n", error.what());
    return 1;
  }
}
