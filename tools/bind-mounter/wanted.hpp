// wanted.hpp - bind-mounter's options as words; what they come to is the specification's mounts. See wanted.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "oci/config.hpp"

namespace bell {

struct WantedFiles {
    std::vector<oci::Mount> mounts;
    std::vector<oci::Device> devices;
    std::vector<std::string> masked;
    std::vector<std::string> read_only;
    std::vector<std::string> unmounted;  ///< destinations to take away; describing: out of the config
    std::optional<std::string> propagation;
    std::string root;                      ///< destinations are inside; empty: as seen now
    bool defaults = false;                 ///< the OCI set
    bool default_devices = false;          ///< of that set, the nodes and links in /dev
    std::vector<std::string> directories;  ///< to be made where they aren't there
    std::optional<std::string> mount_label;
    bool here = false;  ///< even in the session's own mount namespace

    void add_to(cli::Command& command);
    [[nodiscard]] bool empty() const;

private:
    void add_file_systems(cli::Command& command);
    oci::Mount& last_bind(std::string_view option);
};

}  // namespace bell
