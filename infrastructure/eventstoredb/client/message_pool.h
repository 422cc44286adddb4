#pragma once

#include <cstddef>
#include <memory>

#include "google/protobuf/arena.h"

namespace eventstoredb::client {

/// Makes messages some at a time in one piece of memory, which goes with the last of them: one by
/// one the parts of an event would be some 20 allocations. One thread at a time.
template <typename Message>
class MessagePool {
 public:
  std::shared_ptr<Message> New() {
    if (arena_ == nullptr || made_ == kTogetherMax) {
      google::protobuf::ArenaOptions options;
      options.start_block_size = kFirstBlockBytes;
      options.max_block_size = kBlockBytesMax;
      arena_ = std::make_shared<google::protobuf::Arena>(options);
      made_ = 0;
    }
    ++made_;
    return {arena_, google::protobuf::Arena::CreateMessage<Message>(arena_.get())};
  }

 private:
  static constexpr int kTogetherMax = 16;
  static constexpr std::size_t kFirstBlockBytes = 1'024;
  static constexpr std::size_t kBlockBytesMax = 16'384;

  std::shared_ptr<google::protobuf::Arena> arena_;
  int made_ = 0;
};

}  // namespace eventstoredb::client
