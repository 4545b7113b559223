// layer.hpp - one layer on top of what is there.
//
// A root file system is the sum of its layers, in order. Each entry replaces what has its name (a directory stays and
// is filled further), each whiteout takes away what the layers below had. An entry never changes a file in place:
// another name, or another layer, may share it by a hard link.
//
// Opaque whiteouts could be made to cost quadratic time, one for each of a hundred thousand directories. So a directory
// is swept at most once a layer: after that, and in a directory that this layer made itself, nothing of the layers
// below is left.
//
// image-spec layer.md#applying-changesets. Next: unpack.hpp.
#pragma once

#include <set>
#include <string>

#include "image/directory_ends.hpp"
#include "image/metadata.hpp"
#include "image/path_marks.hpp"
#include "image/tar.hpp"
#include "image/tree.hpp"
#include "image/whiteout.hpp"

namespace bell::image {

/// What came of a layer, or of all.
struct Counts {
    std::uint64_t files = 0;  ///< entries that add something, of whatever type
    std::uint64_t whiteouts = 0;
};

/// Directories that their owner may not read, enter and write: an ordinary user can't work in them, nor empty them.
struct Closed {
    std::uint64_t count = 0;
    std::string first;
};

class Assembly {
public:
    /// `lowest`: there is nothing below the first layer that will be applied. `spool`: a directory for what is noted
    /// until the end.
    Assembly(Tree& tree, Policy policy, int spool, bool lowest = true);
    /// Devices that were left out of layers below, which hard links may name.
    void know_left_out(const std::set<std::string>& devices) {
        devices_left_out_.insert(devices.begin(), devices.end());
    }

    /// Applies the next layer, to its end.
    Counts apply(TarReader& layer, Budget& budget);
    /// After the last layer: modes and times of directories, which filling them has changed. The deepest first: who
    /// isn't root can't go through one that is closed.
    void finish();
    [[nodiscard]] const Closed& closed() const { return closed_; }
    [[nodiscard]] const LeftOut& left_out() const { return left_out_; }

private:
    void add(const std::string& path, const Entry& entry, TarReader& layer);
    void take_away(const Whiteout& whiteout);
    void sweep(const std::string& path);
    void note_raised();

    void root(const Entry& entry);
    void file(const Place& place, const Entry& entry, TarReader& layer);
    void directory(const Place& place, const Entry& entry);
    void symlink(const Place& place, const Entry& entry);
    void hardlink(const Place& place, const Entry& entry);
    void node(const Place& place, const Entry& entry);
    void leave_out_device(const Place& place);
    void leave_out_mark(const Place& place);
    void note_device(const std::string& path);

    Tree& tree_;
    Policy policy_;
    LeftOut left_out_;
    Closed closed_;
    DirectoryEnds directories_;
    std::set<std::string> devices_left_out_;
    Budget* budget_ = nullptr;  // while a layer is being applied

    bool first_;
    // Of the layer at hand; the first has nothing below it, and needs none. Touched: what this layer has put in place,
    // and directories that hold such; clean: directories in which nothing of the layers below is left.
    PathMarks marks_;
};

}  // namespace bell::image
