// links.hpp - files with several names, in a layer that holds only what has changed.
//
// A tar holds such a file once; its other names are entries that say "the same as that one". In a difference a name
// can't be judged by itself:
//
//     a new name of a file that the base has    all names are written, the first with the content
//     a changed file                            likewise
//     a link that was cut                       two names with the same content, but no longer the same file: one of
//                                               them is written, or they would still be one
//
// So a file is left out only as a whole: if all its names are below as they are here, and are one file there that no
// other file of the new tree has been left out for. Of a new name one would like to write just a link to the old one,
// but podman and docker apply a layer by itself, in an overlay's directory, where what is below isn't: such a layer is
// an error there.
//
// The names are found by a walk through the new tree, which is made only if there is a base.
//
// link(2), image-spec layer.md#hardlinks. Next: diff.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/rootfs_reader.hpp"

namespace bell::image {

class Links {
public:
    Links(const RootfsReader& rootfs, const RootfsReader* base);

    enum class How : unsigned char { left_out, content, link };
    struct Verdict {
        How how = How::content;
        std::string target;  ///< of the link: a name that is in the layer already
    };
    /// What becomes of a name that isn't a directory. `before`: what the base has under it, if anything.
    [[nodiscard]] Verdict judge(const Sight& now, const std::optional<Sight>& before);

private:
    using Inode = std::pair<dev_t, ino_t>;
    struct File {
        std::vector<std::string> names;  // in the order of the walk
        std::optional<bool> stays;       // it is left out
        std::string written;             // the name that has the content in this layer
    };

    void find_names(const std::string& directory);
    [[nodiscard]] bool is_unchanged(const Sight& now, const Sight& before) const;
    [[nodiscard]] bool can_stay(const Sight& now, const File& file);

    const RootfsReader& rootfs_;
    const RootfsReader* base_;
    std::map<Inode, File> files_;      // those with several names
    std::map<Inode, Inode> left_out_;  // file of the base -> the file of the new tree that was left out for it
};

}  // namespace bell::image
