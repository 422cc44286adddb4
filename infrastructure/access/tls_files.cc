#include "infrastructure/access/tls_files.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "infrastructure/access/file_bytes.h"
#include "infrastructure/access/pem_certificates.h"

namespace orders::infrastructure {
namespace {

using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;

constexpr std::size_t kKeyFileBytesMax = 1 << 20;
constexpr std::size_t kChainCertificatesMax = 10;
constexpr std::size_t kClientAuthoritiesMax = 256;

absl::Status RefuseTls(const std::string& path, const std::string& text) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", text));
}

/// Tells that a password was needed, and gives none.
int NoteEncrypted(char*, int, int, void* is_encrypted) {
  *static_cast<bool*>(is_encrypted) = true;
  return -1;
}

absl::StatusOr<KeyPtr> ReadKey(const std::string& path) {
  const absl::StatusOr<std::string> text =
      ReadFileBytes(path, kKeyFileBytesMax, FileReaders::kOwnerOnly);
  if (!text.ok()) return text.status();
  bool is_encrypted = false;
  const BioPtr bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoteEncrypted, &is_encrypted));
  if (key != nullptr) return key;
  if (is_encrypted) {
    return RefuseTls(path,
                     absl::StrCat("is encrypted, and nobody is asked for a password: openssl pkey "
                                  "-in ",
                                  path, " writes it without one"));
  }
  return RefuseTls(path,
                   "holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----");
}

absl::Status CheckChain(const std::string& path, const Certificates& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    X509* const signer = chain[i + 1].get();
    if (X509_check_issued(signer, chain[i].get()) != X509_V_OK ||
        X509_verify(chain[i].get(), X509_get0_pubkey(signer)) != 1) {
      return RefuseTls(path,
                       absl::StrCat("certificate ", i + 2, " did not sign certificate ", i + 1,
                                    ": write our own first, then the one that signed it, "
                                    "and so on"));
    }
    if (X509_check_ca(signer) == 0) {
      return RefuseTls(
          path, absl::StrCat("certificate ", i + 2, " is no authority's, and may sign none"));
    }
  }
  if (X509_check_purpose(chain.front().get(), X509_PURPOSE_SSL_SERVER, /*non_leaf=*/0) != 1) {
    return RefuseTls(path,
                     "certificate 1 is not for servers: have it made with the extended key usage "
                     "serverAuth, or none");
  }
  return absl::OkStatus();
}

/// Whether OpenSSL would serve with them: what is too weak for it is refused by its own rules.
absl::Status TryOut(const TlsFiles& files, const Certificates& chain, EVP_PKEY* key) {
  const SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return absl::ResourceExhaustedError("no memory for TLS");
  bool is_taken = SSL_CTX_use_certificate(context.get(), chain.front().get()) == 1;
  for (std::size_t i = 1; is_taken && i < chain.size(); ++i) {
    is_taken = SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1;
  }
  const std::string& file = is_taken ? files.key : files.certificate;
  is_taken = is_taken && SSL_CTX_use_PrivateKey(context.get(), key) == 1;
  if (is_taken) return absl::OkStatus();
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  return RefuseTls(file, absl::StrCat("is not taken for TLS (", why == nullptr ? "unknown" : why,
                                      "): have it made with a key of RSA of 2048 bits, or P-256, "
                                      "and SHA-256"));
}

absl::StatusOr<Certificates> ReadAuthorities(const std::string& path, absl::Time now) {
  absl::StatusOr<Certificates> authorities = ReadPemCertificates(path, kClientAuthoritiesMax);
  if (!authorities.ok()) return authorities;
  for (std::size_t i = 0; i < authorities->size(); ++i) {
    if (X509_check_ca((*authorities)[i].get()) == 0) {
      return RefuseTls(path, absl::StrCat("certificate ", i + 1,
                                          " is no authority's: name the one that signs your "
                                          "callers' certificates"));
    }
  }
  if (absl::Status valid = CheckValidity(path, *authorities, now); !valid.ok()) return valid;
  return authorities;
}

std::string ToPem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio.get());
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TlsMaterial>> LoadTlsFiles(const TlsFiles& files,
                                                                absl::Time now) {
  const OpensslErrors errors;
  const absl::StatusOr<Certificates> chain =
      ReadPemCertificates(files.certificate, kChainCertificatesMax);
  if (!chain.ok()) return chain.status();
  const absl::StatusOr<KeyPtr> key = ReadKey(files.key);
  if (!key.ok()) return key.status();
  if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
    return RefuseTls(files.key,
                     absl::StrCat("is not the key of the first certificate of ", files.certificate,
                                  ": name the two that belong together"));
  }
  if (absl::Status valid = CheckValidity(files.certificate, *chain, now); !valid.ok()) return valid;
  if (absl::Status whole = CheckChain(files.certificate, *chain); !whole.ok()) return whole;
  if (absl::Status taken = TryOut(files, *chain, key->get()); !taken.ok()) return taken;

  auto material = std::make_shared<TlsMaterial>();
  material->certificate_chain = ToPem(*chain);
  material->private_key = ToPem(key->get());
  material->expires_at = FirstExpiry(*chain);
  if (files.client_authorities.empty()) return material;
  const absl::StatusOr<Certificates> authorities = ReadAuthorities(files.client_authorities, now);
  if (!authorities.ok()) return authorities.status();
  material->client_authorities = ToPem(*authorities);
  material->requires_client_certificate = files.requires_client_certificate;
  material->expires_at = std::min(material->expires_at, FirstExpiry(*authorities));
  return material;
}

}  // namespace orders::infrastructure
