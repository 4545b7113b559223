// capability_options.hpp - which of the five sets an option speaks of.
//
//     --caps LIST          bounding, permitted and effective; inheritable and ambient become empty
//     --caps +net_raw,-kill    adds to these three and takes away from all five
//     --bounding LIST, ...     one set alone, after --caps; LIST as for --caps
//
// LIST starts from nothing; none, all and default (what `runc spec` grants) may stand in it. A list whose words all
// have a sign starts from what there is: this process's sets, or the config's.
#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"
#include "concepts/capabilities.hpp"

namespace bell {

class CapabilityOptions {
public:
    void add_to(cli::Command& command);
    [[nodiscard]] bool given() const;
    /// The sets that are wanted, beginning with `now`. `every` is what "all" means for each.
    [[nodiscard]] capabilities::Sets sets(capabilities::Sets now, const capabilities::Sets& every) const;

private:
    std::optional<std::string> all_five_, bounding_, effective_, permitted_, inheritable_, ambient_;
};

}  // namespace bell
