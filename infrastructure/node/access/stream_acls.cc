#include "infrastructure/node/access/stream_acls.h"

#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "eventstoredb/errors.h"
#include "eventstoredb/node/system_projections.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/access/user_record.h"
#include "infrastructure/node/stream_metadata.h"

namespace eventstoredb {
namespace {

constexpr char kSettingsStream[] = "$settings";

/// What decides who may do what, and what users' passwords are hashed to: no default opens it, only
/// a list of its own.
bool IsOfAccess(std::string_view stream) {
  return stream == kSettingsStream || stream == kUsersStream ||
         stream.starts_with(kUserStreamPrefix);
}

bool IsReading(StreamAction action) {
  return action == StreamAction::kRead || action == StreamAction::kReadMetadata;
}

absl::StatusOr<std::optional<RecordedEvent>> NewestEvent(EmbeddedEventStore& store,
                                                         std::string stream) {
  absl::StatusOr<StreamPage> page = store.ReadStreamPage(
      {.stream = std::move(stream), .direction = Direction::kBackwards, .events_max = 1});
  if (absl::IsNotFound(page.status()) || GetStreamDeleted(page.status()).has_value()) {
    return std::nullopt;
  }
  // A name that no stream can have has no list; what is asked of it says so itself.
  if (absl::IsInvalidArgument(page.status())) return std::nullopt;
  if (!page.ok()) return page.status();
  if (page->events.empty()) return std::nullopt;
  return std::move(page->events.front().event);
}

}  // namespace

std::optional<StreamAcls::Question> StreamAcls::QuestionOf(std::string_view stream,
                                                           StreamAction action) {
  if (!IsMetastream(stream)) return Question{stream, action};
  const std::string_view subject = StreamOfMetastream(stream);
  if (IsMetastream(subject)) return std::nullopt;  // Metadata of metadata is built in.
  switch (action) {
    case StreamAction::kRead:
      return Question{subject, StreamAction::kReadMetadata};
    case StreamAction::kWrite:
      return Question{subject, StreamAction::kWriteMetadata};
    default:
      return std::nullopt;
  }
}

bool StreamAcls::Decide(const Caller& caller, const Question& question, const Lists& own,
                        const Lists& settings) const {
  const auto& [stream, action] = question;
  if (const auto& roles = own.own.RolesOf(action)) return caller.HasAny(*roles);
  const bool is_system = stream.starts_with('$');
  // A projection's stream shows what lies in streams of users, and is made by nobody else.
  const bool reads_as_user_stream =
      IsReading(action) && store_.has_system_projections() && ProjectionOf(stream).has_value();
  if (!is_system || reads_as_user_stream) {
    const auto& roles = settings.defaults.user.RolesOf(action);
    return !roles.has_value() || caller.HasAny(*roles);
  }
  if (IsOfAccess(stream)) return false;
  const auto& roles = settings.defaults.system.RolesOf(action);
  return roles.has_value() && caller.HasAny(*roles);
}

std::optional<bool> StreamAcls::Known(const Caller& caller, std::string_view stream,
                                      StreamAction action) {
  if (caller.is_admin()) return true;
  const std::optional<Question> question = QuestionOf(stream, action);
  if (!question.has_value()) return false;
  const std::shared_ptr<const Lists> settings = KnownLists(kSettingsStream);
  if (settings == nullptr) return std::nullopt;
  if (!store_.may_have_metadata()) return Decide(caller, *question, *Nothing(), *settings);
  const std::shared_ptr<const Lists> own = KnownLists(question->stream);
  if (own == nullptr) return std::nullopt;
  return Decide(caller, *question, *own, *settings);
}

absl::StatusOr<bool> StreamAcls::Allows(const Caller& caller, std::string_view stream,
                                        StreamAction action) {
  if (const std::optional<bool> known = Known(caller, stream, action)) return *known;
  const Question question = *QuestionOf(stream, action);
  const absl::StatusOr<std::shared_ptr<const Lists>> settings = ReadLists(kSettingsStream);
  if (!settings.ok()) return settings.status();
  const absl::StatusOr<std::shared_ptr<const Lists>> own = ReadLists(question.stream);
  if (!own.ok()) return own.status();
  return Decide(caller, question, **own, **settings);
}

std::shared_ptr<const StreamAcls::Lists> StreamAcls::KnownLists(std::string_view stream) const {
  std::optional<Marked> known = lists_.Find(absl::string_view(stream.data(), stream.size()));
  if (!known.has_value() || known->mark != store_.ChangeMark(stream)) return nullptr;
  return std::move(known->lists);
}

absl::StatusOr<std::shared_ptr<const StreamAcls::Lists>> StreamAcls::ReadLists(
    std::string_view stream) {
  if (std::shared_ptr<const Lists> known = KnownLists(stream)) return known;
  const std::uint64_t mark = store_.ChangeMark(stream);
  std::shared_ptr<const Lists> lists = Nothing();
  const absl::StatusOr<std::optional<RecordedEvent>> metadata =
      NewestEvent(store_, MetastreamOf(stream));
  if (!metadata.ok()) return metadata.status();
  const absl::StatusOr<std::optional<RecordedEvent>> settings =
      stream == kSettingsStream ? NewestEvent(store_, kSettingsStream) : std::nullopt;
  if (!settings.ok()) return settings.status();
  if (metadata->has_value() || settings->has_value()) {
    auto read = std::make_shared<Lists>();
    if (metadata->has_value()) {
      read->own = ParseAccessList((*metadata)->is_json, (*metadata)->data);
    }
    if (settings->has_value()) {
      read->defaults = ParseDefaultAcls((*settings)->is_json, (*settings)->data);
    }
    lists = std::move(read);
  }
  lists_.Put(std::string(stream), {lists, mark});
  return lists;
}

const std::shared_ptr<const StreamAcls::Lists>& StreamAcls::Nothing() {
  static const auto* const kNothing =
      new std::shared_ptr<const Lists>(std::make_shared<const Lists>());
  return *kNothing;
}

}  // namespace eventstoredb
