#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/text_table.h"

namespace orders::api {
namespace {

constexpr double kBytesPerMebibyte = 1'048'576;

std::string Milliseconds(double value) { return absl::StrFormat("%.2f", value); }

std::string DurationText(const google::protobuf::Duration& duration) {
  return absl::FormatDuration(absl::Seconds(duration.seconds()));
}

std::string CallsText(const v1::Node& node) {
  TextTable table({{"CALL"},
                   {"STARTED", TextTable::Align::kRight},
                   {"A SECOND", TextTable::Align::kRight},
                   {"IN FLIGHT", TextTable::Align::kRight},
                   {"FAILED", TextTable::Align::kRight},
                   {"P50 MS", TextTable::Align::kRight},
                   {"P95 MS", TextTable::Align::kRight},
                   {"P99 MS", TextTable::Align::kRight}});
  for (const v1::CallStatistics& call : node.calls()) {
    table.AddRow({call.name(), absl::StrCat(call.started()),
                  absl::StrFormat("%.1f", call.per_second()), absl::StrCat(call.in_flight()),
                  absl::StrCat(call.failed()), Milliseconds(call.latency().p50_ms()),
                  Milliseconds(call.latency().p95_ms()), Milliseconds(call.latency().p99_ms())});
  }
  return table.TakeText();
}

std::string StoreText(const v1::Node& node) {
  std::string text = absl::StrCat("store ", node.store().kind(), " ", node.store().store_id(),
                                  " generation ", node.store().generation(),
                                  node.store().reachable() ? "" : ", out of reach", "\n");
  if (node.has_log()) {
    const v1::LogStatistics& log = node.log();
    absl::StrAppend(&text, "log ", log.events(), " events written, ",
                    absl::StrFormat("%.1f a second", log.events_per_second()), "; ", log.groups(),
                    " commits, ", absl::StrFormat("%.1f events each, ", log.events_per_group()),
                    Milliseconds(log.commit().p50_ms()), " ms (p99 ",
                    Milliseconds(log.commit().p99_ms()), ")\n");
  }
  if (node.has_store_client()) {
    const v1::StoreClientStatistics& client = node.store_client();
    absl::StrAppend(&text, "connection made ", client.connections_made(), " times, ",
                    client.write_retries(), " writes and ", client.read_retries(),
                    " reads tried again, ", client.calls_in_flight(), " calls in flight\n");
  }
  if (node.has_store_server()) {
    absl::StrAppend(&text, "store served to ", node.store_server().connections(), " connections, ",
                    node.store_server().subscriptions(), " subscriptions\n");
  }
  return text;
}

std::string SettingsText(const v1::Node& node) {
  TextTable table({{"SETTING"}, {"VALUE"}, {"FROM"}});
  for (const v1::Setting& setting : node.settings()) {
    table.AddRow(
        {setting.name(), setting.value(), Word(v1::Setting::Source_Name(setting.source()), "")});
  }
  return table.TakeText();
}

std::string NodeText(const v1::Node& node) {
  const v1::ProcessStatistics& process = node.process();
  const v1::ConnectionStatistics& connections = node.connections();
  return absl::StrCat(
      "orderd ", node.version(), ", up ", DurationText(node.uptime()), " since ",
      TimeText(node.has_start_time(), node.start_time()), "\n", StoreText(node),
      absl::StrFormat("memory %.0f MiB, processor %.1f s, files %d of %d\n",
                      static_cast<double>(process.resident_bytes()) / kBytesPerMebibyte,
                      process.cpu_seconds(), process.open_files(), process.open_files_max()),
      "connections http ", connections.http_connections(), ", watches ", connections.watches(),
      "; waiting: commands ", connections.commands_waiting(), ", queries ",
      connections.queries_waiting(), "\n\n", CallsText(node), "\n", SettingsText(node));
}

int ShowNode(Session& session) {
  grpc::ClientContext context;
  session.Prepare(context);
  v1::Node node;
  const grpc::Status status = session.nodes().GetNode(&context, {}, &node);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, node, [&] { return NodeText(node); });
  return kExitOk;
}

}  // namespace

void AddNodeCommand(CommandLine& line) {
  line.Add("node", "Running it",
           "What the service does and has done: calls, latencies, commits, memory; its settings",
           ShowNode);
}

}  // namespace orders::api
