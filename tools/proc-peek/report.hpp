// report.hpp - what proc-peek was asked for, looked up and printed. See report.cpp.
#pragma once

#include <string>
#include <vector>

#include "sections.hpp"

namespace bell::peek {

struct Options {
    std::vector<std::string> pids;
    std::string target;
    bool self = false, tree = false, diff = false, ascii = false;
    Selection show;
};

/// Prints what was asked for; the exit status.
int report(const Options& options);

}  // namespace bell::peek
