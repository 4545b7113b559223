// layer-pack: an image is files in a tar, and three small documents that name it by its digest.            Lesson 12
//
// How it is done stands in common/image/pack.hpp. This is its command line.
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/units.hpp"
#include "image/pack.hpp"
#include "sys/file.hpp"

using namespace bell;

namespace {

image::Compression compression(const std::string& words) {
    using image::Compression;
    for (const Compression each : {Compression::none, Compression::gzip, Compression::zstd})
        if (words == image::word(each)) return each;
    throw Error::bad(text::cat("--compress ", text::printable(words), ": unknown",
                               text::did_you_mean(words, {"gzip", "zstd", "none"})),
                     "there are gzip, zstd and none");
}

void add_label(std::map<std::string, std::string>& labels, const std::string& words) {
    const std::size_t equals = words.find('=');
    if (equals == 0 || equals == std::string::npos)
        throw Error::bad(text::cat("--label ", text::printable(words), ": NAME=VALUE is expected"));
    labels[words.substr(0, equals)] = words.substr(equals + 1);
}

std::string counted(std::uint64_t count, std::string_view what) {
    return text::cat(count, " ", what, count == 1 ? "" : "s");
}

void make_image(const image::PackOptions& options) {
    const image::Packed packed = image::pack(options);
    for (const std::string& warning : packed.warnings)
        sys::write_all(STDERR_FILENO, text::cat("layer-pack: warning: ", warning, "\n"), "stderr");
    std::string line =
        text::cat(options.image, ": ", counted(packed.layers, "layer"), ", ", counted(packed.files, "file"));
    if (packed.whiteouts > 0) line += text::cat(" added, ", packed.whiteouts, " removed");
    line += text::cat(", ", cli::human_bytes(packed.size), " -> ", packed.tag, " ", packed.digest, "\n");
    sys::write_all(STDOUT_FILENO, line, "stdout");
}

}  // namespace

int main(int argc, char** argv) {
    cli::Command command({
        .name = "layer-pack",
        .summary = "root file system, or its difference to another -> layer, image",
        .usage = {"layer-pack [OPTIONS] ROOTFS IMAGE[:TAG]   an image of one layer",
                  "layer-pack --on BELOW --base-rootfs DIR ROOTFS IMAGE[:TAG]   a layer on another image"},
        .examples = {"layer-pack --cmd sh rootfs images/mine",
                     "skopeo copy oci:images/mine:latest docker-archive:mine.tar"},
        .more = "The same files give the same digest (see SOURCE_DATE_EPOCH).",
        .not_live = "it packs directories, not processes",
        .not_live_hint = "a container's files are in its bundle's rootfs",
    });
    image::PackOptions options;
    const auto words = [&](std::string_view name, std::vector<std::string>& out, std::string_view value,
                           std::string_view help) {
        command.each(
            name, [&out](const std::string& word) { out.push_back(word); }, value, help);
    };
    std::optional<std::string> tag;
    command.positional("ROOTFS", options.rootfs, true);
    command.positional("IMAGE", options.image, true);
    command.text("--tag", tag, "TAG", "the image's name in the layout (latest)", cli::Help::all);
    command.text("--on", options.on, "IMAGE[:TAG]", "put the layer on this image");
    command.text("--base-rootfs", options.base_rootfs, "DIR", "pack only what differs from DIR");
    words("--entrypoint", options.process.entrypoint, "WORD", "the program, word by word");
    words("--cmd", options.process.cmd, "WORD", "its arguments, word by word (--cmd=-c for a dash)");
    words("--env", options.process.env, "NAME=VALUE", "a variable");
    command.text("--user", options.process.user, "USER[:GROUP]", "who runs it, by name or number");
    command.text("--workdir", options.process.workdir, "PATH", "where it starts");
    command.each(
        "--label", [&](const std::string& label) { add_label(options.labels, label); }, "NAME=VALUE", "a label");
    command.each(
        "--compress", [&](const std::string& word) { options.compression = compression(word); }, "HOW",
        "gzip (the default), zstd or none");
    command.text("--platform", options.platform, "OS/ARCH", "what it is for (this machine)", cli::Help::all);
    command.text("--author", options.author, "NAME", "who made it", cli::Help::all);
    command.text("--stop-signal", options.stop_signal, "SIGNAL", "what asks it to end", cli::Help::all);
    command.each(
        "--port", [&](const std::string& port) { options.ports.push_back(port); }, "PORT/tcp", "a port it listens on",
        cli::Help::all);
    command.each(
        "--volume", [&](const std::string& path) { options.volumes.push_back(path); }, "PATH",
        "a directory for data that outlives the container", cli::Help::all);

    return command.run(argc, argv, {.act = {}, .describe = {}, .live = {}, .plain = [&] {
                                        if (tag) options.image += ":" + *tag;
                                        make_image(options);
                                    }});
}
