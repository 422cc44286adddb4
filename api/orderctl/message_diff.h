#pragma once

#include <string>
#include <vector>

#include "orders/v1/types.pb.h"

namespace orders::api {

struct FieldChange {
  std::string field;  ///< "lines[1].quantity", "payments[p-1].captured": an id where there is one.
  std::string from;   ///< Empty: it was not there.
  std::string to;     ///< Empty: it is not there any more.
  bool operator==(const FieldChange&) const = default;
};

/// What differs between two states of an order, in the order of its fields; money and times are
/// written for people. Revision, etag and what follows from them are left out.
std::vector<FieldChange> ChangesBetween(const v1::Order& from, const v1::Order& to);

}  // namespace orders::api
