// layer.cpp - see layer.hpp. How each type of entry is made stands in entry.cpp.
#include "image/layer.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "base/error.hpp"
#include "base/guard.hpp"

namespace bell::image {

Counts Assembly::apply(TarReader& layer, Budget& budget) {
    Counts counts;
    budget_ = &budget;
    Entry entry;
    while (layer.next(entry)) {
        if (entry.type == Type::file) budget.spend_size(entry.size);
        const std::uint64_t made_before = tree_.made();
        const std::string path = entry_path(entry.path);
        const Whiteout gone = whiteout(path);
        if (gone.kind == Whiteout::Kind::none) {
            add(path, entry, layer);
            ++counts.files;
        } else {
            take_away(gone);
            ++counts.whiteouts;
        }
        budget.spend_entries(1 + tree_.made() - made_before);
        for (const Tree::Raised& each : tree_.take_raised())
            directories_.try_emplace(each.path, DirectoryEnd{each.mtime, each.mode});
    }
    tree_.empty_trash();
    first_ = false;
    touched_.clear();
    clean_.clear();
    return counts;
}

void Assembly::add(const std::string& path, const Entry& entry, TarReader& layer) {
    if (path.empty()) return root(entry);
    const Place place = tree_.place(path);
    if (!first_) touched_.insert(place.path);
    switch (entry.type) {
        case Type::file: return file(place, entry, layer);
        case Type::directory: return directory(place, entry);
        case Type::symlink: return symlink(place, entry);
        case Type::hardlink: return hardlink(place, entry);
        case Type::character:
        case Type::block:
        case Type::fifo: return node(place, entry);
    }
}

// The path or something below it: a directory that holds something of this layer can't go with the layers below. Paths
// are in order, so what is below stands together; to note what is above each would take the square of its depth.
bool Assembly::is_touched(const std::string& path) const {
    const std::string below = path + "/";
    const auto next = touched_.lower_bound(below);
    return touched_.contains(path) || (next != touched_.end() && next->starts_with(below));
}

void Assembly::take_away(const Whiteout& gone) {
    if (first_ || gone.kind == Whiteout::Kind::ignore) return;
    if (gone.kind == Whiteout::Kind::opaque) {
        // The directory may be reached through a symlink: what counts is where it is.
        const std::optional<std::string> inside = tree_.find_directory(gone.directory);
        return inside ? sweep(*inside) : void();
    }
    const std::optional<Place> place =
        tree_.find(gone.directory.empty() ? gone.name : gone.directory + "/" + gone.name);
    if (!place) return;
    if (is_touched(place->path)) return sweep(place->path);
    remove(*place);
    tree_.hide(*place);
}

// Removes from a directory what the layers below have put there.
void Assembly::sweep(const std::string& path) {
    if (!clean_.insert(path).second && guard::on(guard::Guard::linear_opaque)) return;
    const auto open = std::make_shared<const Fd>(tree_.directory(path));
    if (!*open) return;  // a file of this layer: nothing is below it
    std::vector<std::string> inside;
    for (const std::string& name : names_in(open->get(), path)) {
        const std::string each = path.empty() ? name : path + "/" + name;
        if (is_touched(each))
            inside.push_back(each);
        else
            remove({open, each, name});
    }
    tree_.hide_inside(path);
    for (const std::string& each : inside) sweep(each);
}

void Assembly::remove(const Place& place) {
    if (!tree_.remove(place)) return;
    // What was noted about directories below it is void.
    directories_.erase(place.path);
    const std::string below = place.path + "/";
    auto from = directories_.lower_bound(below);
    while (from != directories_.end() && from->first.starts_with(below)) from = directories_.erase(from);
}

void Assembly::finish() {
    for (auto each = directories_.rbegin(); each != directories_.rend(); ++each) {
        const auto& [path, end] = *each;
        const Fd directory = tree_.directory(path);
        if (!directory) continue;
        if (::fchmod(directory.get(), end.mode) < 0) throw Error::os("chmod", text::printable(path), errno);
        set_time(directory.get(), end.mtime, path);
        if ((end.mode & S_IRWXU) == S_IRWXU) continue;
        ++closed_.count;
        closed_.first = path;
    }
}

}  // namespace bell::image
