// Appends two events to a stream that must not exist, and reads it back.
//   append_and_read 'esdb://localhost:2113?tls=false' greetings-1
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"

namespace {

int Fail(const absl::Status& status) {
  std::cerr << status << '\n';
  return 1;
}

eventstoredb::ProposedEvent Greeting(std::string whom) {
  eventstoredb::ProposedEvent event;  // Without an id it gets a random one.
  event.type = "Greeted";
  event.data = R"({"whom":")" + whom + R"("})";
  return event;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: append_and_read CONNECTION_STRING STREAM\n";
    return 2;
  }
  const auto parsed = eventstoredb::ParseConnectionString(argv[1]);
  if (!parsed.ok()) return Fail(parsed.status());
  for (const std::string& warning : parsed->warnings) std::cerr << "warning: " << warning << '\n';

  const auto client = eventstoredb::Client::Create(parsed->options);
  if (!client.ok()) return Fail(client.status());

  eventstoredb::AppendRequest request{.stream = argv[2],
                                      .expected = eventstoredb::ExpectedRevision::NoStream()};
  request.events.push_back(Greeting("Ada"));
  request.events.push_back(Greeting("Grace"));
  const auto appended = (*client)->Append(std::move(request));
  if (const auto wrong = eventstoredb::GetWrongExpectedRevision(appended.status())) {
    std::cout << "the stream is at revision " << wrong->current.value_or(0) << " already\n";
  } else if (!appended.ok()) {
    return Fail(appended.status());
  }

  const auto reader = (*client)->ReadStream({.stream = argv[2]});
  while (true) {
    const auto next = reader->Next();
    if (!next.ok()) return Fail(next.status());
    if (!next->has_value()) return 0;
    const eventstoredb::RecordedEvent& event = (*next)->Original();
    std::cout << event.revision << ' ' << event.type << ' ' << event.data << '\n';
  }
}
