// options.cpp - see options.hpp.
#include "options.hpp"

#include <unistd.h>

#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "concepts/sysctl.hpp"
#include "oci/document.hpp"

namespace bell {
namespace {

std::pair<std::string, std::string> key_and_value(std::string_view option, const std::string& words) {
    const std::size_t equals = words.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error::bad(text::cat(option, " ", text::printable(words), ": must be NAME=VALUE"));
    return {words.substr(0, equals), words.substr(equals + 1)};
}

// "3600", "-1.5": seconds, as the specification's pair of seconds and nanoseconds.
oci::TimeOffset offset(std::string_view option, const std::string& words) {
    const std::vector<std::string> part = text::split(words, '.');
    const auto seconds = text::number<std::int64_t>(part[0]);
    std::string fraction = part.size() > 1 ? part[1] : "0";
    fraction.resize(9, '0');
    const auto nanoseconds = text::number<std::uint32_t>(fraction);
    if (!seconds || !nanoseconds || part.size() > 2)
        throw Error::bad(text::cat(option, " ", text::printable(words), ": must be seconds, as in 3600 or -60"));
    // The kernel's nanoseconds only ever add: -1.5 is -2 seconds and half a second.
    if (words.starts_with('-') && *nanoseconds > 0) return {*seconds - 1, 1'000'000'000 - *nanoseconds};
    return {*seconds, *nanoseconds};
}

}  // namespace

void NamespaceOptions::add_to(cli::Command& command) {
    command.each(
        "-n,--new",
        [this](const std::string& list) {
            for (const namespaces::Kind* kind : namespaces::parse_list(list))
                namespaces::add(linux_.namespaces, {std::string(kind->type), {}});
        },
        "LIST", "namespaces to make");
    add_joining(command);
    command.text("--hostname", hostname_, "NAME", "the host name inside (uts)");
    command.text("--domainname", domainname_, "NAME", "the NIS domain name inside (uts)", cli::Help::all);
    add_maps(command);
    command.each(
        "--sysctl",
        [this](const std::string& words) {
            const auto [key, value] = key_and_value("--sysctl", words);
            linux_.sysctl[key] = value;
        },
        "KEY=VALUE", "a kernel setting of these namespaces", cli::Help::all);
    for (const char* clock : {"monotonic", "boottime"})
        command.each(
            text::cat("--", clock),
            [this, clock](const std::string& words) {
                linux_.timeOffsets[clock] = offset(text::cat("--", clock), words);
                namespaces::add(linux_.namespaces, {"time", {}});
            },
            "SECONDS", text::cat("shift this clock in a new time namespace"), cli::Help::all);
    command.text("--propagation", linux_.rootfsPropagation, "private|slave|shared|unchanged",
                 "of mounts in a new mount namespace; with r in front of all below, too (rprivate)", cli::Help::all);
    command.flag("--lo", loopback_, "with network: bring its one interface up (bundle-run always does)",
                 cli::Help::all);
    command.each(
        "--keep",
        [this](const std::string& words) {
            const auto [type, file] = key_and_value("--keep", words);
            keeps_.emplace_back(&namespaces::kind(type), file);
        },
        "TYPE=FILE", "keep a new namespace alive under a name", cli::Help::all);
    command.each(
        "--share", [this](const std::string& list) { shared_ = namespaces::parse_list(list); }, "LIST",
        "describe: take these out of config.json", cli::Help::all);
    command.flag("--no-fork", no_fork_, "with pid: this process stays outside, its children are inside",
                 cli::Help::all);
    command.flag("--outlive", outlive_parent_, "the program lives on when ns-enter is killed", cli::Help::all);
}

void NamespaceOptions::add_joining(cli::Command& command) {
    command.target(target_, "a running process: its pid, or '-' for a state on stdin");
    command.each(
        "-j,--join", [this](const std::string& list) { join(list); }, "LIST",
        "which of its namespaces (default: all); or TYPE=FILE");
    command.flag("--root", enter_root_, "with --target: enter its root directory too", cli::Help::all);
    command.flag("--wd", enter_directory_, "with --target: enter its working directory too", cli::Help::all);
    command.flag("--preserve-credentials", preserve_credentials_, "don't become root of a joined user namespace",
                 cli::Help::all);
}

void NamespaceOptions::add_maps(cli::Command& command) {
    command.flag("--map-auto", map_auto_, "root inside is you, and the ids of /etc/subuid are there");
    command.flag("--map-current", map_current_, "your own id inside as outside (default: root inside is you)",
                 cli::Help::all);
    command.flag("--map-none", map_none_, "no map: everybody is nobody", cli::Help::all);
    command.each(
        "--uid-map",
        [this](const std::string& words) { linux_.uidMappings.push_back(idmap::parse("--uid-map", words)); },
        "IN:OUT:COUNT", "a range of user ids", cli::Help::all);
    command.each(
        "--gid-map",
        [this](const std::string& words) { linux_.gidMappings.push_back(idmap::parse("--gid-map", words)); },
        "IN:OUT:COUNT", "a range of group ids", cli::Help::all);
    command.text("--setgroups", setgroups_, "allow|deny", "whether groups may be changed inside", cli::Help::all);
}

// "mount,pid" of the target, or "net=/run/netns/blue".
void NamespaceOptions::join(const std::string& list) {
    if (list.find('=') != std::string::npos) {
        const auto [type, file] = key_and_value("--join", list);
        namespaces::add(linux_.namespaces, {std::string(namespaces::kind(type).type), file});
        return;
    }
    for (const namespaces::Kind* kind : namespaces::parse_list(list)) joined_flags_ |= kind->flag;
}

// The maps that are meant when a user namespace is made: root inside is who calls, unless told otherwise.
oci::Linux NamespaceOptions::mapped() const {
    oci::Linux out = linux_;
    const oci::Namespace* user = namespaces::find(out.namespaces, "user");
    const bool new_user = user && !user->path;
    const bool given = !out.uidMappings.empty() || !out.gidMappings.empty();
    if ((map_auto_ || map_current_ || given) && !new_user)
        throw Error::bad("ids can only be mapped in a new user namespace", "add 'user' to --new");
    if (given || !new_user || map_none_) return out;
    const idmap::Maps maps = map_auto_      ? idmap::own_id_and_ranges()
                             : map_current_ ? idmap::own_id(geteuid(), getegid())
                                            : idmap::own_id(0, 0);
    out.uidMappings = maps.uids;
    out.gidMappings = maps.gids;
    return out;
}

Wish NamespaceOptions::wish() const {
    if (!shared_.empty())
        throw Error::bad("--share has no meaning with '-- PROGRAM'", "leave out of --new what is to be shared");
    Wish wish;
    wish.linux = mapped();
    wish.hostname = hostname_;
    wish.domainname = domainname_;
    if (setgroups_) {
        if (*setgroups_ != "allow" && *setgroups_ != "deny")
            throw Error::bad(text::cat("--setgroups ", text::printable(*setgroups_), ": must be allow or deny"));
        wish.setgroups = *setgroups_ == "allow";
    }
    if (!target_.empty()) wish.target = cli::open_target(target_);
    if (target_.empty() && joined_flags_ != 0)
        throw Error::bad("--join TYPE needs --target PID", "or a file: --join net=/run/netns/NAME");
    if (wish.linux.namespaces.empty() && !wish.target)
        throw Error::bad("which namespaces?", "--new LIST makes new ones, --target PID joins a process's");
    wish.joined_flags = joined_flags_;
    wish.enter_root = enter_root_;
    wish.enter_directory = enter_directory_;
    wish.preserve_credentials = preserve_credentials_;
    wish.keeps = keeps_;
    const oci::Namespace* network = namespaces::find(wish.linux.namespaces, "network");
    if (loopback_ && (!network || network->path))
        throw Error::bad("--lo: there is no new network namespace", "add 'network' to --new");
    wish.loopback = loopback_;
    wish.no_fork = no_fork_;
    wish.outlive_parent = outlive_parent_;
    return wish;
}

void NamespaceOptions::describe(oci::Config& config) const {
    const oci::Linux wanted = mapped();
    oci::Linux& linux = config.linux_ ? *config.linux_ : config.linux_.emplace();
    for (const oci::Namespace& each : wanted.namespaces) namespaces::add(linux.namespaces, each);
    for (const namespaces::Kind* kind : shared_)
        std::erase_if(linux.namespaces, [&](const oci::Namespace& each) { return each.type == kind->type; });
    if (!wanted.uidMappings.empty()) linux.uidMappings = wanted.uidMappings;
    if (!wanted.gidMappings.empty()) linux.gidMappings = wanted.gidMappings;
    if (!namespaces::find(linux.namespaces, "user")) {
        linux.uidMappings.clear();
        linux.gidMappings.clear();
    }
    if (wanted.rootfsPropagation && wanted.rootfsPropagation != "unchanged")
        linux.rootfsPropagation = wanted.rootfsPropagation;
    for (const auto& [key, value] : wanted.sysctl) linux.sysctl[key] = value;
    for (const auto& [clock, value] : wanted.timeOffsets) linux.timeOffsets[clock] = value;
    if (hostname_) config.hostname = hostname_;
    if (domainname_) config.domainname = domainname_;
    namespaces::validate(linux.namespaces);
    sysctl::validate(linux.sysctl, linux.namespaces);
    config.ociVersion = std::max(config.ociVersion, oci::lowest_version(config));
}

}  // namespace bell
