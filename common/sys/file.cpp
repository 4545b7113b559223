// file.cpp - see file.hpp.
#include "sys/file.hpp"

#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/path_fault.hpp"

namespace bell::sys {

Fd open_at(int directory, const std::string& path, int flags) {
    Fd fd{::openat(directory, path.c_str(), flags | O_CLOEXEC)};
    if (!fd) throw with_path_fault(Error::os("open", path, errno), directory, path);
    return fd;
}

Fd open(const std::string& path, int flags) { return open_at(AT_FDCWD, path, flags); }

std::optional<Fd> open_if_there(int directory, const std::string& path, int flags) {
    Fd fd{::openat(directory, path.c_str(), flags | O_CLOEXEC)};
    if (fd) return fd;
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw Error::os("open", path, errno);
}

Fd try_openat2(int directory, const std::string& path, std::uint64_t flags, std::uint64_t resolve, mode_t mode) {
    open_how how{flags | O_CLOEXEC, mode, resolve};
    long fd = 0;
    // EAGAIN: a rename somewhere made a ".." unsafe to follow just now. The kernel asks to try again.
    for (int tries = 0; tries < 128; ++tries) {
        fd = syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN) break;
    }
    return Fd{static_cast<int>(fd)};
}

Fd open_in_root(int root, const std::string& path, int flags) {
    Fd fd = try_openat2(root, path, static_cast<std::uint64_t>(flags), RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    if (!fd) throw Error::os("open", path, errno);
    return fd;
}

struct stat status(int fd, std::string_view subject) {
    struct stat out {};
    if (fstat(fd, &out) < 0) throw Error::os("fstat", subject, errno);
    return out;
}

namespace {

// Reads to the end or to one byte past the limit; nothing if read(2) fails (errno tells).
std::optional<std::string> slurp(int fd, std::size_t limit) {
    std::string content;
    std::array<char, 4096> buffer;  // most files that are read are small, and each page of the stack costs a fault
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0 || content.size() > limit) return content;
        content.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

std::string read_all(int fd, std::string_view subject, std::size_t limit) {
    std::optional<std::string> content = slurp(fd, limit);
    if (!content) throw Error::os("read", subject, errno);
    if (content->size() > limit)
        throw Error::bad(text::cat(subject, ": larger than the ", limit, " bytes that are read of such a file"));
    return *std::move(content);
}

std::string read_file(const std::string& path, std::size_t limit) {
    return read_all(open(path, O_RDONLY).get(), path, limit);
}

std::optional<std::string> try_read_file(const std::string& path, std::size_t limit) {
    const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return std::nullopt;
    std::optional<std::string> content = slurp(fd.get(), limit);
    if (content && content->size() > limit) return std::nullopt;
    return content;
}

namespace {
bool means_gone(int error) { return error == ENOENT || error == ENOTDIR || error == ESRCH; }
}  // namespace

std::optional<std::string> read_file_if_there(const std::string& path, std::size_t limit) {
    try {
        return read_file(path, limit);
    } catch (const Error& error) {
        if (!means_gone(error.code())) throw;
        return std::nullopt;
    }
}

bool exists(const std::string& path) {
    if (::access(path.c_str(), F_OK) == 0) return true;
    if (!means_gone(errno)) throw Error::os("access", path, errno);
    return false;
}

std::string read_link(const std::string& path) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size < 0) throw Error::os("readlink", path, errno);
    return {target.data(), static_cast<std::size_t>(size)};
}

void write_all(int fd, std::string_view bytes, std::string_view subject) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw Error::os("write", subject, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void write_value(int directory, const std::string& path, std::string_view value, const std::string& shown,
                 Weight weight) {
    Fd file{::openat(directory, path.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!file && !narrate::dry_run()) throw Error::os("open", shown, errno);
    call(
        "write", shown, [&] { return arguments(shown, value); },
        [&] { return ::write(file.get(), value.data(), value.size()); }, weight);
}

void write_value(const std::string& path, std::string_view value, narrate::Weight weight) {
    write_value(AT_FDCWD, path, value, path, weight);
}

namespace {

// Who could read the old file can read the new one, and nobody else: a config.json may hold secrets.
void take_after(int file, const std::string& old_path) {
    struct stat old {};
    if (::stat(old_path.c_str(), &old) < 0) return;
    const bool other_owner = old.st_uid != geteuid() || old.st_gid != getegid();
    if (other_owner && ::fchown(file, old.st_uid, old.st_gid) < 0 && errno != EPERM)
        throw Error::os("fchown", old_path, errno);
    if (::fchmod(file, old.st_mode & 0777) < 0) throw Error::os("fchmod", old_path, errno);
}

}  // namespace

namespace {

void replace(const std::string& path, std::string_view content, mode_t mode, bool keep_owner, bool sync) {
    if (narrate::dry_run()) return;
    const std::string temporary = text::cat(path, ".", getpid(), ".new");
    Fd file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
    if (!file) throw Error::os("open", temporary, errno);
    try {
        if (keep_owner) take_after(file.get(), path);
        write_all(file.get(), content, path);
        if (sync && fsync(file.get()) < 0) throw Error::os("fsync", path, errno);
        if (rename(temporary.c_str(), path.c_str()) < 0) throw Error::os("rename", path, errno);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

}  // namespace

Fd nameless_file(int directory) {
    const auto in_memory = [] { return Fd{::memfd_create("nameless", MFD_CLOEXEC)}; };
    if (directory < 0) return in_memory();
    Fd file{::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (!file && errno == EOPNOTSUPP) file = in_memory();
    if (!file) throw Error::os("open", "a file without a name", errno);
    return file;
}

void replace_file(const std::string& path, std::string_view content, mode_t mode, bool sync) {
    replace(path, content, mode, true, sync);
}

void replace_private_file(const std::string& path, std::string_view content) {
    replace(path, content, 0600, false, false);
}

namespace {

std::string octal(mode_t mode) {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), mode & 07777u, 8).ptr;
    return "0" + std::string(digits.data(), end);
}

}  // namespace

namespace {

// The umask can only be asked for by changing it.
mode_t ask_umask() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return mask;
}

mode_t& known_umask() {
    static mode_t mask = ask_umask();
    return mask;
}

// The mode that is asked for is meant: the umask of whoever started us is for the payload. Mostly it wouldn't take
// anything away.
class NoUmask {
public:
    explicit NoUmask(mode_t mode) : matters_((mode & umask_now()) != 0) {
        if (matters_) ::umask(0);
    }
    ~NoUmask() {
        if (matters_) ::umask(umask_now());
    }
    NoUmask(const NoUmask&) = delete;
    NoUmask& operator=(const NoUmask&) = delete;

private:
    bool matters_;
};
}  // namespace

mode_t umask_now() { return known_umask(); }

void change_umask(mode_t mask) {
    ::umask(mask);
    known_umask() = mask;
}

void make_directory(int directory, const std::string& name, mode_t mode, const std::string& shown) {
    const NoUmask exact(mode);
    call(
        "mkdir", shown, [&] { return arguments(shown, Raw{octal(mode)}); },
        [&] { return ::mkdirat(directory, name.c_str(), mode); }, Weight::detail);
}

void make_node(int directory, const std::string& name, mode_t mode, dev_t device, const std::string& shown) {
    const NoUmask exact(mode);
    call(
        "mknod", shown, [&] { return arguments(shown, Raw{octal(mode)}); },
        [&] { return ::mknodat(directory, name.c_str(), mode, device); });
}

void make_symlink(int directory, const std::string& name, const std::string& target, const std::string& shown) {
    call(
        "symlink", shown, [&] { return arguments(target, shown); },
        [&] { return ::symlinkat(target.c_str(), directory, name.c_str()); }, Weight::detail);
}

Fd make_file(int directory, const std::string& name, mode_t mode, const std::string& shown) {
    if (narrate::dry_run()) return {};
    // O_EXCL first: what is already there is opened without creating, and never through a symlink.
    Fd file{::openat(directory, name.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
    if (!file && errno == EEXIST) file = Fd{::openat(directory, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    if (!file) throw Error::os("create", shown, errno);
    return file;
}

void change_mode(int fd, mode_t mode, const std::string& shown) {
    call(
        "fchmod", shown, [&] { return arguments(shown, Raw{octal(mode)}); }, [&] { return ::fchmod(fd, mode); },
        Weight::detail);
}

void change_owner(int fd, uid_t uid, gid_t gid, const std::string& shown) {
    call(
        "fchown", shown, [&] { return arguments(shown, uid, gid); },
        [&] { return ::fchownat(fd, "", uid, gid, AT_EMPTY_PATH); }, Weight::detail);
}

}  // namespace bell::sys
