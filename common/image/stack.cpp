// stack.cpp - see stack.hpp.
#include "image/stack.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/tree.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

// As many as the kernel follows; and a limit to what they may make of a path.
constexpr int most_symlinks = 40;
constexpr int most_steps = 8'192;

std::deque<std::string> parts_of(const std::string& path) {
    std::deque<std::string> parts;
    for (std::string& part : text::split(path, '/'))
        if (!part.empty() && part != ".") parts.push_back(std::move(part));
    return parts;
}

std::string target_of(const Fd& symlink, const std::string& shown) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(symlink.get(), "", target.data(), target.size());
    if (size < 0) throw Error::os("readlink", text::printable(shown), errno);
    target.resize(static_cast<std::size_t>(size));
    return target;
}

// On the way along a path: where we are, what is to come.
class Walk {
public:
    Walk(const Stack& stack, const std::string& path)
        : stack_(stack), directory_(stack.root()), pending_(parts_of(path)) {}

    Stack::Resolved to_the_end() {
        while (!pending_.empty() && problem_ == 0) {
            if (++steps_ > most_steps)
                problem_ = ELOOP;
            else
                step();
        }
        return {std::move(at_), std::move(pending_), problem_};
    }

private:
    void take() {
        pending_.pop_front();
        if (of_links_ > 0) --of_links_;
    }

    void step() {
        const std::string part = pending_.front();
        if (part == "..") return up();
        const Stack::Found found = stack_.look(directory_, part);
        if (found.is_directory()) {
            take();
            length_ += part.size() + 1;
            if (length_ >= PATH_MAX) problem_ = ENAMETOOLONG;
            at_.push_back(part);
            directory_ = found.directory;
        } else if (found && S_ISLNK(found.mode)) {
            follow(*found.file);
        } else {
            // What a symlink names must be there: nothing is made for it.
            problem_ = found ? ENOTDIR : ENOENT;
            if (of_links_ > 0) pending_.clear();
        }
    }

    void follow(const Fd& symlink) {
        if (++links_ > most_symlinks) {
            problem_ = ELOOP;
            return;
        }
        const std::string target = target_of(symlink, pending_.front());
        take();
        if (target.starts_with('/')) go_to({});
        const std::deque<std::string> parts = parts_of(target);
        pending_.insert(pending_.begin(), parts.begin(), parts.end());
        of_links_ += parts.size();
    }

    // Only in a symlink's target: entries with ".." are refused.
    void up() {
        take();
        std::vector<std::string> above = at_;
        if (!above.empty()) above.pop_back();
        go_to(std::move(above));
    }

    void go_to(std::vector<std::string> place) {
        steps_ += static_cast<int>(place.size());
        at_ = std::move(place);
        length_ = 0;
        for (const std::string& part : at_) length_ += part.size() + 1;
        directory_ = stack_.find(text::join(at_, "/")).directory;
    }

    const Stack& stack_;
    Stack::Directory directory_;
    std::vector<std::string> at_;
    std::deque<std::string> pending_;
    std::size_t length_ = 0;    // of where we are, as a path
    std::size_t of_links_ = 0;  // how many of those to come are from a symlink's target
    int links_ = 0, steps_ = 0, problem_ = 0;
};

// Those of one layer: what it shows, what it hides.
void add_names(int directory, std::set<std::string>& decided, std::vector<std::string>& shown, std::uint64_t& scanned) {
    for (std::string& name : names_in(directory, "a directory of a layer")) {
        ++scanned;
        if (!decided.insert(name).second) continue;
        struct stat status {};
        const bool hides = ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && is_whiteout(status);
        if (!hides) shown.push_back(std::move(name));
    }
}

}  // namespace

bool is_whiteout(const struct stat& status) { return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0); }

void Stack::push(Fd layer) { roots_.insert(roots_.begin(), std::make_shared<const Fd>(std::move(layer))); }

Stack::Found Stack::look(const Directory& directory, const std::string& name) const {
    Found out;
    opened_ += directory.size();
    if (name == "..") return out;  // not even the uppermost directory leads out
    for (const auto& each : directory) {
        Fd found{::openat(each->get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
        if (!found && (errno == ENOENT || errno == ENAMETOOLONG)) continue;
        if (!found) throw Error::os("open", text::printable(name), errno);
        const struct stat status = sys::status(found.get(), name);
        if (is_whiteout(status)) break;
        if (!S_ISDIR(status.st_mode) && out) break;
        auto kept = std::make_shared<const Fd>(std::move(found));
        if (!out) {
            out.file = kept;
            out.mode = status.st_mode;
        }
        if (!S_ISDIR(status.st_mode)) break;
        out.directory.push_back(std::move(kept));
    }
    return out;
}

std::vector<std::string> Stack::names(const Directory& directory, std::uint64_t& scanned) {
    std::set<std::string> decided;
    std::vector<std::string> shown;
    for (const auto& each : directory) add_names(each->get(), decided, shown, scanned);
    return shown;
}

Stack::Found Stack::find(const std::string& path) const {
    Found at;
    if (roots_.empty()) return at;
    at = {roots_.front(), S_IFDIR, roots_};
    for (const std::string& part : parts_of(path)) {
        if (!at.is_directory()) return {};
        at = look(at.directory, part);
    }
    return at;
}

Stack::Resolved Stack::resolve(const std::string& path) const { return Walk(*this, path).to_the_end(); }

Fd Stack::reach(const std::string& path) const {
    std::string rest = path;
    for (int links = 0; links < most_symlinks; ++links) {
        const std::size_t slash = rest.rfind('/');
        const Resolved above = resolve(slash == std::string::npos ? "" : rest.substr(0, slash));
        errno = above.problem;
        if (above.problem != 0) return {};
        const std::string parent = text::join(above.at, "/");
        const Found found = find(parent + "/" + rest.substr(slash + 1));
        errno = ENOENT;
        if (!found) return {};
        if (!S_ISLNK(found.mode)) return Fd{::fcntl(found.file->get(), F_DUPFD_CLOEXEC, 0)};
        const std::string target = target_of(*found.file, rest);
        rest = target.starts_with('/') ? target : parent + "/" + target;
    }
    errno = ELOOP;
    return {};
}

}  // namespace bell::image
