// loopback.hpp - a new network namespace has one interface, lo, and it is down.                              Lesson 10
//
// Programs expect 127.0.0.1 to answer, so a container's is brought up, as every runtime does. Addresses come with it.
//
// netdevice(7), network_namespaces(7). Next: hooks.hpp.
#pragma once

namespace bell::loopback {

/// Sets IFF_UP on lo of the network namespace this process is in.
void bring_up();

}  // namespace bell::loopback
