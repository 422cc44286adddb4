#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace orders::api {

/// What the protos say of what they declare, by full name: "orders.v1.Order.etag". Built once; then
/// thread-safe.
class ProtoComments {
 public:
  /// `descriptors`: a FileDescriptorSet with source info. What cannot be read has no comments.
  explicit ProtoComments(std::string_view descriptors);

  /// Lines are joined; empty if there is none.
  const std::string& Of(const std::string& full_name) const;

 private:
  absl::flat_hash_map<std::string, std::string> comments_;
};

/// The first sentence of a comment, without its full stop.
std::string FirstSentence(const std::string& comment);

}  // namespace orders::api
