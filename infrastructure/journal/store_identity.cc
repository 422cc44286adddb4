#include "infrastructure/journal/store_identity.h"

#include <optional>
#include <string>
#include <utility>

#include <simdjson.h>

#include "absl/strings/str_cat.h"

namespace orders::infrastructure {
namespace {

using application::StoreIdentity;
using eventstoredb::ExpectedRevision;
using eventstoredb::Uuid;

// Stored for ever: never change what they mean.
constexpr char kType[] = "OrderStoreCreated";
constexpr char kRenewedType[] = "OrderStoreRenewed";  // Another generation.
constexpr std::uint64_t kFirstGeneration = 1;

absl::Status Foreign(const std::string& why) {
  return absl::DataLossError(absl::StrCat("stream ", std::string(kStoreIdentityStream),
                                          " does not end with this service's event: ", why));
}

std::string Encode(const StoreIdentity& identity) {
  return absl::StrCat("{\"id\":\"", identity.id, "\",\"generation\":", identity.generation, "}");
}

struct Known {
  StoreIdentity identity;
  std::uint64_t revision = 0;
};

absl::StatusOr<Known> Decode(const eventstoredb::RecordedEvent& event) {
  if (event.type != kType && event.type != kRenewedType)
    return Foreign(absl::StrCat("its type is ", event.type));
  simdjson::dom::parser parser;
  simdjson::dom::element body;
  std::string_view id;
  std::uint64_t generation = 0;
  if (parser.parse(event.data).get(body) != simdjson::SUCCESS ||
      body["id"].get(id) != simdjson::SUCCESS ||
      body["generation"].get(generation) != simdjson::SUCCESS || !Uuid::Parse(id).has_value()) {
    return Foreign("its body has no id and generation");
  }
  return Known{{std::string(id), generation}, event.revision};
}

absl::StatusOr<std::optional<Known>> Read(eventstoredb::EventStore& store, absl::Time deadline) {
  std::optional<absl::StatusOr<Known>> found;
  eventstoredb::ReadStreamRequest request;
  request.stream = std::string(kStoreIdentityStream);
  request.direction = eventstoredb::Direction::kBackwards;
  request.count_max = 1;
  request.deadline = deadline;
  const absl::Status read = store.ReadStream(request, [&](eventstoredb::RecordedEvent&& event) {
    found = Decode(event);
    return false;
  });
  if (!read.ok() && !absl::IsNotFound(read)) return read;
  if (!found.has_value()) return std::nullopt;
  if (!found->ok()) return found->status();
  return **std::move(found);
}

absl::Status Append(eventstoredb::EventStore& store, const Uuid& event_id, const char* type,
                    ExpectedRevision expected, const StoreIdentity& identity, absl::Time deadline) {
  eventstoredb::AppendRequest request;
  request.stream = std::string(kStoreIdentityStream);
  request.expected = expected;
  request.events.push_back({.id = event_id, .type = type, .data = Encode(identity)});
  request.deadline = deadline;
  return store.Append(std::move(request)).status();
}

}  // namespace

absl::StatusOr<StoreIdentity> EnsureStoreIdentity(eventstoredb::EventStore& store,
                                                  std::string_view new_id, absl::Time deadline) {
  absl::StatusOr<std::optional<Known>> known = Read(store, deadline);
  if (!known.ok()) return known.status();
  if (known->has_value()) return (*known)->identity;

  const std::optional<Uuid> id = Uuid::Parse(new_id);
  if (!id.has_value()) return absl::InvalidArgumentError("the new store's id is not a UUID");
  const StoreIdentity made{id->ToString(), kFirstGeneration};
  const absl::Status appended =
      Append(store, *id, kType, ExpectedRevision::NoStream(), made, deadline);
  if (appended.ok()) return made;
  if (!absl::IsAborted(appended)) return appended;
  // Another was first: what it wrote counts for both.
  known = Read(store, deadline);
  if (!known.ok()) return known.status();
  if (!known->has_value()) return Foreign("it is gone again");
  return (*known)->identity;
}

absl::Status RenewStoreIdentity(eventstoredb::EventStore& store, std::string_view event_id,
                                absl::Time deadline) {
  const std::optional<Uuid> id = Uuid::Parse(event_id);
  if (!id.has_value()) return absl::InvalidArgumentError("the event's id is not a UUID");
  absl::StatusOr<std::optional<Known>> known = Read(store, deadline);
  if (!known.ok()) return known.status();
  if (!known->has_value()) return Foreign("it is gone");
  StoreIdentity renewed = (*known)->identity;
  ++renewed.generation;
  return Append(store, *id, kRenewedType, ExpectedRevision::Exact((*known)->revision), renewed,
                deadline);
}

}  // namespace orders::infrastructure
