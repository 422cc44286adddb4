#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "api/orderctl/browser.h"
#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"
#include "api/orderctl/output.h"
#include "api/orderctl/page_address.h"

namespace orders::api {
namespace {

struct OpenOptions {
  std::string order_id;  ///< Empty: the page's start.
  std::string http;      ///< Empty: as the service says.
};

absl::StatusOr<std::string> ParseHttp(absl::string_view text) {
  const bool is_address = absl::StartsWith(text, "http://") || absl::StartsWith(text, "https://");
  if (!is_address || absl::EndsWith(text, "//")) {
    return absl::InvalidArgumentError("an address like https://orders.example.org is wanted");
  }
  return ParseText(text);
}

int Open(Session& session, const OpenOptions& options) {
  std::string page = options.http;
  if (page.empty()) {
    grpc::ClientContext context;
    session.Prepare(context);
    v1::GetHealthResponse health;
    const grpc::Status status = session.admin().GetHealth(&context, {}, &health);
    if (!status.ok()) return session.Fail(status);
    if (health.http_url().empty()) {
      WriteErrorLine(
          "orderctl: the service has no page: start it with --http-listen HOST:PORT, or name "
          "another one with --http");
      return kExitUnavailable;
    }
    page = ReachableFrom(health.http_url(), session.options().server);
  }
  const std::string url = PageOf(page, options.order_id);
  session.out().Write(absl::StrCat(url, "\n"));
  if (HasDisplay() && !OpenInBrowser(url)) {
    WriteErrorLine(
        "orderctl: no browser could be started: BROWSER names one, or xdg-open finds it");
  }
  return kExitOk;
}

}  // namespace

void AddOpenCommand(CommandLine& line) {
  const auto options = std::make_shared<OpenOptions>();
  CLI::App& app = line.Add(
      "open", "Questions",
      "The web page, at an order or at its start: prints its address; with a display, opens it too",
      [options](Session& session) { return Open(session, *options); });
  AddText(app, "ORDER", "The order's id", "",
          [options](std::string id) { options->order_id = std::move(id); });
  AddValue(app, "--http", "Where the page is [as the service says]", "URL", ParseHttp,
           [options](std::string url) { options->http = std::move(url); });
}

}  // namespace orders::api
