#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "infrastructure/access/openssl_handles.h"

namespace orders::infrastructure {

using Certificates = std::vector<CertificatePtr>;

/// The certificates of a PEM file, of 1 to `count_max`, in its order; what else stands there is
/// passed over. Errors: FailedPrecondition, with the file's name.
absl::StatusOr<Certificates> ReadPemCertificates(const std::string& path, std::size_t count_max);

/// Nothing of `certificates` has expired at `now`, or is not valid yet. Errors: FailedPrecondition,
/// with `path` and which it is.
absl::Status CheckValidity(const std::string& path, const Certificates& certificates,
                           absl::Time now);
/// When the first of them expires.
absl::Time FirstExpiry(const Certificates& certificates);

std::string ToPem(const Certificates& certificates);
std::string TextOf(BIO* bio);

}  // namespace orders::infrastructure
