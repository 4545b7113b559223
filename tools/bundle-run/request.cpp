// request.cpp - see request.hpp.
#include "request.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "config_source.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

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
    out.bundle = absolute_bundle(bundle_);
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
    if (narrate::on()) narrate::title(text::cat(out.id, ": ", file == "-" ? bundle_ + "/config.json" : file));
    return out;
}

}  // namespace bell
