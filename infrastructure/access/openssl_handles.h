#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace orders::infrastructure {

/// Frees what OpenSSL has made, with the function that is for it.
template <auto Free>
struct OpensslFree {
  template <typename Made>
  void operator()(Made* made) const {
    Free(made);
  }
};
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, OpensslFree<X509_free>>;

/// OpenSSL keeps a thread's errors until somebody takes them, and whoever speaks TLS on that thread
/// next would take ours for his.
class OpensslErrors {
 public:
  OpensslErrors() { ERR_clear_error(); }
  ~OpensslErrors() { ERR_clear_error(); }
  OpensslErrors(const OpensslErrors&) = delete;
  OpensslErrors& operator=(const OpensslErrors&) = delete;
};

}  // namespace orders::infrastructure
