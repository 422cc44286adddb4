#include "api/http/event_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "api/http/json_answer.h"
#include "api/http/problem.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

// How long a browser waits before it comes again.
constexpr char kRetry[] = "retry: 2000\n\n";

std::string Event(const char* name, const std::string& id, const std::string& data) {
  return absl::StrCat("event: ", name, "\n", id.empty() ? "" : absl::StrCat("id: ", id, "\n"),
                      "data: ", data, "\n\n");
}

std::string Encode(const v1::WatchOrdersResponse& message) {
  if (message.has_change()) {
    return Event("change", message.change().position_token(), ToJson(message.change()));
  }
  return Event("progress", message.progress().position_token(), ToJson(message.progress()));
}

}  // namespace

void EventStream::Begin(std::shared_ptr<HttpExchange> exchange, const AnswerTerms& terms,
                        std::optional<std::string_view> last_event_id, const WatchMethod& method,
                        const Inbound& inbound) {
  const auto decode = [&](google::protobuf::Message& message) {
    absl::Status decoded = inbound.decode(message);
    auto* const watch = google::protobuf::DynamicCastToGenerated<v1::WatchOrdersRequest>(&message);
    if (watch != nullptr && last_event_id.has_value()) {
      watch->set_resume_token(std::string(*last_event_id));
    }
    return decoded;
  };
  const auto stream = std::make_shared<EventStream>(exchange, terms.request_id);
  WatchOpening opening = method.open(
      {.decode = decode, .metadata = inbound.metadata, .deadline = inbound.deadline}, *stream);
  if (!opening.status.ok()) {
    HttpResponse refused = MakeProblem(opening.status, opening.resource, false, terms.request_id);
    AddCommonFields(terms, refused);
    return exchange->Respond(std::move(refused));
  }
  HttpResponse head;
  head.fields = {{"Content-Type", "text/event-stream"},
                 {"Cache-Control", "no-store"},
                 {"X-Accel-Buffering", "no"}};
  head.body = kRetry;
  AddCommonFields(terms, head);
  stream->watch_ = std::move(opening.watch);
  exchange->StartStream(std::move(head), stream);
  stream->watch_->Start();
}

EventStream::EventStream(std::shared_ptr<HttpExchange> exchange, std::string request_id)
    : exchange_(std::move(exchange)), request_id_(std::move(request_id)) {}

void EventStream::Send(const WatchMessage& message) { exchange_->Write(message.Text(Encode)); }

void EventStream::Finish(const absl::Status& status, std::string_view resource) {
  if (!status.ok() && !absl::IsCancelled(status)) {
    std::string problem = MakeProblem(status, resource, false, request_id_).body;
    problem.pop_back();  // Its line end would be the event's.
    exchange_->Write(Event("error", "", problem));
  }
  exchange_->End();
}

void EventStream::Cut() { exchange_->Cut(); }

void EventStream::OnWritten() { watch_->Taken(); }

void EventStream::OnClosed() {
  watch_->End(absl::CancelledError("the client is gone"));
  watch_->Close();
  // Nobody calls from here on; what is left would keep the connection and this for ever.
  exchange_.reset();
}

}  // namespace orders::api
