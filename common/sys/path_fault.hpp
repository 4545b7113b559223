// path_fault.hpp - which part of a path is at fault.
//
// The kernel walks a path component by component and, when it can't go on, says only how it ended: ENOENT for /a/b/c
// may mean that a, b or c isn't there. So the walk is repeated, one component more each time, until it fails.
//
// path_resolution(7). Next: file.hpp.
#pragma once

#include <string>

#include "base/error.hpp"

namespace bell::sys {

/// "'b' is a file", "'b' is not in /a", "user 1000 may not enter /a (mode 0700, owner 0)"; empty if there is nothing to
/// say that the path and the errno don't say already. `root`: the directory that absolute paths and symlinks start
/// from, or AT_FDCWD for our own root and working directory.
[[nodiscard]] std::string path_fault(int root, const std::string& path, int errno_value);

/// The error of a call on that path, with the part at fault.
[[nodiscard]] inline Error with_path_fault(const Error& error, int root, const std::string& path) {
    return error.remark(path_fault(root, path, error.code()));
}

}  // namespace bell::sys
