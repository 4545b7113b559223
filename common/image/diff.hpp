// diff.hpp - what a root file system adds to another: the layer between them.
//
// Both trees are walked together, each directory's names in byte order, so the same trees always give the same tar.
// What is new or changed becomes an entry, what is gone becomes a whiteout (whiteout.hpp). Without a base everything is
// new. "Changed" is decided by looking: type, mode, owner, time, link, device, attributes, and in the end the content.
//
// The root itself gets no entry: who unpacks makes it 0755, root's, while the directory that was packed is often
// private to somebody (mktemp makes them 0700). Mounts are not followed, sockets left out.
//
// image-spec layer.md#creating. Next: pack.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "image/layer.hpp"
#include "image/tar_writer.hpp"

namespace bell::image {

struct DiffOptions {
    std::optional<std::int64_t> latest;  ///< SOURCE_DATE_EPOCH: no file is newer than that
    bool own_is_root = false;            ///< files of the caller are written as root's: rootless images
};

class Diff {
public:
    /// `base` may be empty. The trees must not change meanwhile.
    Diff(Fd rootfs, Fd base, const DiffOptions& options, TarWriter& out);
    Counts run();
    /// The time of the newest file written, in seconds; 0 if there was none.
    [[nodiscard]] std::int64_t newest() const { return newest_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    void directory(const std::string& path, bool in_base);
    void name(const std::string& path, bool in_base);
    void whiteout(const std::string& path);
    [[nodiscard]] bool differs(const Entry& entry, const std::string& path) const;
    void write(Entry& entry, const std::string& path, const struct stat& status);
    void copy_content(const Fd& file, const Entry& entry);

    Fd rootfs_;
    Fd base_;
    DiffOptions options_;
    TarWriter& out_;
    Counts counts_;
    std::int64_t newest_ = 0;
    std::map<std::pair<dev_t, ino_t>, std::string> links_;  // files with several names: the one that was written first
    std::vector<std::string> warnings_;
};

}  // namespace bell::image
