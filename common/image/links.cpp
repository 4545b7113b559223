// links.cpp - see links.hpp.
#include "image/links.hpp"

#include <sys/stat.h>

namespace bell::image {

Links::Links(const RootfsReader& rootfs, const RootfsReader* base) : rootfs_(rootfs), base_(base) {
    if (base_) find_names("");
}

void Links::find_names(const std::string& directory) {
    for (const auto& [name, status] : rootfs_.statuses(directory)) {
        const std::string path = joined(directory, name);
        if (S_ISDIR(status.st_mode))
            find_names(path);
        else if (status.st_nlink > 1)
            files_[{status.st_dev, status.st_ino}].names.push_back(path);
    }
}

bool Links::is_unchanged(const Sight& now, const Sight& before) const {
    if (!same_metadata(now.entry, before.entry)) return false;
    if (now.entry.type != Type::file || now.inode == before.inode) return true;
    return same_content(rootfs_, *base_, now.entry.path);
}

bool Links::can_stay(const Sight& now, const File& file) {
    std::optional<Inode> below;
    for (const std::string& name : file.names) {
        const std::optional<Sight> before = base_ ? base_->look(name) : std::nullopt;
        if (!before || (below && *below != before->inode)) return false;
        if (!below && !is_unchanged(now, *before)) return false;
        below = before->inode;
    }
    return below && left_out_.emplace(*below, now.inode).second;
}

Links::Verdict Links::judge(const Sight& now, const std::optional<Sight>& before) {
    if (now.names <= 1 && (!before || before->names <= 1))
        return {before && is_unchanged(now, *before) ? How::left_out : How::content, {}};
    File& file = files_[now.inode];
    if (file.names.empty() && base_) file.names.push_back(now.entry.path);
    if (!file.stays) file.stays = can_stay(now, file);
    if (*file.stays) return {How::left_out, {}};
    if (!file.written.empty()) return {How::link, file.written};
    file.written = now.entry.path;
    return {How::content, {}};
}

}  // namespace bell::image
