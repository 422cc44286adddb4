#include <csignal>
#include <cstdlib>

#include "api/orderctl/command_line.h"

int main(int argc, char** argv) {
  // A reader that leaves (`| head`) is seen as EPIPE where we write.
  std::signal(SIGPIPE, SIG_IGN);
  // Errors are told once, by us; GRPC_VERBOSITY=debug still brings the library's own log back.
  setenv("GRPC_VERBOSITY", "none", 0);

  orders::api::CommandLine line;
  orders::api::AddDraftCommands(line);
  orders::api::AddPriceCommands(line);
  orders::api::AddPaymentCommands(line);
  orders::api::AddFulfilmentCommands(line);
  orders::api::AddCancelCommands(line);
  orders::api::AddQueryCommands(line);
  orders::api::AddListCommands(line);
  orders::api::AddReportCommands(line);
  orders::api::AddOpenCommand(line);
  orders::api::AddHealthCommands(line);
  orders::api::AddReadModelCommands(line);
  orders::api::AddDeadLetterCommands(line);
  orders::api::AddVerifyCommand(line);
  orders::api::AddStreamCommands(line);
  orders::api::AddGroupCommands(line);
  orders::api::AddUserCommands(line);
  orders::api::AddWebhookCommands(line);
  orders::api::AddNodeCommand(line);
  orders::api::AddDiffCommand(line);
  orders::api::AddTransferCommands(line);
  orders::api::AddWatchCommand(line);
  orders::api::AddDemoCommand(line);
  orders::api::AddLoadCommand(line);
  orders::api::AddDoctorCommand(line);
  orders::api::AddTokenCommands(line);
  orders::api::AddManualCommands(line);
  return line.Main(argc, argv);
}
