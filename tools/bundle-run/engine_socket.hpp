// engine_socket.hpp - a descriptor for whoever called us: an engine listens on a unix socket and takes it from there.
//
// The outer end of a terminal (--console-socket, runc's docs/terminals.md) goes this way, and the pidfd of a
// container's first process (--pidfd-socket). unix(7), SCM_RIGHTS.
#pragma once

#include <string>
#include <string_view>

namespace bell::engine_socket {

/// Connects to the socket at `path` and sends the descriptor with `words` beside it.
void hand_over(const std::string& path, std::string_view words, int descriptor);

}  // namespace bell::engine_socket
