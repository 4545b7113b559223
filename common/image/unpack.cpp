// unpack.cpp - the parent's part of it. See unpack.hpp; the child's part is assemble.cpp.
#include "image/unpack.hpp"

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/assemble.hpp"
#include "image/worker.hpp"

namespace bell::image {
namespace {

std::string to_message(const Outcome& outcome) {
    std::string out = text::cat(outcome.layers, "\n", outcome.files, "\n", int{outcome.verified});
    for (const std::string& warning : outcome.warnings) out += "\n" + warning;
    return out;
}

Outcome from_message(const std::string& message) {
    const std::vector<std::string> line = text::split(message, '\n');
    if (line.size() < 3) throw Error::bad("the unpacking process sent an unreadable message");
    return {text::number<std::uint64_t>(line[0]).value_or(0),
            text::number<std::uint64_t>(line[1]).value_or(0),
            line[2] == "1",
            {line.begin() + 3, line.end()}};
}

Outcome unpack_into(const UnpackOptions& options, int staging) {
    return from_message(in_child([&] { return to_message(assemble(options, staging)); }));
}

}  // namespace

Outcome unpack(const UnpackOptions& options) {
    if (narrate::dry_run()) return unpack_into(options, -1);
    std::optional<Staging> staging;
    {
        const narrate::Section why("layer-unpack", "a place to build it, out of sight", "mkdir(2)");
        staging.emplace(options.bundle, options.how);
    }
    const Outcome outcome = unpack_into(options, staging->directory().get());
    const narrate::Section why("layer-unpack", "all verified: it appears", "rename(2)");
    staging->publish();
    return outcome;
}

}  // namespace bell::image
