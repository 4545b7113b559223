// engine_socket.cpp - see engine_socket.hpp.
#include "engine_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <utility>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "sys/channel.hpp"

namespace bell::engine_socket {

void hand_over(const std::string& path, std::string_view words, int descriptor) {
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw Error::bad(text::cat("socket ", path, ": the path is too long"));
    path.copy(address.sun_path, path.size());
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        throw Error::os("connect", path, errno);
    sys::Channel::over(std::move(socket)).send_descriptor(words, descriptor);
}

}  // namespace bell::engine_socket
