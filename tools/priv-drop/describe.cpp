// describe.cpp - what the options come to in a config.json. See options.hpp.
#include <fcntl.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/rlimits.hpp"
#include "oci/document.hpp"
#include "options.hpp"
#include "sys/file.hpp"

namespace bell {

using capabilities::Sets;

namespace {

// "1000:1000", "5,6", "none": nothing that must be looked up.
bool has_names(const std::optional<std::string>& words) {
    return words && *words != "none" && words->find_first_not_of("0123456789:,") != std::string::npos;
}

// The rootfs that a config speaks of, for names of users; an empty Fd if it isn't known from here where that is: a
// config on stdin doesn't say which directory it belongs to.
Fd described_root(const oci::Config& config, const std::string& bundle) {
    if (!config.root || (bundle.empty() && !config.root->path.starts_with('/'))) return {};
    const bool absolute = config.root->path.starts_with('/');
    const std::string path = absolute ? config.root->path : text::cat(bundle, "/", config.root->path);
    return sys::open_if_there(AT_FDCWD, path, O_PATH | O_DIRECTORY).value_or(Fd{});
}

}  // namespace

void DropOptions::describe(oci::Config& config, const std::string& bundle) const {
    if (!config.process) config.process.emplace().cwd = "/";
    oci::Process& process = *config.process;
    const steps::Drop wanted = drop();
    const Fd root = described_root(config, bundle);
    if (!root && (has_names(user_) || has_names(groups_)))
        throw Error::bad("names are looked up in the rootfs, and a config on stdin doesn't say where that is",
                         "give numbers, UID:GID, or --bundle DIR");
    if (const auto user = this->user(process.user, root.get())) process.user = *user;
    if (capabilities_.given()) {
        const std::uint64_t all = capabilities::all();
        const Sets now = capabilities::from(process.capabilities.value_or(oci::Capabilities{}));
        process.capabilities = capabilities::names(capabilities_.sets(now, {all, all, all, all, all}));
    }
    if (no_new_privileges_ || new_privileges_) process.noNewPrivileges = no_new_privileges_;
    for (const oci::Rlimit& limit : wanted.rlimits) put(process.rlimits, limit);
    if (oom_score_adj_) process.oomScoreAdj = oom_score_adj_;
    if (wanted.scheduler) process.scheduler = wanted.scheduler;
    if (io_priority_) process.ioPriority = io_priority_;
    if (cpus_) process.execCPUAffinity = oci::CpuAffinity{cpus_, cpus_};
    if (apparmor_) process.apparmorProfile = apparmor_;
    if (selinux_) process.selinuxLabel = selinux_;
    if (directory_) process.cwd = *directory_;
    process.env = environment(std::move(process.env));
    if (!config.linux_ && (personality_ || memory_policy_ || seccomp_)) config.linux_.emplace();
    if (config.linux_) describe(*config.linux_, process);
    rlimits::validate(process.rlimits);
    config.ociVersion = std::max(config.ociVersion, oci::lowest_version(config));
}

void DropOptions::describe(oci::Linux& linux, const oci::Process& process) const {
    if (personality_) linux.personality = personality_;
    if (memory_policy_) linux.memoryPolicy = memory_policy_;
    if (seccomp_ && *seccomp_ == "none") {
        linux.seccomp.reset();
    } else if (seccomp_) {
        const auto bounding = process.capabilities ? process.capabilities->bounding : std::nullopt;
        linux.seccomp = profile(bounding.value_or(std::vector<std::string>{}));
        (void)seccomp::Filter::compile(*linux.seccomp);
    }
}

}  // namespace bell
