// chain_drop.cpp - the process as priv-drop's options. See chain.hpp.
#include <fcntl.h>

#include <algorithm>

#include "base/capability_names.hpp"
#include "base/text.hpp"
#include "base/toolkit.hpp"
#include "chain.hpp"
#include "concepts/capabilities.hpp"
#include "concepts/user.hpp"
#include "sys/file.hpp"

namespace bell::chain {
namespace {

std::string lower(std::string word) {
    for (char& letter : word) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return word;
}

// "kill,net_raw"
std::string set_words(std::uint64_t set) {
    std::vector<std::string> words;
    for (const std::string& name : capabilities::names(set)) words.push_back(lower(name.substr(4)));
    return words.empty() ? "none" : text::join(words, ",");
}

// What the caller doesn't have is left out, as the runtime does; in a user namespace all are there.
capabilities::Sets granted(const Situation& here) {
    const auto wanted = capabilities::from(here.process.capabilities.value_or(oci::Capabilities{}));
    return here.new_user ? wanted : capabilities::grantable(wanted);
}

void add_capabilities(Link& link, const Situation& here) {
    const capabilities::Sets sets = granted(here);
    std::vector<std::string> options = {Line{}.add("--caps", set_words(sets.bounding)).text()};
    const auto own = [&](std::string_view option, std::uint64_t set, std::uint64_t already) {
        if (set != already) options.push_back(Line{}.add(option, set_words(set)).text());
    };
    // --ambient means permitted and inheritable as well, unless these are given.
    const bool ambient = sets.ambient != 0;
    if (ambient || sets.permitted != sets.bounding) own("--permitted", sets.permitted, ~std::uint64_t{0});
    own("--effective", sets.effective, sets.bounding);
    if (ambient || sets.inheritable != 0) own("--inheritable", sets.inheritable, ~std::uint64_t{0});
    own("--ambient", sets.ambient, 0);
    add_wrapped(link, options);
}

void add_user(Link& link, const oci::User& user) {
    std::vector<std::string> groups;
    for (const std::uint32_t gid : user.additionalGids) groups.push_back(text::cat(gid));
    Line line;
    line.add("--user", text::cat(user.uid, ":", user.gid));
    line.add("--groups", groups.empty() ? "none" : text::join(groups, ","));
    if (user.umask) line.add("--umask", octal(*user.umask));
    link.lines.push_back(line.text());
}

std::string limit_word(std::uint64_t value) { return value == ~std::uint64_t{0} ? "unlimited" : text::cat(value); }

void add_limits(Link& link, const oci::Process& process) {
    std::vector<std::string> options;
    if (process.noNewPrivileges.value_or(false)) options.emplace_back("--no-new-privs");
    for (const oci::Rlimit& each : process.rlimits) {
        const std::string name = lower(each.type.substr(each.type.starts_with("RLIMIT_") ? 7 : 0));
        const std::string hard = each.hard == each.soft ? "" : ":" + limit_word(each.hard);
        options.push_back(Line{}.add("--rlimit", text::cat(name, "=", limit_word(each.soft), hard)).text());
    }
    if (process.oomScoreAdj) options.push_back(Line{}.add("--oom-score-adj", text::cat(*process.oomScoreAdj)).text());
    add_wrapped(link, options);
}

// "fifo:10", "deadline:runtime=1,period=2"
void add_scheduler(std::vector<std::string>& options, const oci::Scheduler& scheduler) {
    std::string words = lower(scheduler.policy.substr(scheduler.policy.starts_with("SCHED_") ? 6 : 0));
    if (scheduler.priority) words += text::cat(":", *scheduler.priority);
    std::vector<std::string> times;
    if (scheduler.runtime) times.push_back(text::cat("runtime=", *scheduler.runtime));
    if (scheduler.deadline) times.push_back(text::cat("deadline=", *scheduler.deadline));
    if (scheduler.period) times.push_back(text::cat("period=", *scheduler.period));
    if (!times.empty()) words += ":" + text::join(times, ",");
    for (const std::string& flag : scheduler.flags)
        words += ":" + lower(flag.substr(flag.starts_with("SCHED_FLAG_") ? 11 : 0));
    options.push_back(Line{}.add("--scheduler", words).text());
    if (scheduler.nice) options.push_back(Line{}.add("--nice", text::cat(*scheduler.nice)).text());
}

void add_preferences(Link& link, const Situation& here) {
    std::vector<std::string> options;
    if (here.process.scheduler) add_scheduler(options, *here.process.scheduler);
    if (const auto& io = here.process.ioPriority) {
        const std::string name =
            lower(io->ioPriorityClass.substr(io->ioPriorityClass.starts_with("IOPRIO_CLASS_") ? 13 : 0));
        options.push_back(Line{}.add("--ioprio", text::cat(name, ":", io->priority)).text());
    }
    if (const auto& policy = here.linux_part.memoryPolicy) {
        const std::string nodes = policy->nodes.value_or("");
        const std::string mode = lower(policy->mode.substr(policy->mode.starts_with("MPOL_") ? 5 : 0));
        std::string words = policy->flags.empty() && nodes.empty() ? mode : text::cat(mode, ":", nodes);
        for (const std::string& flag : policy->flags)
            words += ":" + lower(flag.substr(flag.starts_with("MPOL_F_") ? 7 : 0));
        options.push_back(Line{}.add("--memory-policy", words).text());
    }
    if (const auto& personality = here.linux_part.personality) {
        const std::string flags = text::join(personality->flags, ",");
        options.push_back(
            Line{}
                .add("--personality", flags.empty() ? personality->domain : text::cat(personality->domain, ":", flags))
                .text());
    }
    if (here.process.apparmorProfile && !here.process.apparmorProfile->empty())
        options.push_back(Line{}.add("--apparmor", *here.process.apparmorProfile).text());
    if (here.process.selinuxLabel && !here.process.selinuxLabel->empty())
        options.push_back(Line{}.add("--selinux", *here.process.selinuxLabel).text());
    add_wrapped(link, options);
}

// HOME is the one variable a runtime adds: from the rootfs's passwd.
void add_environment(Link& link, const oci::Process& process, const std::string& rootfs) {
    link.lines.push_back(Line{}.add("--cwd", process.cwd).add("--clear-env").text());
    std::vector<std::string> options;
    for (const std::string& each : process.env) options.push_back(Line{}.add("--env", each).text());
    const bool has_home =
        std::any_of(process.env.begin(), process.env.end(), [](const auto& each) { return each.starts_with("HOME="); });
    if (!has_home) {
        // A config may be looked at before there is a rootfs.
        const auto root = sys::open_if_there(AT_FDCWD, rootfs, O_PATH | O_DIRECTORY);
        options.push_back(
            Line{}.add("--env", text::cat("HOME=", user::home_of(process.user.uid, root ? root->get() : -1))).text());
    }
    add_wrapped(link, options);
}

}  // namespace

Link drop(const Situation& here, const std::string& rootfs, std::vector<Missing>& missing) {
    Link link{"priv-drop", {}};
    const oci::Process& process = here.process;
    add_user(link, process.user);
    add_capabilities(link, here);
    add_limits(link, process);
    add_preferences(link, here);
    if (here.linux_part.seccomp) {
        link.lines.emplace_back("--seccomp \"$filter\"");
        if (here.linux_part.seccomp->listenerPath)
            missing.push_back({"/linux/seccomp/listenerPath", "priv-drop gives the listener to nobody"});
    }
    add_environment(link, process, rootfs);
    if (!process.args.empty() && toolkit::contains(process.args[0]))
        missing.push_back(
            {"/process/args", text::cat("behind '--' ", process.args[0], " would be the host's, not the image's")});
    return link;
}

}  // namespace bell::chain
