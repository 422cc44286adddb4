#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "application/order_view.h"

namespace orders::infrastructure {

/// An order with all of its state in a few hundred bytes, for a read model's row. The form bears a
/// version and a checksum; it is never exchanged, and a file of another version is built anew.
std::string PackOrder(const application::OrderView& view);
/// The same into `out`, whose memory is used again.
void PackOrder(const application::OrderView& view, std::string& out);
/// Error: DataLoss, the bytes are not what PackOrder made.
absl::StatusOr<application::OrderView> UnpackOrder(std::string_view bytes);

}  // namespace orders::infrastructure
