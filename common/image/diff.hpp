// diff.hpp - what a root file system adds to another: the layer between them.
//
// Both trees are walked together, each directory's names in byte order, so the same trees always give the same tar.
// What is new or changed becomes an entry, what is gone becomes a whiteout (whiteout.hpp); of a directory that was made
// anew one whiteout takes all that was in it. Without a base everything is new. "Changed" is decided by looking: type,
// mode, owner, time, link, device, attributes, and in the end the content. Files with several names: links.hpp.
//
// A directory in which something has changed has an entry even if nothing has at the directory. podman and docker apply
// a layer by itself, in an overlay's directory: there, one that isn't in the layer would be made anew, and its mode and
// owner would hide those below.
//
// The root itself has an entry if it is other than what whoever unpacks a layer makes of a root without one: 0755,
// root's, as old as time. But a directory that is private to somebody (0700, as mktemp makes them) would be a root in
// which nobody but root can open a file, so it becomes 0755. Mounts are not followed, sockets left out.
//
// image-spec layer.md#creating. Next: pack.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/layer.hpp"
#include "image/links.hpp"
#include "image/progress.hpp"
#include "image/rootfs_reader.hpp"
#include "image/tar_writer.hpp"

namespace bell::image {

class Diff {
public:
    /// What `rootfs` adds to `base`, or all of it. The trees must not change meanwhile.
    Diff(const std::string& rootfs, const std::optional<std::string>& base, const Telling& telling, TarWriter& out);
    Diff(const Diff&) = delete;
    Diff& operator=(const Diff&) = delete;
    /// `is_whole`: it is to be the image's root, not only to be put into it. Otherwise the root keeps its own metadata.
    Counts run(bool is_whole = true);
    /// Tells how many bytes of the files have been looked through: those that haven't changed count as well.
    void on_progress(const Progress& progress);
    /// The time of the newest file written, in seconds; 0 if there was none.
    [[nodiscard]] std::int64_t newest() const { return newest_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    struct Range {
        off_t from, to;
    };

    void root();
    void directory(const std::string& path, bool in_base);
    [[nodiscard]] std::vector<std::string> names_gone(const std::string& path, const std::vector<std::string>& now,
                                                      const std::vector<std::string>& before) const;
    void name(const std::string& path, bool in_base);
    void file(const Sight& now, const std::optional<Sight>& before);
    void whiteout(const std::string& directory, const std::string& name);
    void write(Entry entry);
    void write_parents();
    void put(Entry& entry);
    void drop_unwritable_attributes(Entry& entry);
    void copy_content(const Entry& entry);
    void write_zeros(std::uint64_t count);
    void copy_bytes(const Fd& file, Range range, const std::string& path);
    void passed(std::uint64_t bytes);
    void warn_if_little_is_left(std::size_t gone, std::size_t before);

    RootfsReader rootfs_;
    std::optional<RootfsReader> base_;
    TarWriter& out_;
    Links links_;
    Counts counts_;
    std::int64_t newest_ = 0;
    std::vector<Entry> unwritten_;  // the directories above the name at hand that have no entry yet
    std::vector<std::string> warnings_;
    std::vector<char> buffer_;
    Progress progress_;
    std::uint64_t passed_ = 0, all_ = 0;
};

}  // namespace bell::image
