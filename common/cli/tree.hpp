// tree.hpp - rows that hang below one another, for people.
//
// Lines in front of the first cell show which row belongs to which; the other cells stand in columns.
//
//     /              ext4   rw                 /              ext4   rw
//     |-- /proc      proc   rw,nosuid          ├── /proc      proc   rw,nosuid
//     `-- /sys       sysfs  ro                 └── /sys       sysfs  ro
//
// Next: json_writer.hpp, the same for programs.
#pragma once

#include <optional>

#include "cli/table.hpp"

namespace bell::cli {

/// A row, and the index of the row it hangs below; none: it stands at the left.
struct Row {
    Cells cells;
    std::optional<std::size_t> parent;
};

/// Draws the rows as a tree; children in the order given. A parent that doesn't exist counts as none, and of rows whose
/// parents lead in a circle the first one is taken for the root: no row is lost.
[[nodiscard]] std::string draw_tree(const std::vector<Row>& rows, const Paper& paper);

}  // namespace bell::cli
