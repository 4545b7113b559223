// copy.hpp - a copy of a file that is the same in all that a file is: content, owner, mode, attributes, times.
//
// By descriptors, following no symlink: the names may be a stranger's. Silent: what it is for, the caller tells.
//
// sendfile(2), xattr(7), utimensat(2). Next: concepts/copy_up.hpp, image/upper.hpp.
#pragma once

#include <sys/stat.h>

#include <string>

namespace bell::sys {

/// Anything but a directory: file, symlink, fifo, device. The new name must not be there. `shown` names it in errors.
void copy_file(int from, const std::string& name, int to, const std::string& new_name, const std::string& shown);

/// Owner, attributes, mode and times, from one open file to another. An attribute the other file system can't hold, or
/// this process may not set, is left out.
void copy_metadata(int from, int to, const std::string& shown);

}  // namespace bell::sys
