// copy_up.hpp - tmpcopyup: a tmpfs that starts with the files of the directory it hides.
//
// config.md#linux-mount-options. Next: mounts.cpp, its only user.
#pragma once

#include <string>

namespace bell::mounts {

/// Copies everything below the directory `from` into the directory `to` (files, directories, symlinks, fifos, devices;
/// modes, owners, times, extended attributes). Walks by descriptors, follows no symlink. `shown` names `from` in
/// errors.
void copy_up(int from, int to, const std::string& shown);

}  // namespace bell::mounts
