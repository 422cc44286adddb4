#pragma once

#include <string_view>

namespace orders::infrastructure {

/// Tells the service manager that started this process how it stands: "READY=1", "STOPPING=1"
/// (sd_notify(3)). One datagram to the socket that $NOTIFY_SOCKET names; nothing without it, and
/// nobody waits for an answer. Call it while no other thread changes the environment.
void TellServiceManager(std::string_view state);

}  // namespace orders::infrastructure
