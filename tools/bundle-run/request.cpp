// request.cpp - see request.hpp.
#include "request.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "concepts/mounts.hpp"
#include "config_source.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "systemd.hpp"
#include "validate.hpp"

namespace bell {
namespace {

// The pipe is used up: the program gets an empty stdin instead of its end.
void replace_stdin() {
    const Fd null = sys::open("/dev/null", O_RDONLY);
    if (::dup2(null.get(), STDIN_FILENO) < 0) throw Error::os("dup2", "stdin", errno);
}

// sd_listen_fds(3): sockets that systemd, or somebody like it, has opened for us, from descriptor 3 on.
unsigned listening_sockets() {
    const char* count = std::getenv("LISTEN_FDS");
    const char* receiver = std::getenv("LISTEN_PID");
    if (!count || !receiver || text::number<pid_t>(receiver) != getpid()) return 0;
    return text::number<unsigned>(count).value_or(0);
}

// They are the program's, which is process 1 where it is.
void announce_sockets(oci::Config& config, unsigned count) {
    if (!config.process) return;
    config.process->env.push_back(text::cat("LISTEN_FDS=", count));
    config.process->env.emplace_back("LISTEN_PID=1");
}

// Before any is opened by us: one that isn't there would become a file of ours.
void must_be_open(unsigned count) {
    for (int fd = 3; fd < 3 + static_cast<int>(count); ++fd)
        if (::fcntl(fd, F_GETFD) < 0)
            throw Error::bad(text::cat("unable to stat preserved-fd ", fd - 3, " (of ", count, "): it isn't open"),
                             "--preserve-fds N hands on descriptors 3 to 2+N");
}

// config.md#mounts: relative to the bundle. Left as they are they would be looked up where init stands, in the rootfs,
// and a symlink of the image would lead to the host's files.
void resolve_sources(std::vector<oci::Mount>& mounts, const std::string& bundle) {
    for (oci::Mount& mount : mounts)
        if (mounts::is_bind(mount) && mount.source && !mount.source->empty() && !mount.source->starts_with('/'))
            mount.source = text::cat(bundle, "/", *mount.source);
}

// A bundle of a store that was moved, or copied, has its own upper directory, and not the one it came from.
void keep_changes_in(std::vector<oci::Mount>& mounts, const std::string& bundle) {
    if (!mounts::overlay_root(mounts)) return;
    for (std::string& option : mounts.front().options)
        for (const std::string_view own : {"/rootfs.upper", "/rootfs.work"}) {
            const std::size_t equals = option.find('=');
            const bool is_that =
                option.ends_with(own) && (option.starts_with("upperdir=") || option.starts_with("workdir="));
            if (is_that && sys::exists(text::cat(bundle, own)))
                option = text::cat(option.substr(0, equals + 1), bundle, own);
        }
}

// As runc does it: a destination that begins with the rootfs's own path is meant from there.
void strip_rootfs(oci::Config& config, const std::string& bundle) {
    if (!config.root || config.root->path.empty()) return;
    const std::string& path = config.root->path;
    const std::string prefix = text::clean_path(path.starts_with('/') ? path : text::cat(bundle, "/", path)) + "/";
    for (oci::Mount& mount : config.mounts)
        if (mount.destination.starts_with(prefix)) mount.destination.erase(0, prefix.size() - 1);
}

}  // namespace

void RequestOptions::add_to(cli::Command& command) {
    command.positional("ID", id_, true);
    command.text("-b,--bundle", bundle_, "DIR", "the bundle (default: the working directory)");
    command.text("-f,--config", config_, "FILE|-",
                 "its config instead of DIR/config.json; '-': from a pipe, and save it there");
    command.text("--pid-file", pid_file_, "FILE", "write the pid of its first process there");
    command.text("--console-socket", console_socket_, "PATH", "hand the terminal to this socket");
    command.text("--pidfd-socket", pidfd_socket_, "PATH", "hand a pidfd of its first process to this socket",
                 cli::Help::all);
    command.text("--preserve-fds", preserve_fds_, "N", "the program inherits descriptors 3 to 2+N", cli::Help::all);
    command.flag("--no-pivot", no_pivot_, "move the root mount instead (in an initramfs)", cli::Help::all);
    command.flag("--no-new-keyring", no_new_keyring_, "keep the session keyring", cli::Help::all);
}

Request RequestOptions::request(const cli::Command& command, const Globals& globals) const {
    Request out;
    out.id = id_;
    validate_id(id_);
    const unsigned sockets = listening_sockets();
    const unsigned preserved =
        sockets + static_cast<unsigned>(cli::integer("--preserve-fds", preserve_fds_, 0, 1'000'000));
    must_be_open(preserved);
    const bool piped = config_ == "-";
    const std::string file = config_.empty() ? bundle_ + "/config.json" : config_;
    out.config_json = piped ? cli::read_document_from_stdin("a config.json") : read_config(bundle_, file);
    // Only now: the left side of a pipe may have made the bundle meanwhile.
    out.bundle = absolute_bundle(bundle_);
    const oci::Document document = oci::Document::parse(out.config_json, piped ? "stdin" : file);
    out.config = document.config();
    resolve_sources(out.config.mounts, out.bundle);
    strip_rootfs(out.config, out.bundle);
    keep_changes_in(out.config.mounts, out.bundle);
    if (command.program() && out.config.process) out.config.process->args = *command.program();
    if (piped) {
        // One that is refused doesn't take the place of one that was good.
        validate(out.config);
        if (!narrate::dry_run()) sys::replace_file(out.bundle + "/config.json", out.config_json, 0644, false);
        // A terminal of one's own needs somebody who types.
        if (::isatty(STDOUT_FILENO) == 0 && out.config.process) out.config.process->terminal = false;
        replace_stdin();
    }
    out.pid_file = pid_file_;
    out.console_socket = console_socket_;
    out.pidfd_socket = pidfd_socket_;
    out.preserve_fds = preserved;
    if (sockets > 0) announce_sockets(out.config, sockets);
    out.no_pivot = no_pivot_;
    out.new_keyring = !no_new_keyring_;
    out.strict = globals.strict;
    out.cgroup_disabled = globals.cgroup_manager == "disabled";
    if (globals.rootless != "auto") out.rootless = globals.rootless == "true";
    out.by_systemd = globals.cgroup_manager == "systemd";
    out.systemd_helper = globals.systemd_helper.empty() ? Systemd::find_helper() : globals.systemd_helper;
    if (narrate::on()) narrate::title(text::cat(out.id, ": ", file == "-" ? bundle_ + "/config.json" : file));
    return out;
}

}  // namespace bell
