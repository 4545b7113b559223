// entry.cpp - how each type of a layer's entries is made. See layer.hpp.
//
// Each is created with a call that fails if the name is taken (O_EXCL, symlinkat, linkat, mknodat all do), so nothing
// is ever written through what an earlier entry put there; what was there is removed, and the call made again.
//
// openat(2), mkdirat(2), symlinkat(2), linkat(2), mknodat(2). Next: unpack.hpp.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "image/layer.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

[[noreturn]] void cannot_make(std::string_view call, const Place& place) {
    throw Error::os(call, text::printable(place.path), errno);
}

// Makes it; if the name is taken, clears it and makes it again.
template <class Make, class Clear>
int make_new(std::string_view call, const Place& place, Make&& make, Clear&& clear) {
    int result = make();
    if (result < 0 && errno == EEXIST) {
        clear();
        result = make();
    }
    if (result < 0) cannot_make(call, place);
    return result;
}

Fd open_path(const Place& place) {
    Fd fd{::openat(place.at(), place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd) cannot_make("open", place);
    return fd;
}

// A tar of layers has zeros where a file had a hole (diff.cpp): they become one again, as far as a piece has nothing
// else.
bool is_hole(std::string_view bytes) {
    constexpr std::size_t smallest = 4096;  // a block of most file systems
    return bytes.size() >= smallest && bytes.front() == 0 &&
           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

void write_at(int file, Piece piece, const Place& place) {
    while (!piece.bytes.empty()) {
        const ssize_t count = ::pwrite(file, piece.bytes.data(), piece.bytes.size(), static_cast<off_t>(piece.offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) cannot_make("write", place);
        piece.bytes.remove_prefix(static_cast<std::size_t>(count));
        piece.offset += static_cast<std::uint64_t>(count);
    }
}

// By the descriptor that was looked at. Since Linux 6.10 whoever opened a file may link its descriptor; before, that
// took CAP_DAC_READ_SEARCH, and the way through /proc did not.
bool link_descriptor(const Fd& target, const Place& place) {
    const char* name = place.name.c_str();
    return ::linkat(target.get(), "", place.at(), name, AT_EMPTY_PATH) == 0 ||
           (errno == ENOENT && ::linkat(AT_FDCWD, target.path().c_str(), place.at(), name, AT_SYMLINK_FOLLOW) == 0);
}

// By the name alone: what the guard is against.
bool naive_link(const Entry& entry, const Place& place) {
    return ::linkat(AT_FDCWD, entry.link.c_str(), place.at(), place.name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

}  // namespace

// The root's entry sets metadata; the directory itself stays the one that was made for it (security.md, rule 16).
void Assembly::root(const Entry& entry) {
    if (entry.type != Type::directory && guard::on(guard::Guard::root_stays))
        throw Error::bad(text::cat("entry \"", text::printable(entry.path), "\": the root must be a directory"),
                         "the image is broken, or an attack; nothing was unpacked");
    set_metadata(tree_.directory("").get(), entry, policy_, left_out_);
    directories_.note("", {entry.mtime, directory_mode(entry.permissions, policy_), default_acl(entry)});
}

void Assembly::file(const Place& place, const Entry& entry, TarReader& layer) {
    const int only_new = guard::on(guard::Guard::never_follow) ? O_EXCL | O_NOFOLLOW : O_TRUNC;
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | only_new;
    const mode_t mode = mode_while_made(entry.permissions);
    const Fd file{make_new(
        "create", place, [&] { return ::openat(place.at(), place.name.c_str(), flags, mode); },
        [&] { tree_.remove(place); })};
    std::uint64_t end = 0;
    for (Piece piece; layer.next_piece(piece);) {
        if (piece.bytes.empty() || is_hole(piece.bytes)) continue;
        write_at(file.get(), piece, place);
        end = piece.offset + piece.bytes.size();
    }
    // A hole at the end.
    if (end < entry.size && ::ftruncate(file.get(), static_cast<off_t>(entry.size)) < 0) cannot_make("truncate", place);
    set_metadata(file.get(), entry, policy_, left_out_);
}

void Assembly::directory(const Place& place, const Entry& entry) {
    const auto make = [&] { return ::mkdirat(place.at(), place.name.c_str(), 0700); };
    bool stays = false, merges = false;
    if (make() == 0) {
        merges = tree_.merges(place);
    } else {
        if (errno != EEXIST) cannot_make("mkdir", place);
        struct stat status {};
        if (::fstatat(place.at(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) cannot_make("stat", place);
        stays = S_ISDIR(status.st_mode);
        if (!stays) {
            tree_.remove(place);
            if (make() < 0) cannot_make("mkdir", place);
            tree_.hide_inside(place.path);
        }
    }
    if (!stays && !merges && !first_) marks_.set(place.path, PathMarks::clean);
    const Fd directory = sys::open_at(place.at(), place.name, directory_itself);
    if (stays) clear_xattrs(directory.get(), place.path);
    set_metadata(directory.get(), entry, policy_, left_out_);
    directories_.note(place.path, {entry.mtime, directory_mode(entry.permissions, policy_), default_acl(entry)});
}

void Assembly::symlink(const Place& place, const Entry& entry) {
    make_new(
        "symlink", place, [&] { return ::symlinkat(entry.link.c_str(), place.at(), place.name.c_str()); },
        [&] { tree_.remove(place); });
    set_metadata(open_path(place).get(), entry, policy_, left_out_);
}

void Assembly::hardlink(const Place& place, const Entry& entry) {
    if (!guard::on(guard::Guard::links_in_root) && naive_link(entry, place)) return;
    const std::string path = entry_path(entry.link);
    const std::optional<Place> source = path.empty() ? std::nullopt : tree_.find(path);
    if (source) tree_.bring_up(*source, [&](std::uint64_t bytes) { budget_->spend_size(bytes); });
    const Fd target{source ? ::openat(source->at(), source->name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1};
    if (!target && devices_left_out_.contains(path)) {
        note_device(place.path);
        return;
    }
    if (!target)
        throw Error::bad(text::cat("entry \"", text::printable(entry.path), "\": a hard link to \"",
                                   text::printable(entry.link), "\", which isn't there"),
                         "the image is broken, or an attack; nothing was unpacked");
    if (S_ISDIR(sys::status(target.get(), path).st_mode))
        throw Error::bad(text::cat("entry \"", text::printable(entry.path), "\": a hard link to a directory"));
    if (source->path == place.path) return;
    tree_.remove(place);
    if (!link_descriptor(target, place)) cannot_make("link", place);
}

void Assembly::note_device(const std::string& path) {
    devices_left_out_.insert(path);
    left_out_.device_paths.insert(path);
}

// A file of the layers below must not be seen in its place.
void Assembly::leave_out_device(const Place& place) {
    tree_.hide(place);
    if (left_out_.devices++ == 0) left_out_.first_device = place.path;
    note_device(place.path);
}

void Assembly::leave_out_mark(const Place& place) {
    if (policy_.strict)
        throw Error::bad(text::cat("entry \"", text::printable(place.path),
                                   "\": a character device 0/0 means 'deleted' in an overlay's layer"),
                         "without --strict it is left out; without --store it is made");
    tree_.hide(place);
    if (left_out_.marks++ == 0) left_out_.first_mark = place.path;
    note_device(place.path);
}

void Assembly::node(const Place& place, const Entry& entry) {
    const mode_t kind = entry.type == Type::fifo ? S_IFIFO : entry.type == Type::block ? S_IFBLK : S_IFCHR;
    tree_.remove(place);
    if (tree_.is_layer() && kind == S_IFCHR && entry.device == 0) return leave_out_mark(place);
    try {
        sys::make_node(place.at(), place.name, kind | entry.permissions, entry.device, place.path);
    } catch (const Error& error) {
        // Nobody can make devices in a user namespace. A container gets its /dev from its config, not from the image.
        if (error.code() != EPERM || policy_.strict) throw;
        return leave_out_device(place);
    }
    set_metadata(open_path(place).get(), entry, policy_, left_out_);
}

}  // namespace bell::image
