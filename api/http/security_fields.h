#pragma once

namespace orders::api {

/// What every answer tells a browser: to run and load only what the service itself serves, to
/// believe its content types, and to name its addresses to nobody. Lines of a head.
inline constexpr char kSecurityFields[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

/// Over TLS: to come back over TLS alone, for a year (RFC 6797).
inline constexpr char kSecureTransportField[] = "Strict-Transport-Security: max-age=31536000\r\n";

}  // namespace orders::api
