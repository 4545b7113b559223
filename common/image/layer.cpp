// layer.cpp - see layer.hpp. How each type of entry is made stands in entry.cpp.
#include "image/layer.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "base/error.hpp"
#include "base/guard.hpp"

namespace bell::image {

// A root that no layer has an entry for is as old as time, so that the same image gives the same tree; on other layers
// it is like theirs, which the tree has raised.
Assembly::Assembly(Tree& tree, Policy policy, int spool, bool lowest)
    : tree_(tree), policy_(policy), directories_(spool), first_(lowest) {
    if (lowest) {
        drop_acls(tree_.root());
        directories_.note("", {{}, 0755});
    }
    note_raised();
}

void Assembly::note_raised() {
    for (const Tree::Raised& each : tree_.take_raised())
        directories_.note(each.path, {each.mtime, each.mode, each.default_acl});
}

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
        budget.spend_entries(entry.cost + tree_.made() - made_before);
        note_raised();
    }
    tree_.empty_trash();
    first_ = false;
    marks_.clear();
    return counts;
}

void Assembly::add(const std::string& path, const Entry& entry, TarReader& layer) {
    if (path.empty()) return root(entry);
    const Place place = tree_.place(path);
    if (!first_) marks_.set_upwards(place.path, PathMarks::touched);
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
    if (marks_.has(place->path, PathMarks::touched)) return sweep(place->path);
    tree_.remove(*place);
    tree_.hide(*place);
}

// Removes from a directory what the layers below have put there.
void Assembly::sweep(const std::string& path) {
    if (!marks_.set(path, PathMarks::clean) && guard::on(guard::Guard::linear_opaque)) return;
    const auto open = std::make_shared<const Fd>(tree_.directory(path));
    if (!*open) return;  // a file of this layer: nothing is below it
    std::vector<std::string> inside;
    for (const std::string& name : names_in(open->get(), path)) {
        const std::string each = path.empty() ? name : path + "/" + name;
        if (marks_.has(each, PathMarks::touched))
            inside.push_back(each);
        else
            tree_.remove({open, each, name});
    }
    tree_.hide_inside(path);
    for (const std::string& each : inside) sweep(each);
}

// What has been removed isn't there any more, or has been noted anew.
void Assembly::finish() {
    directories_.settle([&](const std::string& path, const DirectoryEnds::End& end) {
        const Fd directory = tree_.directory(path);
        if (!directory) return;
        set_default_acl(directory.get(), path, end.default_acl, policy_, left_out_);
        if (::fchmod(directory.get(), end.mode) < 0) throw Error::os("chmod", text::printable(path), errno);
        set_time(directory.get(), end.mtime, path);
        if ((end.mode & S_IRWXU) == S_IRWXU) return;
        ++closed_.count;
        closed_.first = path;
    });
}

}  // namespace bell::image
