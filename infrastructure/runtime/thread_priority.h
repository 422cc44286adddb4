#pragma once

namespace orders::infrastructure {

/// The calling thread gets the processor when others leave it, for the rest of its life.
void YieldToOthers();

}  // namespace orders::infrastructure
