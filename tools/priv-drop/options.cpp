// options.cpp - see options.hpp.
#include "options.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "concepts/rlimits.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/user.hpp"
#include "oci/seccomp_profile.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/mount.hpp"

namespace bell {
namespace {

using capabilities::Sets;

oci::ProfileHost profile_host(std::vector<std::string> capabilities) {
    utsname names{};
    if (uname(&names) < 0) throw Error::os("uname", "", errno);
    return {names.machine, names.release, std::move(capabilities)};
}

// "static-nodes" -> "MPOL_F_STATIC_NODES"
std::string policy_word(std::string word, const std::string& prefix) {
    for (char& letter : word) letter = letter == '-' ? '_' : static_cast<char>(std::toupper(letter));
    return word.starts_with(prefix) ? word : prefix + word;
}

// "bind:0-1:static-nodes" -> MPOL_BIND on nodes 0 and 1, MPOL_F_STATIC_NODES.
oci::MemoryPolicy memory_policy(const std::string& words) {
    const std::vector<std::string> part = text::split(words, ':');
    oci::MemoryPolicy policy{policy_word(part[0], "MPOL_"), {}, {}};
    if (part.size() > 1 && !part[1].empty()) policy.nodes = part[1];
    for (std::size_t i = 2; i < part.size(); ++i) policy.flags.push_back(policy_word(part[i], "MPOL_F_"));
    scheduling::validate(policy);
    return policy;
}

oci::User present_user() { return {getuid(), getgid(), {}, sys::groups(), {}}; }

// A typed capability that this process doesn't have is a mistake, not a wish.
void refuse_missing(const Sets& wanted, const Sets& held) {
    const std::uint64_t missing = (wanted.permitted & ~held.permitted) | (wanted.bounding & ~held.bounding);
    if (missing != 0)
        throw Error::bad(text::cat("this process doesn't have ", text::join(capabilities::names(missing), " ")),
                         "a capability can be kept or dropped, never gained; 'proc-peek' shows what is there");
}

}  // namespace

void put(std::vector<oci::Rlimit>& limits, const oci::Rlimit& limit) {
    const auto same =
        std::find_if(limits.begin(), limits.end(), [&](const auto& each) { return each.type == limit.type; });
    if (same == limits.end())
        limits.push_back(limit);
    else
        *same = limit;
}

void DropOptions::add_to(cli::Command& command) {
    command.text("-u,--user", user_, "USER[:GROUP]", "become this user: names or numbers");
    command.text("--groups", groups_, "LIST", "supplementary groups: names or numbers, or none");
    command.text("--umask", umask_, "MODE", "which permissions new files don't get", cli::Help::all);
    capabilities_.add_to(command);
    command.flag("--no-new-privs", no_new_privileges_, "exec gives nothing back, by setuid or otherwise");
    command.flag("--allow-new-privs", new_privileges_, "describe: it may", cli::Help::all);
    command.each(
        "-r,--rlimit", [this](const std::string& words) { put(rlimits_, rlimits::parse(words)); }, "NAME=SOFT[:HARD]",
        "nofile=64, core=unlimited, ...");
    command.text("-s,--seccomp", seccomp_, "FILE",
                 "a filter of system calls, as in linux.seccomp or docker's profile; '{...}': the JSON itself "
                 "(describe: or none)");
    add_environment(command);
    add_preferences(command);
}

void DropOptions::add_environment(cli::Command& command) {
    command.text("--cwd", directory_, "DIR", "start in this directory");
    command.each(
        "-e,--env",
        [this](const std::string& words) {
            const bool removal = words.starts_with('-') && words.find('=') == std::string::npos && words.size() > 1;
            if (!removal && (words.find('=') == std::string::npos || words.starts_with('=')))
                throw Error::bad(text::cat("--env ", text::printable(words), ": must be NAME=VALUE, or -NAME"));
            environment_.push_back(words);
        },
        "NAME=VALUE", "set a variable of the environment; -NAME takes it away");
    command.flag("--clear-env", clear_environment_, "begin with an empty environment");
}

void DropOptions::add_preferences(cli::Command& command) {
    const auto all = cli::Help::all;
    command.each(
        "--oom-score-adj",
        [this](const std::string& words) { oom_score_adj_ = cli::integer("--oom-score-adj", words, -1000, 1000); },
        "NUMBER", "-1000 to 1000: who is killed first when memory runs out", all);
    command.each(
        "--nice",
        [this](const std::string& words) { nice_ = static_cast<std::int32_t>(cli::integer("--nice", words, -20, 19)); },
        "NUMBER", "-20 to 19: leave the CPU to others", all);
    command.each(
        "--scheduler", [this](const std::string& words) { scheduler_ = scheduling::parse_scheduler(words); }, "POLICY",
        "other, batch, idle, fifo:1-99, rr:1-99, deadline:runtime=NS,period=NS; :reset_on_fork", all);
    command.each(
        "--ioprio", [this](const std::string& words) { io_priority_ = scheduling::parse_io_priority(words); },
        "rt|be|idle[:0-7]", "the queue of the disk", all);
    command.each(
        "--cpus",
        [this](const std::string& words) {
            (void)scheduling::parse_cpus(words);
            cpus_ = words;
        },
        "LIST", "run on these CPUs only: 0-3,7", all);
    command.each(
        "--memory-policy", [this](const std::string& words) { memory_policy_ = memory_policy(words); },
        "MODE[:NODES[:FLAG]]", "where its memory comes from: bind:0, interleave:0-1", all);
    command.each(
        "--personality", [this](const std::string& words) { personality_ = scheduling::parse_personality(words); },
        "DOMAIN[:FLAGS]", "LINUX or LINUX32; flags as in personality(2)", all);
    command.text("--apparmor", apparmor_, "PROFILE", "the AppArmor profile it runs under", all);
    command.text("--selinux", selinux_, "LABEL", "the SELinux context it runs in", all);
}

// `now` with what the options say; nothing if they say nothing.
std::optional<oci::User> DropOptions::user(const oci::User& now, int root) const {
    if (!user_ && !groups_ && !umask_) return std::nullopt;
    oci::User user = now;
    if (user_) {
        user = user::resolve(*user_, root);
        user.umask = now.umask;
    }
    if (groups_) user.additionalGids = user::resolve_groups(*groups_, root);
    if (umask_) user.umask = cli::mode("--umask", *umask_);
    return user;
}

std::vector<std::string> DropOptions::environment(std::vector<std::string> variables) const {
    if (clear_environment_) variables.clear();
    for (const std::string& words : environment_) {
        const bool removal = words.starts_with('-') && words.find('=') == std::string::npos;
        const std::string start = removal ? words.substr(1) + "=" : words.substr(0, words.find('=') + 1);
        std::erase_if(variables, [&](const std::string& each) { return each.starts_with(start); });
        if (!removal) variables.push_back(words);
    }
    return variables;
}

oci::Seccomp DropOptions::profile(const std::vector<std::string>& capabilities) const {
    // Once the root has changed no file of the host's is there: then the profile itself is the word.
    const bool is_json = seccomp_->starts_with('{');
    return oci::parse_seccomp_profile(is_json ? *seccomp_ : sys::read_file(*seccomp_),
                                      is_json ? "--seccomp" : *seccomp_, profile_host(capabilities));
}

// All that is the same in both modes.
steps::Drop DropOptions::drop() const {
    steps::Drop drop;
    drop.no_new_privileges = no_new_privileges_;
    drop.rlimits = rlimits_;
    drop.oom_score_adj = oom_score_adj_;
    drop.scheduler = scheduler_;
    if (nice_) {
        if (!drop.scheduler) drop.scheduler = oci::Scheduler{"SCHED_OTHER", {}, {}, {}, {}, {}, {}};
        drop.scheduler->nice = nice_;
    }
    drop.io_priority = io_priority_;
    drop.cpus = cpus_;
    drop.personality = personality_;
    drop.memory_policy = memory_policy_;
    drop.apparmor_profile = apparmor_;
    drop.selinux_label = selinux_;
    return drop;
}

void DropOptions::act(sys::Program& program, cli::Command& command) {
    if (new_privileges_)
        throw Error::bad("--allow-new-privs has no meaning with '-- PROGRAM'", "no_new_privs can't be taken back");
    const Sets held = capabilities::of_this_process();
    auto drop = std::make_shared<steps::Drop>(this->drop());
    const Fd root = sys::open("/", O_PATH | O_DIRECTORY);
    drop->user = user(present_user(), root.get());
    Sets sets = held;
    if (capabilities_.given()) {
        sets = capabilities_.sets(
            held, {held.bounding, held.permitted, held.permitted, held.permitted, held.permitted & held.bounding});
        refuse_missing(sets, held);
        drop->capabilities = capabilities::names(sets);
    }
    if (seccomp_ && *seccomp_ != "none") drop->seccomp = profile(capabilities::names(sets.bounding));
    drop->prepare();
    std::optional<sys::Procfs> proc;
    if (drop->needs_proc()) {
        const narrate::Section why("priv-drop", "a /proc that nobody else sees, to write to", "proc(5)");
        proc = sys::Procfs::open_best();
    }
    if (directory_) sys::change_directory(*directory_);
    drop->apply(proc ? &*proc : nullptr);
    // SCMP_ACT_NOTIFY has nobody to ask here: such calls fail with ENOSYS.
    program.before_exec([drop] { drop->finish(); });
    if (clear_environment_ || !environment_.empty()) {
        std::vector<std::string> variables;
        for (char** each = environ; *each; ++each) variables.emplace_back(*each);
        command.environment = environment(std::move(variables));
    }
}

}  // namespace bell
