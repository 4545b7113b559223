// view.cpp - see view.hpp.
#include "view.hpp"

#include <cstdio>

#include "base/text.hpp"
#include "cli/json_writer.hpp"
#include "cli/table.hpp"
#include "cli/tree.hpp"
#include "cli/units.hpp"

namespace bell::view {
namespace {

using image::Change;

// A digest as people quote it.
std::string brief(const std::string& digest) {
    constexpr std::size_t enough = 12;
    const std::size_t colon = digest.find(':');
    return digest.empty() ? "(bare)" : digest.substr(0, colon == std::string::npos ? enough : colon + 1 + enough);
}

std::string counted(std::uint64_t count, std::string_view what) {
    return text::cat(count, " ", what, count == 1 ? "" : "s");
}

void put(const std::string& words) { std::fputs(words.c_str(), stdout); }

void write_layer(cli::JsonWriter& json, const image::LayerFacts& layer) {
    json.key("digest").string(layer.digest);
    json.key("compression").string(layer.compression);
    json.key("size").number(layer.size);
    json.key("madeBy").string(layer.made_by);
}

void write_image(cli::JsonWriter& json, const image::ImageFacts& image) {
    json.object([&] {
        json.key("tag").string(image.tag);
        json.key("digest").string(image.digest);
        if (!image.not_an_image.empty()) return json.key("mediaType").string(image.not_an_image);
        json.key("platform").string(image.platform);
        json.key("size").number(image.size());
        json.key("layers").array([&] {
            for (const image::LayerFacts& layer : image.layers) json.object([&] { write_layer(json, layer); });
        });
    });
}

void print_image(const image::ImageFacts& image, const cli::Paper& paper) {
    const std::string tag = image.tag.empty() ? "(no tag)" : text::printable(image.tag);
    if (!image.not_an_image.empty())
        return put(text::cat(tag, "  not an image: ", text::printable(image.not_an_image), "\n"));
    put(text::cat(tag, "  ", text::printable(image.platform), "  ", brief(image.digest), "  ",
                  counted(image.layers.size(), "layer"), ", ", cli::human_bytes(image.size()), "\n"));
    std::vector<cli::Cells> rows;
    for (const image::LayerFacts& layer : image.layers)
        rows.push_back({brief(layer.digest), layer.compression, cli::human_bytes(layer.size), layer.made_by});
    constexpr std::size_t indent = 4;
    put(cli::draw_table({}, rows, paper, indent));
}

// ---- changes

// What one directory, or one file, comes to.
struct Node {
    std::uint64_t added = 0, changed = 0, deleted = 0, size = 0;
    std::map<std::string, Node> below;

    void count(const Change& change) {
        if (change.kind == Change::Kind::added) ++added;
        if (change.kind == Change::Kind::changed) ++changed;
        if (change.kind == Change::Kind::deleted) ++deleted;
        if (change.kind != Change::Kind::deleted) size += change.size;
    }
    [[nodiscard]] std::string words() const {
        std::string out;
        const auto say = [&](char sign, std::uint64_t count) {
            if (count > 0) out += text::cat(out.empty() ? "" : " ", std::string(1, sign), count);
        };
        say('+', added);
        say('~', changed);
        say('-', deleted);
        return out;
    }
};

Node tree_of(const image::LayerChanges& changes, std::size_t depth) {
    Node top;
    for (const auto& [path, change] : changes.paths) {
        Node* at = &top;
        at->count(change);
        std::size_t level = 0;
        for (const std::string& part : text::split(path, '/')) {
            if (level++ == depth) break;
            at = &at->below[part];
            at->count(change);
        }
    }
    return top;
}

void add_rows(const Node& node, const std::string& name, std::optional<std::size_t> parent,
              std::vector<cli::Row>& rows) {
    const std::size_t own = rows.size();
    rows.push_back({{name, node.words(), cli::human_bytes(node.size)}, parent});
    for (const auto& [each, below] : node.below) add_rows(below, each, own, rows);
}

void print_layer(std::size_t number, std::size_t count, const image::LayerFacts& layer,
                 const image::LayerChanges& changes, std::size_t depth, const cli::Paper& paper) {
    std::string head = text::cat("layer ", number + 1, " of ", count, "  ", brief(layer.digest), "  ",
                                 cli::human_bytes(layer.size), " packed");
    if (!layer.made_by.empty()) head += text::cat("  ", text::printable(layer.made_by));
    put(head.substr(0, paper.width > 0 ? paper.width : head.size()) + "\n");
    std::vector<cli::Row> rows;
    add_rows(tree_of(changes, depth), "/", std::nullopt, rows);
    put(cli::draw_tree(rows, paper));
    if (const std::uint64_t wasted = changes.wasted(); wasted > 0)
        put(text::cat("wasted: ", cli::human_bytes(wasted), " that layers below hold, and nobody sees any more\n"));
}

constexpr std::string_view word(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::added: return "added";
        case Change::Kind::changed: return "changed";
        case Change::Kind::deleted: return "deleted";
    }
    return {};
}

void write_changes(cli::JsonWriter& json, const image::LayerFacts& layer, const image::LayerChanges& changes) {
    json.object([&] {
        write_layer(json, layer);
        json.key("wasted").number(changes.wasted());
        json.key("changes").array([&] {
            for (const auto& each : changes.paths)
                json.object([&] {
                    json.key("path").string("/" + each.first);
                    json.key("kind").string(word(each.second.kind));
                    json.key("directory").boolean(each.second.directory);
                    json.key("size").number(each.second.size);
                });
        });
    });
}

}  // namespace

void print_images(const std::vector<image::ImageFacts>& images, bool json) {
    if (!json) {
        const cli::Paper paper = cli::Paper::of_stdout(false);
        for (const image::ImageFacts& each : images) print_image(each, paper);
        return;
    }
    cli::JsonWriter out;
    out.array([&] {
        for (const image::ImageFacts& each : images) write_image(out, each);
    });
    put(out.text() + "\n");
}

void print_changes(const image::Layout& layout, const image::Image& image, const image::Limits& limits,
                   std::size_t depth, bool json, cli::Progress& progress) {
    const image::ImageFacts facts = image::facts(image);
    const cli::Paper paper = cli::Paper::of_stdout(false);
    cli::JsonWriter out;
    std::uint64_t wasted = 0;
    out.array([&] {
        const auto show = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
        image::read_changes(layout, image, limits, show, [&](std::size_t number, const image::LayerChanges& changes) {
            wasted += changes.wasted();
            if (json) return write_changes(out, facts.layers[number], changes);
            progress.make_room();
            if (number > 0) put("\n");
            print_layer(number, facts.layers.size(), facts.layers[number], changes, depth, paper);
        });
    });
    progress.make_room();
    if (json) return put(out.text() + "\n");
    if (wasted > 0) put(text::cat("\nwasted in all: ", cli::human_bytes(wasted), "\n"));
}

std::string outcome_json(const image::UnpackOptions& options, const image::Outcome& outcome) {
    cli::JsonWriter json;
    json.object([&] {
        json.key("bundle").string(options.bundle);
        json.key("layers").number(outcome.layers);
        json.key("reused").number(outcome.reused);
        json.key("files").number(outcome.files);
        json.key("verified").boolean(outcome.verified);
        json.key("warnings").array([&] {
            for (const std::string& warning : outcome.warnings) json.string(warning);
        });
        json.key("notes").array([&] {
            for (const std::string& note : outcome.notes) json.string(note);
        });
    });
    return json.text();
}

}  // namespace bell::view
