// group.hpp - what cgroup-setter does with a group in each of its modes. See group.cpp.
#pragma once

#include <string>

#include "budget.hpp"
#include "cli/target.hpp"
#include "oci/config.hpp"

namespace bell {

/// Do: makes and limits a group; returns in the process that has joined it. Unless `keep`, that is a child, and the
/// parent stays here, hands on signals, removes the group and ends as the child did.
void enter_group(const Budget& budget, bool keep);
/// Live: limits the group the process is in; prints the state again for the next filter.
void change_group(const cli::Target& target, const Budget& budget, bool show);
void describe_budget(oci::Config& config, const Budget& budget);
void show_own_group(const Budget& budget);
void remove_group(const std::string& path);

}  // namespace bell
