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

// Stored for ever: never change what it means.
constexpr char kType[] = "OrderStoreCreated";
constexpr std::uint64_t kFirstGeneration = 1;

absl::Status Foreign(const std::string& why) {
  return absl::DataLossError(absl::StrCat("stream ", std::string(kStoreIdentityStream),
                                          " does not begin with this service's event: ", why));
}

absl::StatusOr<StoreIdentity> Decode(const eventstoredb::RecordedEvent& event) {
  if (event.type != kType) return Foreign(absl::StrCat("its type is ", event.type));
  simdjson::dom::parser parser;
  simdjson::dom::element body;
  std::string_view id;
  std::uint64_t generation = 0;
  if (parser.parse(event.data).get(body) != simdjson::SUCCESS ||
      body["id"].get(id) != simdjson::SUCCESS ||
      body["generation"].get(generation) != simdjson::SUCCESS || !Uuid::Parse(id).has_value()) {
    return Foreign("its body has no id and generation");
  }
  return StoreIdentity{std::string(id), generation};
}

absl::StatusOr<std::optional<StoreIdentity>> Read(eventstoredb::EventStore& store,
                                                  absl::Time deadline) {
  std::optional<absl::StatusOr<StoreIdentity>> found;
  eventstoredb::ReadStreamRequest request;
  request.stream = std::string(kStoreIdentityStream);
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

}  // namespace

absl::StatusOr<StoreIdentity> EnsureStoreIdentity(eventstoredb::EventStore& store,
                                                  std::string_view new_id, absl::Time deadline) {
  absl::StatusOr<std::optional<StoreIdentity>> known = Read(store, deadline);
  if (!known.ok()) return known.status();
  if (known->has_value()) return **std::move(known);

  const std::optional<Uuid> id = Uuid::Parse(new_id);
  if (!id.has_value()) return absl::InvalidArgumentError("the new store's id is not a UUID");
  eventstoredb::AppendRequest request;
  request.stream = std::string(kStoreIdentityStream);
  request.expected = ExpectedRevision::NoStream();
  request.events.push_back({.id = *id,
                            .type = kType,
                            .data = absl::StrCat("{\"id\":\"", id->ToString(),
                                                 "\",\"generation\":", kFirstGeneration, "}")});
  request.deadline = deadline;
  const absl::StatusOr<eventstoredb::AppendResult> appended = store.Append(std::move(request));
  if (appended.ok()) return StoreIdentity{id->ToString(), kFirstGeneration};
  if (!absl::IsAborted(appended.status())) return appended.status();
  // Another was first: what it wrote counts for both.
  known = Read(store, deadline);
  if (!known.ok()) return known.status();
  if (!known->has_value()) return Foreign("it is gone again");
  return **std::move(known);
}

}  // namespace orders::infrastructure
