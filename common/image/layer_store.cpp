// layer_store.cpp - see layer_store.hpp.
#include "image/layer_store.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/move.hpp"
#include "image/tree.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::array stored_algorithms = {Algorithm::sha256, Algorithm::sha512};
constexpr std::string_view missing = ".missing";
constexpr const char* every_id = "0 0 4294967295";

// A map's lines with one blank between the numbers.
std::string in_short(const std::string& map) {
    std::string out;
    for (const std::string& line : text::split(map, '\n')) {
        std::vector<std::string> numbers;
        for (std::string& word : text::split(line, ' '))
            if (!word.empty()) numbers.push_back(std::move(word));
        if (!numbers.empty()) out += text::cat(out.empty() ? "" : ", ", text::join(numbers, " "));
    }
    return out;
}

bool maps_every_id() { return in_short(sys::read_file("/proc/self/uid_map")) == every_id; }

// Without one of these a file gets less than it should have: owners, setgid bits, devices, attributes.
std::string powers_here() {
    constexpr std::uint64_t that_matter = 1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER |
                                          1u << CAP_FSETID | 1u << CAP_SYS_ADMIN | 1u << CAP_MKNOD | 1u << CAP_SETFCAP;
    for (const std::string& line : text::split(sys::read_file("/proc/self/status"), '\n'))
        if (line.starts_with("CapEff:\t"))
            return text::cat(text::number<std::uint64_t>(line.substr(8), 16).value_or(0) & that_matter);
    return {};
}

// What an id in this store means.
std::string owners_here() {
    if (possible_owners() == Owners::single) return "one: everything is the caller's\n";
    return text::cat("uid ", in_short(sys::read_file("/proc/self/uid_map")), "; gid ",
                     in_short(sys::read_file("/proc/self/gid_map")), "; powers ", powers_here(), "\n");
}

void refuse_separators(const std::string& path) {
    if (path.find_first_of(":,\\") == std::string::npos) return;
    throw Error::bad(text::cat(text::printable(path),
                               ": an overlay's options can't name it, for ':', ',' and '\\' mean "
                               "something there"),
                     "choose another directory");
}

void take_in_one(const Fd& from, const Fd& to, const std::string& name, const std::string& shown) {
    try {
        move(from, name, to, name, RENAME_NOREPLACE, shown);
    } catch (const Error& error) {
        if (error.code() != EEXIST) throw;  // somebody else was faster, and brought the same
    }
}

}  // namespace

std::vector<Digest> chain_ids(const std::vector<std::string>& diff_ids) {
    std::vector<Digest> chain;
    for (const std::string& each : diff_ids) {
        const Digest layer = Digest::parse(each, "the image's config");
        chain.push_back(chain.empty() ? layer : digest_of(text::cat(chain.back().text(), " ", layer.text())));
    }
    return chain;
}

LayerStore::LayerStore(const std::string& path) : is_root_(geteuid() == 0 && maps_every_id()) {
    const bool made = ::mkdir(path.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) throw Error::os("mkdir", path, errno);
    directory_ = sys::open(path, O_RDONLY | O_DIRECTORY);
    path_ = sys::read_link(directory_.path());
    refuse_separators(path_);
    const struct stat status = sys::status(directory_.get(), path);
    if (status.st_uid != geteuid())
        throw Error::bad(text::cat(path, ": belongs to user ", status.st_uid, ", who could change its layers"),
                         "choose a directory of your own");
    if ((status.st_mode & 0077u) != 0)
        throw Error::bad(text::cat(path, ": other users can enter it, and would reach the images' setuid programs"),
                         text::cat("chmod 700 ", path, ", or choose a new directory"));
    // Of several at once the first makes it a store; the lock goes with the descriptor.
    const Fd lock = sys::open_at(directory_.get(), ".", O_RDONLY | O_DIRECTORY);
    if (::flock(lock.get(), LOCK_EX) < 0) throw Error::os("flock", path, errno);
    check_owners();
    for (const Algorithm each : stored_algorithms)
        if (::mkdirat(directory_.get(), std::string(word(each)).c_str(), 0700) < 0 && errno != EEXIST)
            throw Error::os("mkdir", path, errno);
}

void LayerStore::check_owners() const {
    const std::string file = path_ + "/owners", here = owners_here();
    const std::optional<std::string> there = sys::read_file_if_there(file);
    std::vector<std::string> names = names_in(directory_.get(), path_);
    std::erase_if(names,
                  [](const std::string& name) { return name.starts_with("owners."); });  // of a run that was killed
    if (!there && !names.empty())
        throw Error::bad(text::cat(path_, ": is no store of layers, and not empty"), "choose a new directory");
    if (!there) return sys::replace_private_file(file, here);
    if (*there != here)
        throw Error::bad(
            text::cat(path_,
                      ": its files have other owners than this user namespace's, or were made with other powers (",
                      text::trim(*there), ")"),
            "a store is for one set of ids: choose another directory");
}

bool LayerStore::has(const Digest& chain) const {
    return ::faccessat(directory_.get(), chain.path().c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Fd LayerStore::open(const Digest& chain) const {
    return sys::open_at(directory_.get(), chain.path(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

void LayerStore::take_in(const Fd& from, bool durable) const {
    if (durable && ::syncfs(from.get()) < 0) throw Error::os("syncfs", path_, errno);
    const Fd lock = sys::open_at(directory_.get(), ".", O_RDONLY | O_DIRECTORY);
    if (::flock(lock.get(), LOCK_EX) < 0) throw Error::os("flock", path_, errno);
    for (const Algorithm each : stored_algorithms) {
        const std::string name(word(each));
        const auto made = sys::open_if_there(from.get(), name, directory_itself);
        if (!made) continue;
        const Fd to = sys::open_at(directory_.get(), name, directory_itself);
        std::vector<std::string> names = names_in(made->get(), name);
        // Of a layer that somebody else has brought meanwhile nothing is taken.
        std::erase_if(names, [&](const std::string& layer) {
            return ::faccessat(to.get(), layer.substr(0, layer.find('.')).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        });
        // What is missing first: a layer that is there is complete, and so is what is said of it.
        for (const std::string& layer : names)
            if (layer.ends_with(missing)) take_in_one(*made, to, layer, text::cat(path_, "/", name, "/", layer));
        for (const std::string& layer : names)
            if (!layer.ends_with(missing)) take_in_one(*made, to, layer, text::cat(path_, "/", name, "/", layer));
        if (durable && ::fsync(to.get()) < 0) throw Error::os("fsync", path_, errno);
    }
}

Fd make_layer(const Fd& place, const Digest& chain) {
    const std::string algorithm(word(chain.algorithm));
    if (::mkdirat(place.get(), algorithm.c_str(), 0700) < 0 && errno != EEXIST)
        throw Error::os("mkdir", algorithm, errno);
    if (::mkdirat(place.get(), chain.path().c_str(), 0755) < 0) throw Error::os("mkdir", chain.text(), errno);
    return sys::open_at(place.get(), chain.path(), directory_itself);
}

// Counts, and the first of each kind, with NULs between: a name has none.
void note_left_out(const Fd& place, const Digest& chain, const LeftOut& left_out) {
    if (left_out.nothing()) return;
    const std::string name = text::cat(chain.path(), missing);
    const Fd file{::openat(place.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!file) throw Error::os("create", name, errno);
    const std::string nul(1, '\0');
    std::string paths;
    for (const std::string& each : left_out.device_paths) paths += nul + each;
    sys::write_all(file.get(),
                   text::cat(left_out.devices, nul, left_out.attributes, nul, left_out.marks, nul, left_out.modes, nul,
                             left_out.first_device, nul, left_out.first_attribute, nul, left_out.first_mark, nul,
                             left_out.first_mode, paths),
                   "what is missing");
}

LeftOut LayerStore::left_out_of(const Digest& chain) const {
    const auto file = sys::open_if_there(directory_.get(), text::cat(chain.path(), missing), O_RDONLY | O_NOFOLLOW);
    if (!file) return {};
    const std::vector<std::string> part = text::split(sys::read_all(file->get(), "what is missing"), '\0');
    if (part.size() < 8) return {};
    const auto count = [&](std::size_t i) { return text::number<std::uint64_t>(part[i]).value_or(0); };
    return {count(0), count(1), count(2), count(3), part[4], part[5], part[6], part[7], {part.begin() + 8, part.end()}};
}

void check_mountable(const std::vector<Digest>& chain, const std::string& bundle) {
    constexpr std::size_t most = 500;  // of the kernel, OVL_MAX_STACK
    refuse_separators(bundle);
    if (chain.size() > most)
        throw Error::bad(text::cat("the image has ", chain.size(), " layers, an overlay takes ", most),
                         "leave out --store");
}

oci::Mount overlay_mount(const LayerStore& store, const std::vector<Digest>& chain, const std::string& bundle) {
    std::vector<std::string> layers;
    for (auto each = chain.rbegin(); each != chain.rend(); ++each)
        layers.push_back(text::cat(store.path(), "/", each->path()));
    oci::Mount mount{"/", "overlay", "overlay", {}, {}, {}};
    mount.options = {text::cat("lowerdir=", text::join(layers, ":")), text::cat("upperdir=", bundle, "/rootfs.upper"),
                     text::cat("workdir=", bundle, "/rootfs.work")};
    // Its own marks then are attributes that a user namespace's root may set.
    if (!store.is_root()) mount.options.emplace_back("userxattr");
    return mount;
}

}  // namespace bell::image
