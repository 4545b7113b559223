// diff.cpp - see diff.hpp.
#include "image/diff.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view opaque = ".wh..opq";  // behind ".wh."
constexpr mode_t private_mode = 0700;
constexpr mode_t usual_mode = 0755;

void refuse_whiteout_name(const std::string& directory, const std::string& name) {
    if (name.starts_with(".wh."))
        throw Error::bad(text::cat(text::printable(joined(directory, name)), ": such names mean 'removed' in a layer"),
                         "rename the file: an image can't hold it");
}

bool contains(const Names& sorted, const std::string& name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

// One whiteout for all, if none of the old names is left and it would be more than one. Never at the root: its content
// is the image below.
bool is_made_anew(const std::string& path, const Names& before, const Names& gone) {
    return !path.empty() && gone.size() > 1 && gone.size() == before.size();
}

// What a root without an entry is.
Entry bare_root() {
    Entry entry;
    entry.path = ".";
    entry.type = Type::directory;
    entry.permissions = usual_mode;
    return entry;
}

Entry root_of(const RootfsReader& reader) {
    const std::optional<Sight> sight = reader.look("");
    if (!sight) throw Error::os("open", "the root directory", ENOENT);
    Entry entry = sight->entry;
    entry.path = ".";
    return entry;
}

// What is below keeps its times.
std::optional<RootfsReader> base_reader(const std::optional<std::string>& path, const Telling& telling) {
    if (!path) return std::nullopt;
    return RootfsReader(*path, {telling.own_is_root, {}});
}

}  // namespace

Diff::Diff(const std::string& rootfs, const std::optional<std::string>& base, const Telling& telling, TarWriter& out)
    : rootfs_(rootfs, telling),
      base_(base_reader(base, telling)),
      out_(out),
      links_(rootfs_, base_ ? &*base_ : nullptr),
      buffer_(std::size_t{128} << 10) {}

Counts Diff::run(bool is_whole) {
    if (is_whole) root();
    directory("", base_.has_value());
    return counts_;
}

void Diff::on_progress(const Progress& progress) {
    progress_ = progress;
    if (progress_) all_ = content_size(rootfs_);
}

void Diff::passed(std::uint64_t bytes) {
    passed_ += bytes;
    if (progress_) progress_(passed_, all_);
}

void Diff::root() {
    Entry now = root_of(rootfs_);
    Entry before = base_ ? root_of(*base_) : bare_root();
    const bool is_private = now.permissions == private_mode && before.permissions != private_mode;
    if (is_private) now.permissions = usual_mode;
    if (same_metadata(now, before)) return;
    if (is_private)
        warnings_.push_back("the root directory is private (0700): it is written as 0755, for others to work in it");
    write(now);
}

void Diff::directory(const std::string& path, bool in_base) {
    const Names now = rootfs_.names(path);
    const Names before = in_base ? base_->names(path) : Names{};
    Names gone;
    std::set_difference(before.begin(), before.end(), now.begin(), now.end(), std::back_inserter(gone));
    for (const Names* names : {&now, &before})
        for (const std::string& each : *names) refuse_whiteout_name(path, each);
    if (path.empty()) warn_if_little_is_left(gone.size(), before.size());
    const bool anew = is_made_anew(path, before, gone);
    // Whiteouts in front of the names beside them: layer.md#whiteouts.
    if (anew) whiteout(path, std::string(opaque));
    for (const std::string& each : anew ? Names{} : gone) whiteout(path, each);
    for (const std::string& each : now) name(joined(path, each), contains(before, each));
}

void Diff::name(const std::string& path, bool in_base) {
    const std::optional<Sight> now = rootfs_.look(path);
    if (!now || now->is_socket) return leave_out(path, now.has_value(), in_base);
    const std::optional<Sight> before = in_base ? base_->look(path) : std::nullopt;
    if (!now->is_directory()) return file(*now, before);
    if (before && same_metadata(now->entry, before->entry))
        unwritten_.push_back(now->entry);
    else
        write(now->entry);
    directory(path, before && before->is_directory());
    if (!unwritten_.empty() && unwritten_.back().path == path) unwritten_.pop_back();
}

void Diff::file(const Sight& now, const std::optional<Sight>& before) {
    using How = Links::How;
    const Links::Verdict verdict = links_.judge(now, before);
    if (verdict.how == How::content) return write(now.entry);
    passed(now.entry.size);
    if (verdict.how == How::left_out) return;
    Entry link = now.entry;
    link.type = Type::hardlink;
    link.link = verdict.target;
    link.size = 0;
    link.xattrs.clear();
    write(std::move(link));
}

// What a mount hides is as it was; a socket is in the place of what was there.
void Diff::leave_out(const std::string& path, bool is_socket, bool in_base) {
    warnings_.push_back(text::cat(text::printable(path), is_socket ? ": a socket" : ": a mount", ", left out"));
    const std::optional<Sight> before = is_socket && in_base ? base_->look(path) : std::nullopt;
    if (!before || before->is_socket) return;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        whiteout("", path);
    else
        whiteout(path.substr(0, slash), path.substr(slash + 1));
}

void Diff::whiteout(const std::string& directory, const std::string& name) {
    write_parents();
    Entry entry;
    entry.path = joined(directory, ".wh." + name);
    out_.entry(entry);
    ++counts_.whiteouts;
}

void Diff::write(Entry entry) {
    write_parents();
    put(entry);
}

void Diff::write_parents() {
    for (Entry& directory : unwritten_) put(directory);
    unwritten_.clear();
}

void Diff::put(Entry& entry) {
    newest_ = std::max<std::int64_t>(newest_, entry.mtime.tv_sec);
    drop_unwritable_attributes(entry);
    ++counts_.files;
    out_.entry(entry);
    if (entry.type == Type::file) copy_content(entry);
}

void Diff::drop_unwritable_attributes(Entry& entry) {
    std::erase_if(entry.xattrs, [&](const auto& attribute) {
        if (TarWriter::can_hold_attribute(attribute.first)) return false;
        warnings_.push_back(text::cat(text::printable(text::cat(entry.path, " ", attribute.first)),
                                      ": an attribute with '=' in its name, which a tar can't hold, left out"));
        return true;
    });
}

void Diff::copy_content(const Entry& entry) {
    const Fd file = rootfs_.open(entry.path);
    for (std::uint64_t left = entry.size; left > 0;) {
        const ssize_t got = ::read(file.get(), buffer_.data(), std::min<std::uint64_t>(left, buffer_.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error::os("read", text::printable(entry.path), errno);
        if (got == 0) throw Error::bad(text::cat(text::printable(entry.path), ": got shorter while it was read"));
        out_.content({buffer_.data(), static_cast<std::size_t>(got)});
        left -= static_cast<std::uint64_t>(got);
        passed(static_cast<std::uint64_t>(got));
    }
}

// Somebody's few files, meant to be put on top of an image, would take away all that it has.
void Diff::warn_if_little_is_left(std::size_t gone, std::size_t before) {
    if (gone > before / 2)
        warnings_.push_back(text::cat(gone, " of the ", before,
                                      " names in the root directory below are removed; --add would only add"));
}

}  // namespace bell::image
