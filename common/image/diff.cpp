// diff.cpp - see diff.hpp.
#include "image/diff.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

using SortedNames = std::vector<std::string>;

constexpr std::string_view opaque_mark = ".wh..opq";  // behind ".wh."
constexpr mode_t private_mode = 0700;
constexpr mode_t usual_mode = 0755;

void refuse_whiteout_name(const std::string& directory, const std::string& name) {
    if (name.starts_with(".wh."))
        throw Error::bad(text::cat(text::printable(joined(directory, name)), ": such names mean 'removed' in a layer"),
                         "rename the file: an image can't hold it");
}

bool contains(const SortedNames& sorted, const std::string& name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

// One whiteout for all, if none of the old names is left and it would be more than one. Never at the root: its content
// is the image below.
bool is_made_anew(const std::string& path, const SortedNames& before, const SortedNames& gone) {
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

[[noreturn]] void refuse_shorter(const std::string& path) {
    throw Error::bad(text::cat(text::printable(path), ": got shorter while it was read"));
}

// Where data (SEEK_DATA) or a hole (SEEK_HOLE) begins, from there on; the file's size where there is none. A file
// system that doesn't know has data everywhere.
off_t next(const Fd& file, int what, off_t from, off_t size) {
    const off_t found = ::lseek(file.get(), from, what);
    if (found >= 0) return found;
    return errno == ENXIO || what == SEEK_HOLE ? size : from;
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
    const SortedNames now = rootfs_.names(path);
    const SortedNames before = in_base ? base_->names(path) : SortedNames{};
    const SortedNames gone = names_gone(path, now, before);
    for (const SortedNames* names : {&now, &before})
        for (const std::string& each : *names) refuse_whiteout_name(path, each);
    if (path.empty()) warn_if_little_is_left(gone.size(), before.size());
    const bool anew = is_made_anew(path, before, gone);
    // Whiteouts in front of the names beside them: layer.md#whiteouts.
    if (anew) whiteout(path, std::string(opaque_mark));
    for (const std::string& each : anew ? SortedNames{} : gone) whiteout(path, each);
    for (const std::string& each : now) name(joined(path, each), contains(before, each));
}

// A socket isn't in the layer: what had its name is gone like what has none any more. What a mount hides is as it was.
std::vector<std::string> Diff::names_gone(const std::string& path, const SortedNames& now,
                                          const SortedNames& before) const {
    SortedNames gone;
    std::copy_if(before.begin(), before.end(), std::back_inserter(gone), [&](const std::string& name) {
        const std::string each = joined(path, name);
        return !contains(now, name) || (rootfs_.is_socket(each) && !base_->is_socket(each));
    });
    return gone;
}

void Diff::name(const std::string& path, bool in_base) {
    const std::optional<Sight> now = rootfs_.look(path);
    if (!now || now->is_socket) {
        warnings_.push_back(text::cat(text::printable(path), now ? ": a socket" : ": a mount", ", left out"));
        return;
    }
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

// A hole is written as the zeros it reads as (layer.md: "Sparse files SHOULD NOT be used"), but not read.
void Diff::copy_content(const Entry& entry) {
    const Fd file = rootfs_.open(entry.path);
    const auto size = static_cast<off_t>(entry.size);
    for (off_t at = 0; at < size;) {
        const off_t data = std::min(next(file, SEEK_DATA, at, size), size);
        write_zeros(static_cast<std::uint64_t>(data - at));
        at = std::min(next(file, SEEK_HOLE, data, size), size);
        copy_bytes(file, {data, at}, entry.path);
    }
    if (sys::status(file.get(), entry.path).st_size < size) refuse_shorter(entry.path);
}

void Diff::write_zeros(std::uint64_t count) {
    static constexpr std::array<char, 65536> zeros{};
    while (count > 0) {
        const std::size_t now = std::min<std::uint64_t>(count, zeros.size());
        out_.content({zeros.data(), now});
        passed(now);
        count -= now;
    }
}

void Diff::copy_bytes(const Fd& file, Range range, const std::string& path) {
    while (range.from < range.to) {
        const auto most = std::min<std::uint64_t>(static_cast<std::uint64_t>(range.to - range.from), buffer_.size());
        const ssize_t got = ::pread(file.get(), buffer_.data(), most, range.from);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error::os("read", text::printable(path), errno);
        if (got == 0) refuse_shorter(path);
        out_.content({buffer_.data(), static_cast<std::size_t>(got)});
        range.from += got;
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
