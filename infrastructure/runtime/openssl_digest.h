#pragma once

#include <memory>
#include <string>

#include "application/ports/digest.h"

struct evp_md_st;

namespace orders::infrastructure {

/// SHA-256, HMAC-SHA256 and UUIDs of version 5, by OpenSSL.
class OpensslDigest final : public application::Digest {
 public:
  /// `seal_key`: secret bytes, the same after a restart if seals are to last. May be empty where
  /// nothing is sealed.
  explicit OpensslDigest(std::string seal_key);
  ~OpensslDigest() override;

  application::Sha256 Hash(std::string_view bytes) const override;
  application::Sha256 Seal(std::string_view bytes) const override;
  std::string NamedId(std::string_view name) const override;

 private:
  const std::string seal_key_;
  // Looked up once: OpenSSL's own look-up costs more than the hash.
  evp_md_st* const sha256_;
  evp_md_st* const sha1_;
};

}  // namespace orders::infrastructure
