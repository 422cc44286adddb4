#pragma once

#include <string>
#include <string_view>

#include "application/ports/digest.h"
#include "domain/order/commands.h"

namespace orders::application {

/// What a request asks for, as bytes: no two different contents give the same bytes, however their
/// fields are cut. Every field of the command counts but `now`, which is the server's. Begins with
/// the form's version and the command's name.
/// The bytes' hash stands in stored events: a change of the form needs another version, and makes
/// repeats across the change look like other content.
std::string CanonicalForm(const domain::OrderCommand& command);

/// Lower-case hex SHA-256 of the canonical form.
std::string RequestHash(const domain::OrderCommand& command, const Digest& digest);

/// 64 lower-case hexadecimal digits.
std::string ToHex(const Sha256& hash);

}  // namespace orders::application
