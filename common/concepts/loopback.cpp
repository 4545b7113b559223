// loopback.cpp - see loopback.hpp.
#include "concepts/loopback.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sys/call.hpp"

namespace bell::loopback {

void bring_up() {
    const Fd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!socket) throw Error::os("socket", "for the interface lo", errno);
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    sys::call(
        "ioctl", "the interface lo", [] { return sys::arguments(sys::Raw{"SIOCSIFFLAGS"}, "lo", sys::Raw{"UP"}); },
        [&] { return ::ioctl(socket.get(), SIOCSIFFLAGS, &request); });
}

}  // namespace bell::loopback
