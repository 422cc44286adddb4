#include "tests/support/test_certificates.h"

#include <cstdlib>
#include <fstream>
#include <utility>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace orders::testing_support {
namespace {

using infrastructure::BioPtr;
using infrastructure::CertificatePtr;
using infrastructure::KeyPtr;

std::string Taken(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

void Extend(X509* certificate, X509* signer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, signer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

KeyPtr MakeKey(KeyKind kind) {
  switch (kind) {
    case KeyKind::kRsa2048:
      return KeyPtr(EVP_RSA_gen(2048U));
    case KeyKind::kRsa1024:
      return KeyPtr(EVP_RSA_gen(1024U));
    case KeyKind::kP256:
      return KeyPtr(EVP_EC_gen("P-256"));
    case KeyKind::kP384:
      return KeyPtr(EVP_EC_gen("P-384"));
    case KeyKind::kEd25519:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  std::abort();
}

std::string KeyPem(EVP_PKEY* key, const std::string& password) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, password.empty() ? nullptr : EVP_aes_256_cbc(),
                                password.empty() ? nullptr : password.c_str(),
                                static_cast<int>(password.size()), nullptr, nullptr);
  return Taken(bio.get());
}

std::string Identity::certificate_pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  return Taken(bio.get());
}

Identity MakeIdentity(const CertificateOptions& options, const Identity* signer, KeyKind kind) {
  static long serial = 0;
  Identity made{.key = MakeKey(kind), .certificate = CertificatePtr(X509_new())};
  X509* const certificate = made.certificate.get();
  X509* const signing = signer == nullptr ? certificate : signer->certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(options.begins));
  ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(options.expires));
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(options.name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, X509_get_subject_name(signing));
  Extend(certificate, signing, NID_basic_constraints,
         options.is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  Extend(certificate, signing, NID_subject_alt_name,
         absl::StrCat("DNS:", options.name, ",IP:127.0.0.1"));
  if (!options.extended_usage.empty()) {
    Extend(certificate, signing, NID_ext_key_usage, options.extended_usage);
  }
  EVP_PKEY* const signing_key = signer == nullptr ? made.key.get() : signer->key.get();
  const bool hashes_itself = EVP_PKEY_is_a(signing_key, "ED25519") == 1;
  X509_sign(certificate, signing_key, hashes_itself ? nullptr : EVP_sha256());
  return made;
}

void WriteFileWithMode(const std::string& path, const std::string& bytes, unsigned mode) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  if (chmod(path.c_str(), mode) != 0) std::abort();
}

}  // namespace orders::testing_support
