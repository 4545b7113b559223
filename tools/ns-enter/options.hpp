// options.hpp - ns-enter's options, as words. See options.cpp; what they come to is a Wish (enter.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "enter.hpp"

namespace bell {

class NamespaceOptions {
public:
    void add_to(cli::Command& command);
    [[nodiscard]] Wish wish() const;           ///< do mode
    void describe(oci::Config& config) const;  ///< describe mode

private:
    void add_maps(cli::Command& command);
    void add_joining(cli::Command& command);
    void join(const std::string& list);
    [[nodiscard]] oci::Linux mapped() const;

    oci::Linux linux_;
    std::optional<std::string> hostname_, domainname_, setgroups_;
    bool map_current_ = false, map_auto_ = false, map_none_ = false;
    std::string target_;
    std::uint64_t joined_flags_ = 0;
    bool enter_root_ = false, enter_directory_ = false, preserve_credentials_ = false;
    bool loopback_ = false, no_fork_ = false, outlive_parent_ = false;
    std::vector<const namespaces::Kind*> shared_;
    std::vector<std::pair<const namespaces::Kind*, std::string>> keeps_;
};

}  // namespace bell
