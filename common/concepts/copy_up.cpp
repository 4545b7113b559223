// copy_up.cpp - see copy_up.hpp.
#include "concepts/copy_up.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/copy.hpp"

namespace bell::mounts {
namespace {

constexpr int most_levels = 256;

void check(long result, std::string_view call, const std::string& shown) {
    if (result < 0) throw Error::os(call, shown, errno);
}

std::vector<std::string> entries(int directory, const std::string& shown) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(copy, "open", shown);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    return names;
}

void copy_tree(int from, int to, const std::string& shown, int level);

void copy_directory(int from, int to, const std::string& name, const std::string& shown, int level) {
    const Fd source{::openat(from, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    check(source.get(), "open", shown);
    check(::mkdirat(to, name.c_str(), 0700), "mkdir", shown);
    const Fd copy{::openat(to, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    check(copy.get(), "open", shown);
    copy_tree(source.get(), copy.get(), shown, level + 1);
    sys::copy_metadata(source.get(), copy.get(), shown);
}

void copy_entry(int from, int to, const std::string& name, const std::string& shown, int level) {
    struct stat original {};
    check(::fstatat(from, name.c_str(), &original, AT_SYMLINK_NOFOLLOW), "stat", shown);
    if (S_ISDIR(original.st_mode)) return copy_directory(from, to, name, shown, level);
    sys::copy_file(from, name, to, name, shown);
}

void copy_tree(int from, int to, const std::string& shown, int level) {
    if (level > most_levels) throw Error::bad(text::cat("copy ", shown, ": nested too deep"));
    for (const std::string& name : entries(from, shown)) copy_entry(from, to, name, shown + "/" + name, level);
}

}  // namespace

void copy_up(int from, int to, const std::string& shown) {
    if (narrate::dry_run()) return;
    const Fd root{::openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    check(root.get(), "open", shown);
    copy_tree(from, root.get(), shown, 0);
    sys::copy_metadata(from, root.get(), shown);
}

}  // namespace bell::mounts
