// store.cpp - see store.hpp.
#include "store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/cgroup_freezer.hpp"
#include "container.hpp"
#include "gate.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace bell {
namespace {

constexpr std::string_view shared_place = "/tmp/bundle-run-";

// Root of a user namespace, as under a rootless podman, can't write to /run either; there, too, it is its user's.
std::string default_directory() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (is_rootless() && runtime && *runtime == '/') return text::cat(runtime, "/bundle-run");
    if (geteuid() == 0) return "/run/bundle-run";
    return text::cat(shared_place, geteuid());
}

// Somebody else could have made it first, as a symlink or open to all.
void check_private(const std::string& directory) {
    const Fd opened = sys::open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const struct stat found = sys::status(opened.get(), directory);
    const bool own = found.st_uid == geteuid() && (found.st_mode & 0022) == 0;
    if (!own && guard::on(guard::Guard::private_states))
        throw Error::bad(text::cat(directory, ": is not yours alone"), "remove it, or name another place with --root");
}

void make_private(const std::string& directory) {
    for (std::size_t slash = directory.find('/', 1); slash != std::string::npos; slash = directory.find('/', slash + 1))
        ::mkdir(directory.substr(0, slash).c_str(), 0700);  // one that can't be made shows at the next
    if (::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST) throw Error::os("mkdir", directory, errno);
    check_private(directory);
}

bool lock(int directory, bool wait) {
    while (::flock(directory, LOCK_EX | (wait ? 0 : LOCK_NB)) < 0) {
        if (errno == EINTR) continue;
        if (errno == EWOULDBLOCK) return false;
        throw Error::os("flock", "the container's directory", errno);
    }
    return true;
}

// Still the directory of that name? Its owner may have removed it before it was locked.
bool is_named(const std::string& directory, int opened) {
    struct stat named {};
    return ::stat(directory.c_str(), &named) == 0 && named.st_ino == sys::status(opened, directory).st_ino;
}

bool is_running(const oci::State& state) {
    if (!state.pid || *state.pid <= 0) return false;
    const auto stat = sys::read_file_if_there(text::cat("/proc/", *state.pid, "/stat"));
    const std::size_t name_end = stat ? stat->rfind(')') : std::string::npos;
    if (name_end == std::string::npos || name_end + 2 >= stat->size()) return false;
    const char letter = (*stat)[name_end + 2];
    if (letter == 'Z' || letter == 'X') return false;
    return !state.pidStartTime || sys::start_time(*state.pid) == *state.pidStartTime;
}

}  // namespace

void validate_id(const std::string& id) {
    const bool letters = std::all_of(id.begin(), id.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || std::string_view("_+.-").find(letter) != std::string_view::npos;
    });
    if (id.empty() || id.size() > 1024 || !letters || id == "." || id == "..")
        throw Error::bad(
            text::cat("container id ", text::quote(id.substr(0, 60)), ": must be 1 to 1024 of A-Z a-z 0-9 _ + . -"));
}

std::optional<oci::State> Record::recorded() const {
    const auto json = sys::try_read_file(path("state.json"));
    if (!json) return std::nullopt;
    try {
        return with_process(oci::parse_state(*json, path("state.json")));
    } catch (const Error&) {
        return std::nullopt;
    }
}

oci::State Record::state() const {
    oci::State state = with_process(oci::parse_state(sys::read_file(path("state.json")), path("state.json")));
    if (state.status == "creating") return state;
    if (!is_running(state)) {
        state.status = "stopped";
        state.pid = 0;
    } else {
        state.status = gate::is_waiting(*this) ? "created" : "running";
        if (cgroup::is_frozen(state.cgroupDirectories)) state.status = "paused";
    }
    return state;
}

void Record::write_state(const oci::State& state) const {
    sys::replace_private_file(path("state.json"), oci::to_json(state));
}

void Record::write_process(const oci::State& state) const {
    sys::replace_private_file(path("process"), text::cat(state.pid.value_or(0), " ", state.pidStartTime.value_or(0),
                                                         " ", state.status, "\n"));
}

oci::State Record::process() const {
    oci::State state;
    const std::string words = sys::try_read_file(path("process")).value_or("");
    const std::vector<std::string> parts = text::split(text::trim(words), ' ');
    if (parts.size() != 3) return state;
    state.pid = text::number<int>(parts[0]);
    state.pidStartTime = text::number<std::uint64_t>(parts[1]).value_or(0);
    state.status = parts[2];
    return state;
}

// The state was written when there was no process yet.
oci::State Record::with_process(oci::State state) const {
    const oci::State known = process();
    if (!known.pid) return state;
    state.pid = known.pid;
    state.pidStartTime = known.pidStartTime;
    state.status = known.status;
    return state;
}

void Record::write_config(const std::string& json) const { sys::replace_private_file(path("config.json"), json); }

oci::Config Record::config() const {
    return oci::Document::parse(sys::read_file(path("config.json")), path("config.json")).config();
}

void Record::remove() {
    for (const char* file : {"start", "starting", "started", "config.json", "process", "state.json"})
        ::unlink(path(file).c_str());
    if (::rmdir(directory_.c_str()) < 0 && errno != ENOENT) {
        // A write that was cut off leaves its temporary file.
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory_.c_str()), ::closedir);
        while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
            if (std::string_view(entry->d_name).ends_with(".new")) ::unlink(path(entry->d_name).c_str());
        if (::rmdir(directory_.c_str()) < 0 && errno != ENOENT) throw Error::os("rmdir", directory_, errno);
    }
    // In /tmp nothing is left lying about: the last one turns the lights off.
    if (directory_.starts_with(shared_place)) ::rmdir(directory_.substr(0, directory_.rfind('/')).c_str());
}

void Record::unlock() { ::flock(lock_.get(), LOCK_UN); }

bool Record::lock_again() {
    lock(lock_.get(), true);
    return is_named(directory_, lock_.get());
}

Store Store::make(const std::string& root) {
    const std::string directory = root.empty() ? default_directory() : root;
    make_private(directory);
    return open(directory);
}

Store Store::open(const std::string& root) {
    const std::string directory = root.empty() ? default_directory() : root;
    if (!sys::exists(directory)) return Store(directory);
    check_private(directory);
    // Absolute: a container is made from within its rootfs, and if that fails its record is looked for from there.
    return Store(directory.starts_with('/') ? directory : sys::read_link(sys::open(directory, O_PATH).path()));
}

std::optional<Record> Store::claim(const std::string& id, std::optional<Record>& left_over) const {
    const std::string directory = text::cat(directory_, "/", id);
    bool made = ::mkdir(directory.c_str(), 0700) == 0;
    if (!made && errno == ENOENT) {  // the last container of before has just taken the place with it
        make_private(directory_);
        made = ::mkdir(directory.c_str(), 0700) == 0;
    }
    if (!made && errno != EEXIST) throw Error::os("mkdir", directory, errno);
    Fd opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    const int error = opened ? 0 : errno;
    if (error == ENOENT || error == ENOTDIR || error == ELOOP)
        return std::nullopt;  // its owner has just removed it, or it isn't a directory
    try {
        if (error != 0) throw Error::os("open", directory, error);
        if (!lock(opened.get(), false)) return std::nullopt;
    } catch (const Error&) {
        if (made) ::rmdir(directory.c_str());
        throw;
    }
    if (!is_named(directory, opened.get())) return std::nullopt;
    Record record(id, directory, std::move(opened));
    const bool fresh = made || !sys::exists(record.path("state.json"));
    if (fresh) return record;
    left_over.emplace(std::move(record));
    return std::nullopt;
}

bool Store::has(const std::string& id) const { return sys::exists(text::cat(directory_, "/", id)); }

Record Store::find(const std::string& id, bool wants_lock) const {
    validate_id(id);
    const std::string directory = text::cat(directory_, "/", id);
    Fd opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!opened) {
        // The wording is runc's: engines look for "does not exist".
        throw Error::bad(
            text::cat("container does not exist: ", id),
            ids().empty() ? "'bundle-run list' shows what there is" : text::cat("there are: ", text::join(ids(), " ")));
    }
    if (wants_lock) lock(opened.get(), true);
    if (wants_lock && !is_named(directory, opened.get()))
        throw Error::bad(text::cat("container does not exist: ", id), "it was deleted just now");
    return {id, directory, std::move(opened)};
}

std::vector<std::string> Store::ids() const {
    std::vector<std::string> out;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory_.c_str()), ::closedir);
    while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace bell
