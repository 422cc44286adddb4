#include "infrastructure/access/pem_certificates.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include <openssl/pem.h>

#include "infrastructure/access/file_bytes.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kPemFileBytesMax = 1 << 20;

absl::Status RefusePem(const std::string& path, const std::string& text) {
  return absl::FailedPreconditionError(absl::StrCat(path, ": ", text));
}

/// A password is asked of nobody.
int NoPassword(char*, int, int, void*) { return -1; }

/// Past for a time that cannot be read.
absl::Time ToTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string Shown(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<Certificates> ReadPemCertificates(const std::string& path, std::size_t count_max) {
  const absl::StatusOr<std::string> text =
      ReadFileBytes(path, kPemFileBytesMax, FileReaders::kAnyone);
  if (!text.ok()) return text.status();
  const OpensslErrors errors;
  const BioPtr bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  Certificates certificates;
  while (true) {
    CertificatePtr one(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr));
    if (one == nullptr) break;
    certificates.push_back(std::move(one));
    if (certificates.size() > count_max) {
      return RefusePem(path, absl::StrCat("has more than ", count_max, " certificates"));
    }
  }
  const unsigned long error = ERR_peek_last_error();
  const bool at_end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (!at_end) {
    return RefusePem(path, absl::StrCat("certificate ", certificates.size() + 1,
                                        " is damaged: copy it anew, with its BEGIN and END lines"));
  }
  if (certificates.empty()) {
    return RefusePem(path,
                     "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE----- "
                     "(openssl x509 -inform DER -in FILE makes one of another form)");
  }
  return certificates;
}

absl::Status CheckValidity(const std::string& path, const Certificates& certificates,
                           absl::Time now) {
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const absl::Time begins = ToTime(X509_get0_notBefore(certificates[i].get()));
    const absl::Time expires = ToTime(X509_get0_notAfter(certificates[i].get()));
    const std::string which = absl::StrCat("certificate ", i + 1);
    if (now >= expires) {
      return RefusePem(path, absl::StrCat(which, " expired at ", Shown(expires), ": renew it"));
    }
    if (now < begins) {
      return RefusePem(path, absl::StrCat(which, " is not valid before ", Shown(begins),
                                          ": wait, or see that this machine's clock is right"));
    }
  }
  return absl::OkStatus();
}

absl::Time FirstExpiry(const Certificates& certificates) {
  absl::Time first = absl::InfiniteFuture();
  for (const CertificatePtr& one : certificates) {
    first = std::min(first, ToTime(X509_get0_notAfter(one.get())));
  }
  return first;
}

std::string ToPem(const Certificates& certificates) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  for (const CertificatePtr& one : certificates) PEM_write_bio_X509(bio.get(), one.get());
  return TextOf(bio.get());
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace orders::infrastructure
