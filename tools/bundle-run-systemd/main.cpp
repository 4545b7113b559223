// bundle-run-systemd - carries bundle-run's requests to systemd over D-Bus.
//
// bundle-run is static and libsystemd isn't to be had so; this program is the part that needs it. bundle-run starts it
// where a container's group is systemd's to make, from beside itself, with an environment of its own choice, and never
// from inside a container. It does what it is told on the socket that is its stdin until that closes:
//
//     "describe"                 -> the manager's group, its version
//     "start" UNIT PROPERTIES    -> "done"
//     "set" UNIT PROPERTIES      -> "done"
//     "stop" UNIT                -> "done"
//
// sys/bus_message.hpp has the form. An error goes back whole, and is the end. Next: bus.hpp.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "bus.hpp"
#include "sys/channel.hpp"
#include "sys/process.hpp"

using namespace bell;

namespace {

std::vector<std::string> obey(Systemd& systemd, const sys::BusRequest& request) {
    if (request.verb == "describe") return systemd.describe();
    if (request.verb == "start")
        systemd.start(request.unit, request.properties);
    else if (request.verb == "set")
        systemd.set(request.unit, request.properties);
    else if (request.verb == "stop")
        systemd.stop(request.unit);
    else
        throw Error::bad(text::cat("the systemd helper knows no '", text::printable(request.verb), "'"));
    return {"done"};
}

void serve(const sys::Channel& channel, bool of_user) {
    // The first request is read before anything can fail: a socket closed with messages unread loses the error.
    std::string message = channel.next();
    Systemd systemd(of_user);
    for (; !message.empty(); message = channel.next())
        channel.send(sys::to_message(obey(systemd, sys::parse_bus_request(message))));
}

bool is_our_socket(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view which = argc == 2 ? argv[1] : "";
    if ((which != "--system" && which != "--user") || !is_our_socket(STDIN_FILENO)) {
        std::fputs("bundle-run-systemd: is started by 'bundle-run --systemd-cgroup', to speak with systemd\n", stderr);
        return exit_own_failure;
    }
    sys::die_with_parent(SIGKILL);
    const sys::Channel channel = sys::Channel::over(Fd{STDIN_FILENO});
    return channel.report_errors([&] { serve(channel, which == "--user"); });
}
