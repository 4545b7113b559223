// changes.cpp - see changes.hpp.
#include "image/changes.hpp"

#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/layers.hpp"
#include "image/whiteout.hpp"

namespace bell::image {
namespace {

// What is there after the layers so far.
class NamesSoFar {
public:
    LayerChanges apply(Stream& tar, Budget& budget) {
        LayerChanges changes;
        TarReader reader(tar, budget.limits());
        for (Entry entry; reader.next(entry);) {
            budget.spend_entries(entry.cost);
            const std::string path = entry_path(entry.path);
            const Whiteout gone = whiteout(path);
            if (gone.kind == Whiteout::Kind::none && !path.empty()) put(path, entry, changes);
            if (gone.kind == Whiteout::Kind::remove) take(below(gone.directory, gone.name), true, changes);
            if (gone.kind == Whiteout::Kind::opaque) take(gone.directory, false, changes);
        }
        count_wasted(changes);
        there_.merge(here_);
        here_.clear();
        return changes;
    }

private:
    // What is in a file, however many names it has.
    struct Content {
        std::uint64_t size = 0;
        std::uint64_t names = 0;
    };
    struct Name {
        std::shared_ptr<Content> content;  // null: nothing that takes room
        bool directory = false;
    };

    static std::string below(const std::string& directory, const std::string& name) {
        return directory.empty() ? name : text::cat(directory, "/", name);
    }

    // Of a hard link it is its target's, in this layer or below.
    std::shared_ptr<Content> content_of(const Entry& entry) const {
        if (entry.type == Type::file && entry.size > 0) return std::make_shared<Content>(Content{entry.size, 0});
        if (entry.type != Type::hardlink) return nullptr;
        const std::string target = entry_path(entry.link);
        if (const auto found = here_.find(target); found != here_.end()) return found->second.content;
        const auto found = there_.find(target);
        return found == there_.end() ? nullptr : found->second.content;
    }

    void put(const std::string& path, const Entry& entry, LayerChanges& changes) {
        Name now{content_of(entry), entry.type == Type::directory};
        if (now.content) ++now.content->names;
        // Where a file takes the place of a directory, all below it goes.
        if (!now.directory) take(path, false, changes);
        const auto before = there_.find(path);
        const bool was_there = before != there_.end();
        if (was_there) {
            let_go(path, before->second.content);
            there_.erase(before);
        }
        Change& change = changes.paths.try_emplace(path).first->second;
        const bool was_deleted = change.kind == Change::Kind::deleted;
        if (was_there || was_deleted) change.kind = Change::Kind::changed;
        change.directory = now.directory;
        change.size = entry.type == Type::file ? entry.size : 0;
        Name& here = here_[path];
        if (here.content) --here.content->names;
        here = std::move(now);
    }

    // What the layers below have at that path, and under it.
    void take(const std::string& path, bool itself, LayerChanges& changes) {
        const auto remove = [&](auto at) {
            const std::shared_ptr<Content>& content = at->second.content;
            changes.paths[at->first] = {Change::Kind::deleted, at->second.directory, content ? content->size : 0, 0};
            let_go(at->first, content);
            return there_.erase(at);
        };
        if (const auto at = there_.find(path); itself && at != there_.end()) remove(at);
        const std::string prefix = path.empty() ? "" : path + "/";
        for (auto at = there_.lower_bound(prefix); at != there_.end() && at->first.starts_with(prefix);)
            at = remove(at);
    }

    void let_go(const std::string& path, const std::shared_ptr<Content>& content) {
        if (!content) return;
        --content->names;
        gone_.emplace_back(path, content);
    }

    // A file of the layers below is lost when its last name is: the layer at hand may give it another one.
    void count_wasted(LayerChanges& changes) {
        for (const auto& [path, content] : gone_)
            if (content->names == 0) changes.paths[path].wasted = std::exchange(content->size, 0);
        gone_.clear();
    }

    std::map<std::string, Name> there_;  // of the layers below, as far as this one hasn't taken it away
    std::map<std::string, Name> here_;   // of this layer
    std::vector<std::pair<std::string, std::shared_ptr<Content>>> gone_;  // names that it has taken away
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
    NamesSoFar names;
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
        try {
            each(i, names.apply(pipeline.next_layer(), budget));
        } catch (const Error& error) {
            throw error.in(text::cat("layer ", i + 1, " of ", image.manifest.layers.size()));
        }
    }
}

}  // namespace bell::image
