// budget.hpp - cgroup-setter's options as words; what they come to is the specification's resources. See budget.cpp.
#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"
#include "oci/config.hpp"

namespace bell {

class Budget {
public:
    void add_to(cli::Command& command);

    oci::Resources resources;
    std::optional<std::string> name;  ///< the group's path
    std::optional<bool> freeze;       ///< live: stop or go on

    /// Puts what was asked for over what is there.
    void merge_into(oci::Resources& there) const;
    [[nodiscard]] bool empty() const { return resources == oci::Resources{}; }

private:
    void add_memory(cli::Command& command);
    void add_cpu(cli::Command& command);
    void add_io(cli::Command& command);
    void add_devices(cli::Command& command);
    void add_others(cli::Command& command);
    oci::Memory& memory() { return resources.memory ? *resources.memory : resources.memory.emplace(); }
    oci::Cpu& cpu() { return resources.cpu ? *resources.cpu : resources.cpu.emplace(); }
    oci::Network& network() { return resources.network ? *resources.network : resources.network.emplace(); }
    oci::BlockIo& io() { return resources.blockIO ? *resources.blockIO : resources.blockIO.emplace(); }
};

}  // namespace bell
