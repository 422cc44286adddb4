#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/access/caller.h"
#include "infrastructure/node/access/recent_map.h"
#include "infrastructure/node/access_list.h"

namespace eventstoredb {

/// Who may do what with which stream: its own list, else $settings, else what is built in (protocol
/// section 3.17). What was read is remembered until the log says that it changed, before that
/// change is answered. Thread-safe.
class StreamAcls {
 public:
  /// `store` outlives it. Remembers the lists of at most twice `streams_max` streams.
  StreamAcls(EmbeddedEventStore& store, std::size_t streams_max)
      : store_(store), lists_(streams_max) {}

  /// Without waiting. Absent: it must be read, ask Allows.
  std::optional<bool> Known(const Caller& caller, std::string_view stream, StreamAction action);
  /// May read from disk. Errors: as EventStore::ReadStream.
  absl::StatusOr<bool> Allows(const Caller& caller, std::string_view stream, StreamAction action);

 private:
  struct Lists {
    AccessList own;        ///< Of a stream's metadata.
    DefaultAcls defaults;  ///< Of $settings itself.
  };
  struct Marked {
    std::shared_ptr<const Lists> lists;
    std::uint64_t mark = 0;  ///< Of the stream, before it was read.
  };

  /// What the lists are looked at for: of a metadata stream, its stream.
  struct Question {
    std::string_view stream;
    StreamAction action;
  };
  static const std::shared_ptr<const Lists>& Nothing();
  static std::optional<Question> QuestionOf(std::string_view stream, StreamAction action);
  bool Decide(const Caller& caller, const Question& question, const Lists& own,
              const Lists& settings) const;
  std::shared_ptr<const Lists> KnownLists(std::string_view stream) const;
  absl::StatusOr<std::shared_ptr<const Lists>> ReadLists(std::string_view stream);

  EmbeddedEventStore& store_;
  RecentMap<std::string, Marked> lists_;
};

}  // namespace eventstoredb
