#pragma once

#include <vector>

#include "orders/v1/streams.pb.h"

namespace orders::api {

/// How deep an event stands below what caused it: 0 for one whose cause is none of the others.
/// `events` are oldest first; the answer has one number for each.
std::vector<int> CausationDepths(const std::vector<v1::Event>& events);

}  // namespace orders::api
