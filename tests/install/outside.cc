#include <iostream>

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"

int main() {
  const auto parsed =
      eventstoredb::ParseConnectionString("esdb://ada:secret@node-1:2114,node-2?tls=true");
  if (!parsed.ok()) return 1;
  for (const eventstoredb::Endpoint& endpoint : parsed->options.endpoints) {
    std::cout << endpoint.ToString() << ' ';
  }
  std::cout << "user " << parsed->options.credentials->user << '\n';

  // Nobody listens on port 1.
  const auto nobody = eventstoredb::ParseConnectionString("esdb://localhost:1?tls=false");
  if (!nobody.ok()) return 1;
  const auto client = eventstoredb::Client::Create(nobody->options);
  if (!client.ok()) return 1;
  const auto next = (*client)->ReadStream({.stream = "s"})->Next();
  std::cout << next.status() << '\n';
  return next.ok() ? 1 : 0;
}
