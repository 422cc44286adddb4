#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "CLI/CLI.hpp"

#include "api/orderctl/session.h"

namespace orders::api {

inline constexpr const char* kOrderctlVersion = "orderctl 0.1.0";

/// The tool's words: global options and subcommands. Each group of subcommands adds its own.
class CommandLine {
 public:
  /// Runs a subcommand whose options have been read; returns the exit code.
  using Run = std::function<int(Session&)>;

  CommandLine();

  /// All its words.
  const CLI::App& app() const { return app_; }

  /// `group`: the heading in --help.
  CLI::App& Add(const std::string& name, const std::string& group, const std::string& help,
                Run run);
  /// A word that only leads on to others, such as "dead-letters".
  CLI::App& AddTopic(const std::string& name, const std::string& group, const std::string& help);
  /// "dead-letters list": `name` under `topic`.
  CLI::App& AddTo(CLI::App& topic, const std::string& name, const std::string& help, Run run);

  /// `command` makes no call: what is wrong with TLS or a token does not keep it from running.
  void NeedsNoService(const std::string& command) { offline_.insert(command); }

  /// Reads the words and runs the subcommand they name; returns the exit code. A wrong command line
  /// is one line on standard error and kExitUsage, and nothing is sent.
  int Main(int argc, const char* const* argv);

 private:
  /// Of the last subcommand named; empty: none was.
  std::string ChosenName() const;
  void AddGlobalOptions();
  int PrintHelp(const CLI::ParseError& request);
  int PrintUsageError(const CLI::ParseError& error);

  CLI::App app_;
  GlobalOptions options_;
  SecurityOptions security_;
  std::map<std::string, Run> runs_;
  std::set<std::string> offline_;
};

void AddDraftCommands(CommandLine& line);
void AddPriceCommands(CommandLine& line);
void AddPaymentCommands(CommandLine& line);
void AddFulfilmentCommands(CommandLine& line);
void AddCancelCommands(CommandLine& line);
void AddQueryCommands(CommandLine& line);
void AddListCommands(CommandLine& line);
void AddReportCommands(CommandLine& line);
void AddHealthCommands(CommandLine& line);
void AddReadModelCommands(CommandLine& line);
void AddDeadLetterCommands(CommandLine& line);
void AddVerifyCommand(CommandLine& line);
void AddStreamCommands(CommandLine& line);
void AddGroupCommands(CommandLine& line);
void AddUserCommands(CommandLine& line);
void AddWebhookCommands(CommandLine& line);
void AddNodeCommand(CommandLine& line);
void AddOpenCommand(CommandLine& line);
void AddDiffCommand(CommandLine& line);
void AddTransferCommands(CommandLine& line);
void AddWatchCommand(CommandLine& line);
void AddDemoCommand(CommandLine& line);
void AddLoadCommand(CommandLine& line);
void AddDoctorCommand(CommandLine& line);
void AddTokenCommands(CommandLine& line);
void AddManualCommands(CommandLine& line);

}  // namespace orders::api
