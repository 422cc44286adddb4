// Prints all events whose type begins with a prefix: those that are there, then those that come.
//   subscribe 'esdb://localhost:2113?tls=false' Greeted [events to wait for]
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <variant>

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"

namespace {

int Fail(const absl::Status& status) {
  std::cerr << status << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: subscribe CONNECTION_STRING EVENT_TYPE_PREFIX [COUNT]\n";
    return 2;
  }
  const auto parsed = eventstoredb::ParseConnectionString(argv[1]);
  if (!parsed.ok()) return Fail(parsed.status());
  const auto client = eventstoredb::Client::Create(parsed->options);
  if (!client.ok()) return Fail(client.status());

  // After a restart a program goes on with `.after_position` of the last event that it has handled.
  const auto subscription =
      (*client)->Subscribe({.filter = eventstoredb::Filter::EventTypePrefixes({argv[2]})});
  if (!subscription.ok()) return Fail(subscription.status());

  long left = argc == 4 ? std::strtol(argv[3], nullptr, 10) : -1;  // Below 0: for ever.
  while (left != 0) {
    const auto message = (*subscription)->Next();
    if (!message.ok()) return Fail(message.status());
    if (const auto* resolved = std::get_if<eventstoredb::ResolvedEvent>(&*message)) {
      const eventstoredb::RecordedEvent& event = resolved->Original();
      std::cout << event.position.commit << ' ' << event.stream << ' ' << event.type << ' '
                << event.data << std::endl;
      --left;
    } else if (std::holds_alternative<eventstoredb::SubscriptionLive>(*message)) {
      std::cout << "-- what follows is live" << std::endl;
    }
  }
  return 0;
}
