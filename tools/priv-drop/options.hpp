// options.hpp - priv-drop's options, as words, and what they come to: options.cpp reads and does, describe.cpp writes,
// live.cpp changes a process that runs. Capabilities: capability_options.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capability_options.hpp"
#include "cli/command.hpp"
#include "cli/target.hpp"
#include "oci/config.hpp"
#include "steps/drop.hpp"
#include "sys/program.hpp"

namespace bell {

/// Adds a limit; a later one takes the place of an earlier one of the same type.
void put(std::vector<oci::Rlimit>& limits, const oci::Rlimit& limit);

class DropOptions {
public:
    void add_to(cli::Command& command);
    void act(sys::Program& program, cli::Command& command);               ///< do mode
    void describe(oci::Config& config, const std::string& bundle) const;  ///< describe mode
    void change(const cli::Target& target) const;                         ///< live mode

private:
    void add_preferences(cli::Command& command);
    void add_environment(cli::Command& command);
    void refuse_own_affairs() const;
    void describe(oci::Linux& linux, const oci::Process& process) const;
    [[nodiscard]] std::optional<oci::User> user(const oci::User& now, int root) const;
    [[nodiscard]] std::vector<std::string> environment(std::vector<std::string> variables) const;
    [[nodiscard]] oci::Seccomp profile(const std::vector<std::string>& capabilities) const;
    [[nodiscard]] steps::Drop drop() const;

    CapabilityOptions capabilities_;
    std::optional<std::string> user_, groups_, umask_;
    bool no_new_privileges_ = false;
    bool new_privileges_ = false;
    std::vector<oci::Rlimit> rlimits_;
    std::optional<std::string> seccomp_;
    std::optional<std::int64_t> oom_score_adj_;
    std::optional<std::string> directory_;
    bool clear_environment_ = false;
    std::vector<std::string> environment_;  ///< "NAME=VALUE", or "-NAME"
    std::optional<oci::Scheduler> scheduler_;
    std::optional<std::int32_t> nice_;
    std::optional<oci::IoPriority> io_priority_;
    std::optional<std::string> cpus_;
    std::optional<oci::Personality> personality_;
    std::optional<oci::MemoryPolicy> memory_policy_;
    std::optional<std::string> apparmor_, selinux_;
};

}  // namespace bell
