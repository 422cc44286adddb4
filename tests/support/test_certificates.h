#pragma once

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "infrastructure/access/openssl_handles.h"

namespace orders::testing_support {

enum class KeyKind { kRsa2048, kRsa1024, kP256, kP384, kEd25519 };
infrastructure::KeyPtr MakeKey(KeyKind kind);
/// PKCS 8; encrypted if there is a password.
std::string KeyPem(EVP_PKEY* key, const std::string& password = "");

struct CertificateOptions {
  std::string name = "localhost";  ///< Common name, and name of the host.
  bool is_authority = false;
  std::string extended_usage;  ///< "serverAuth", "clientAuth"; empty: any.
  absl::Time begins = absl::Now() - absl::Hours(24);
  absl::Time expires = absl::Now() + absl::Hours(24 * 365);
};
/// A certificate with its key.
struct Identity {
  infrastructure::KeyPtr key;
  infrastructure::CertificatePtr certificate;

  std::string certificate_pem() const;
  std::string key_pem() const { return KeyPem(key.get()); }
};
/// `signer` null: it signs itself.
Identity MakeIdentity(const CertificateOptions& options, const Identity* signer = nullptr,
                      KeyKind kind = KeyKind::kP256);

/// Writes a file that only its owner may read, unless `mode` says otherwise.
void WriteFileWithMode(const std::string& path, const std::string& bytes, unsigned mode = 0600);

}  // namespace orders::testing_support
