// Handles the events of a stream as one of the competing consumers of a group, which it creates
// where there is none. Start it more than once: each event goes to one of them.
//   competing_consumer 'esdb://localhost:2113?tls=false' greetings-1 printers [events to handle]
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"

namespace {

int Fail(const absl::Status& status) {
  std::cerr << status << '\n';
  return 1;
}

eventstoredb::EventAnswer Print(const eventstoredb::GroupEvent& event) {
  // Of a link, as a category's stream holds them, what it points at; absent: that is gone.
  const std::optional<eventstoredb::RecordedEvent>& recorded = event.event.event;
  if (!recorded.has_value()) return eventstoredb::EventAnswer::Skip();
  if (!recorded->is_json) return eventstoredb::EventAnswer::Park("cannot be printed");
  std::cout << recorded->revision << ' ' << recorded->type << ' ' << recorded->data << std::endl;
  return eventstoredb::EventAnswer::Ack();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::cerr << "usage: competing_consumer CONNECTION_STRING STREAM GROUP [COUNT]\n";
    return 2;
  }
  const auto parsed = eventstoredb::ParseConnectionString(argv[1]);
  if (!parsed.ok()) return Fail(parsed.status());
  const auto client = eventstoredb::Client::Create(parsed->options);
  if (!client.ok()) return Fail(client.status());

  const eventstoredb::GroupId group{.stream = argv[2], .group = argv[3]};
  const absl::Status created = (*client)->CreateGroup(
      {.id = group,
       .settings = {.resolve_links = true, .start = eventstoredb::GroupStart::Start()}});
  if (!created.ok() && !absl::IsAlreadyExists(created)) return Fail(created);

  const auto consumer = (*client)->Consume(group);
  if (!consumer.ok()) return Fail(consumer.status());
  eventstoredb::RunBounds bounds;
  if (argc == 5) bounds.events_max = std::strtoull(argv[4], nullptr, 10);
  const absl::Status ran = (*consumer)->Run(Print, bounds);
  if (!ran.ok()) return Fail(ran);
  // Answers that are on their way are taken in, so that these events do not come again.
  const absl::Status closed = (*consumer)->Close(absl::Now() + absl::Seconds(5));
  return closed.ok() ? 0 : Fail(closed);
}
