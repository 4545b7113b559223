// engine_socket.cpp - see engine_socket.hpp.
#include "engine_socket.hpp"

#include "sys/channel.hpp"

namespace bell::engine_socket {

void hand_over(const std::string& path, std::string_view words, int descriptor) {
    sys::Channel::to(path).send_descriptor(words, descriptor);
}

}  // namespace bell::engine_socket
