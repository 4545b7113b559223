// workplace.cpp - see workplace.hpp.
#include "image/workplace.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/tree.hpp"
#include "sys/file.hpp"

namespace bell::image {
Workplace::Workplace(std::string beside, std::string prefix)
    : beside_(std::move(beside)), prefix_(std::move(prefix)), parent_(sys::open(beside_, O_RDONLY | O_DIRECTORY)) {
    clear_leftovers();
    do make();
    while (sys::status(lock_.get(), path_).st_nlink == 0);
}

// Whoever clears up may have been faster with the lock: then it is gone when we get it.
void Workplace::make() {
    path_ = text::cat(beside_, "/", prefix_, "XXXXXX");
    if (!::mkdtemp(path_.data())) throw Error::os("mkdtemp", path_, errno);
    lock_ = Fd{::open(path_.c_str(), directory_itself | O_CLOEXEC)};
    if (!lock_) throw Error::os("open", path_, errno);
    if (::flock(lock_.get(), LOCK_EX) < 0) throw Error::os("flock", path_, errno);
}

// Others' directories aren't ours to remove, and those that are locked are in use.
void Workplace::clear_leftovers() const {
    for (const std::string& name : names_in(parent_.get(), beside_)) {
        if (!name.starts_with(prefix_)) continue;
        const Fd old{::openat(parent_.get(), name.c_str(), directory_itself | O_CLOEXEC)};
        if (!old || sys::status(old.get(), name).st_uid != geteuid()) continue;
        if (::flock(old.get(), LOCK_EX | LOCK_NB) < 0) continue;
        if (sys::status(old.get(), name).st_nlink == 0) continue;  // another one was faster
        remove_tree(parent_.get(), name);
    }
}

Workplace::~Workplace() {
    try {
        remove_tree(parent_.get(), path_.substr(path_.rfind('/') + 1));
    } catch (const std::exception& error) {
        const std::string line = text::cat(path_, ": could not be removed: ", error.what(), "\n");
        [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
    }
}

std::string temporary_directory() {
    const char* chosen = std::getenv("TMPDIR");
    return chosen && *chosen != '\0' ? chosen : "/var/tmp";
}

}  // namespace bell::image
