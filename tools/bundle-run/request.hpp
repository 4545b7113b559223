// request.hpp - the options that create and run share. See request.cpp.
#pragma once

#include "cli/command.hpp"
#include "container.hpp"
#include "verbs.hpp"

namespace bell {

class RequestOptions {
public:
    void add_to(cli::Command& command);
    /// Reads the bundle and its config (from stdin with --config -, which is then saved as the bundle's).
    [[nodiscard]] Request request(const cli::Command& command, const Globals& globals) const;

private:
    std::string id_, bundle_ = ".", config_, pid_file_, console_socket_, pidfd_socket_, preserve_fds_ = "0";
    bool no_pivot_ = false, no_new_keyring_ = false;
};

}  // namespace bell
