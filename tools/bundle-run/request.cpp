// request.cpp - see request.hpp.
#include "request.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "systemd.hpp"

namespace bell {
namespace {

std::string absolute(const std::string& path) {
    const Fd opened = [&] {
        try {
            return sys::open(path, O_PATH | O_DIRECTORY);
        } catch (const Error& error) {
            throw error.in("bundle").advise("--bundle DIR names it; 'layer-unpack IMAGE DIR' makes one");
        }
    }();
    return sys::read_link(opened.path());
}

std::string read_config(const std::string& bundle, const std::string& file) {
    (void)absolute(bundle);  // a bundle that isn't there is told as that
    try {
        return sys::read_file(file);
    } catch (const Error& error) {
        if (error.code() != ENOENT) throw;
        throw error.advise("'bundle-run spec --bundle DIR' writes one; '--config -' takes one from a pipe");
    }
}

// The pipe is used up: the program gets an empty stdin instead of its end.
void replace_stdin() {
    const Fd null = sys::open("/dev/null", O_RDONLY);
    if (::dup2(null.get(), STDIN_FILENO) < 0) throw Error::os("dup2", "stdin", errno);
}

}  // namespace

void RequestOptions::add_to(cli::Command& command) {
    command.positional("ID", id_, true);
    command.text("-b,--bundle", bundle_, "DIR", "the bundle (default: the working directory)");
    command.text("-f,--config", config_, "FILE|-",
                 "its config instead of DIR/config.json; '-': from a pipe, and save it there");
    command.text("--pid-file", pid_file_, "FILE", "write the pid of its first process there");
    command.text("--console-socket", console_socket_, "PATH", "hand the terminal to this socket");
    command.text("--preserve-fds", preserve_fds_, "N", "the program inherits descriptors 3 to 2+N", cli::Help::all);
    command.flag("--no-pivot", no_pivot_, "move the root mount instead (in an initramfs)", cli::Help::all);
    command.flag("--no-new-keyring", no_new_keyring_, "keep the session keyring", cli::Help::all);
}

Request RequestOptions::request(const cli::Command& command, const Globals& globals) const {
    Request out;
    out.id = id_;
    validate_id(id_);
    const bool piped = config_ == "-";
    const std::string file = config_.empty() ? bundle_ + "/config.json" : config_;
    out.config_json = piped ? cli::read_document_from_stdin("a config.json") : read_config(bundle_, file);
    // Only now: the left side of the pipe may have made the bundle meanwhile.
    out.bundle = absolute(bundle_);
    const oci::Document document = oci::Document::parse(out.config_json, piped ? "stdin" : file);
    out.config = document.config();
    if (piped) {
        sys::replace_file(out.bundle + "/config.json", out.config_json, 0644, false);
        // A terminal of one's own needs somebody who types.
        if (::isatty(STDOUT_FILENO) == 0 && out.config.process) out.config.process->terminal = false;
        replace_stdin();
    }
    if (command.program() && out.config.process) out.config.process->args = *command.program();
    out.pid_file = pid_file_;
    out.console_socket = console_socket_;
    out.preserve_fds = static_cast<unsigned>(cli::integer("--preserve-fds", preserve_fds_, 0, 1'000'000));
    out.no_pivot = no_pivot_;
    out.strict = globals.strict;
    out.by_systemd = globals.cgroup_manager == "systemd";
    out.systemd_helper = globals.systemd_helper.empty() ? Systemd::find_helper() : globals.systemd_helper;
    if (narrate::on()) narrate::title(text::cat(out.id, ": ", file == "-" ? bundle_ + "/config.json" : file));
    return out;
}

}  // namespace bell
