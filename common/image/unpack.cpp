// unpack.cpp - the parent's part of it. See unpack.hpp; the child's part is assemble.cpp.
#include "image/unpack.hpp"

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/assemble.hpp"
#include "image/worker.hpp"
#include "image/workplace.hpp"

namespace bell::image {
namespace {

std::string to_message(const Outcome& outcome) {
    std::string out = text::cat(outcome.layers, "\n", outcome.reused, "\n", outcome.files, "\n", int{outcome.verified},
                                "\n", outcome.notes.size());
    for (const std::string& note : outcome.notes) out += "\n" + note;
    for (const std::string& warning : outcome.warnings) out += "\n" + warning;
    return out;
}

Outcome outcome_from(const std::string& message) {
    const std::vector<std::string> line = text::split(message, '\n');
    constexpr std::size_t fixed = 5;
    const auto number = [&](std::size_t i) { return text::number<std::uint64_t>(line.at(i)).value_or(0); };
    if (line.size() < fixed || line.size() < fixed + number(4))
        throw Error::bad("the unpacking process sent an unreadable message");
    const auto notes = line.begin() + fixed, warnings = notes + static_cast<std::ptrdiff_t>(number(4));
    return {number(0), number(1), number(2), line[3] == "1", {warnings, line.end()}, {notes, warnings}};
}

Outcome unpack_into(const UnpackOptions& options, const Places& places) {
    return outcome_from(in_child([&] { return to_message(assemble(options, places)); }));
}

// New layers first: what a bundle's config.json speaks of is there.
Outcome unpack_with_store(const UnpackOptions& options, Staging& staging) {
    const LayerStore store(*options.store);
    const Workplace workplace(store.path(), ".layer-unpack.");
    const Outcome outcome =
        unpack_into(options, {staging.directory().get(), staging.bundle_path(), &store, &workplace.directory()});
    const narrate::Section why("layer-unpack", "all verified: the layers appear in the store", "rename(2)");
    store.take_in(workplace.directory(), options.how.durable);
    return outcome;
}

}  // namespace

Outcome unpack(const UnpackOptions& options) {
    if (narrate::dry_run()) return unpack_into(options, {});
    std::optional<Staging> staging;
    {
        const narrate::Section why("layer-unpack", "a place to build it, out of sight", "mkdir(2)");
        staging.emplace(options.bundle, options.how);
    }
    const Outcome outcome = options.store ? unpack_with_store(options, *staging)
                                          : unpack_into(options, {.staging = staging->directory().get()});
    const narrate::Section why("layer-unpack", "all verified: it appears", "rename(2)");
    staging->publish();
    return outcome;
}

}  // namespace bell::image
