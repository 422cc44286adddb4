#pragma once

#include "api/orderctl/demo/demo_order.h"
#include "api/orderctl/demo/shop.h"
#include "api/orderctl/demo/split_mix.h"

namespace orders::api {

/// Tells the story of one order of the shop's day: which one, and all that is in it, follows from
/// `random`. The order says afterwards what came of it.
void TellStory(const Shop& shop, SplitMix64& random, DemoOrder& order);

}  // namespace orders::api
