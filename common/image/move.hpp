// move.hpp - giving something its name: a rename, for directories of any mode.
//
// To move a directory into another one changes its "..", so its owner must be able to write it, whatever is to be in
// it. Root may do without. So a directory that its owner may not write is lent that right for as long as the move
// takes.
//
// renameat2(2), path_resolution(7). Next: staging.hpp, layer_store.hpp.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace bell::image {

/// renameat2(2), told as what it is for: `shown` is the new name. `how`: RENAME_NOREPLACE, or RENAME_EXCHANGE, where
/// what was there before is left writable.
void move(const Fd& from, const std::string& old_name, const Fd& to, const std::string& new_name, unsigned how,
          const std::string& shown);

}  // namespace bell::image
