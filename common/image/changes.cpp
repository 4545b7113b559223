// changes.cpp - see changes.hpp.
#include "image/changes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/layers.hpp"
#include "image/whiteout.hpp"

namespace bell::image {
namespace {

// What is there after the layers so far.
class Names {
public:
    LayerChanges apply(Stream& tar, Budget& budget) {
        LayerChanges changes;
        TarReader reader(tar, budget.limits());
        for (Entry entry; reader.next(entry);) {
            budget.spend_entries();
            const std::string path = entry_path(entry.path);
            const Whiteout gone = whiteout(path);
            if (gone.kind == Whiteout::Kind::none && !path.empty()) put(path, entry, changes);
            if (gone.kind == Whiteout::Kind::remove) take(below(gone.directory, gone.name), true, changes);
            if (gone.kind == Whiteout::Kind::opaque) take(gone.directory, false, changes);
        }
        for (const auto& [path, change] : changes.paths)
            if (change.kind != Change::Kind::deleted) there_[path] = {change.size, change.directory};
        return changes;
    }

private:
    struct What {
        std::uint64_t size = 0;
        bool directory = false;
    };

    static std::string below(const std::string& directory, const std::string& name) {
        return directory.empty() ? name : text::cat(directory, "/", name);
    }

    void put(const std::string& path, const Entry& entry, LayerChanges& changes) {
        const bool directory = entry.type == Type::directory;
        const auto before = there_.find(path);
        Change change{Change::Kind::added, directory, entry.type == Type::file ? entry.size : 0, 0};
        if (before != there_.end()) {
            change.kind = Change::Kind::changed;
            change.wasted = before->second.size;
            // Where a file takes the place of a directory, all below it goes.
            if (before->second.directory && !directory) take(path, false, changes);
        }
        changes.paths[path] = change;
    }

    // What the layers below have at that path, and under it.
    void take(const std::string& path, bool itself, LayerChanges& changes) {
        const auto remove = [&](auto at) {
            changes.paths[at->first] = {Change::Kind::deleted, at->second.directory, at->second.size, at->second.size};
            return there_.erase(at);
        };
        if (const auto at = there_.find(path); itself && at != there_.end()) remove(at);
        const std::string prefix = path.empty() ? "" : path + "/";
        for (auto at = there_.lower_bound(prefix); at != there_.end() && at->first.starts_with(prefix);)
            at = remove(at);
    }

    std::map<std::string, What> there_;
};

}  // namespace

std::uint64_t LayerChanges::wasted() const {
    std::uint64_t sum = 0;
    for (const auto& [path, change] : paths) sum += change.wasted;
    return sum;
}

void read_changes(const Layout& layout, const Image& image, const Limits& limits, const Progress& progress,
                  const std::function<void(std::size_t layer, const LayerChanges& changes)>& each) {
    Budget budget(limits);
    Pipeline pipeline(sources_of(layout, image), budget);
    tell_progress(pipeline, image, progress);
    Names names;
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
        try {
            each(i, names.apply(pipeline.next_layer(), budget));
        } catch (const Error& error) {
            throw error.in(text::cat("layer ", i + 1, " of ", image.manifest.layers.size()));
        }
    }
}

}  // namespace bell::image
