// layer-pack: an image is files in a tar, and three small documents that name it by its digest.            Lesson 12
//
// How it is done stands in common/image/pack.hpp. This is its command line.
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/json_writer.hpp"
#include "cli/progress.hpp"
#include "cli/units.hpp"
#include "image/date.hpp"
#include "image/pack.hpp"
#include "image/sink.hpp"
#include "sys/file.hpp"

using namespace bell;

namespace {

// HOW or HOW:LEVEL.
void set_compression(const std::string& words, image::PackOptions& options) {
    using image::Compression;
    const std::size_t colon = words.find(':');
    const std::string how = words.substr(0, colon);
    for (const Compression each : {Compression::none, Compression::gzip, Compression::zstd})
        if (how == image::word(each)) options.compression = each;
    if (!options.compression || image::word(*options.compression) != how)
        throw Error::bad(text::cat("--compress ", text::printable(how), ": unknown",
                                   text::did_you_mean(how, {"gzip", "zstd", "none"})),
                         "there are gzip, zstd and none");
    options.level.reset();
    if (colon == std::string::npos) return;
    const image::Levels levels = image::levels(*options.compression);
    if (levels.highest == 0)
        throw Error::bad(text::cat("--compress ", words, ": without compression there is no level"));
    options.level =
        static_cast<int>(cli::integer("--compress " + how, words.substr(colon + 1), levels.lowest, levels.highest));
}

void add_pair(std::string_view option, std::map<std::string, std::string>& pairs, const std::string& words) {
    const std::size_t equals = words.find('=');
    if (equals == 0 || equals == std::string::npos)
        throw Error::bad(text::cat(option, " ", text::printable(words), ": NAME=VALUE is expected"));
    pairs[words.substr(0, equals)] = words.substr(equals + 1);
}

std::string counted(std::uint64_t count, std::string_view what) {
    return text::cat(count, " ", what, count == 1 ? "" : "s");
}

std::string sentence(const image::PackOptions& options, const image::Packed& packed) {
    std::string line =
        text::cat(options.to.is_stdout() ? "stdout" : options.to.path, ": ", counted(packed.layers, "layer"));
    line += packed.layer.empty() ? ", no file changed" : ", " + counted(packed.files, "file");
    if (packed.whiteouts > 0) line += text::cat(" added, ", packed.whiteouts, " removed");
    const bool docker = options.to.format == image::Format::docker_archive;
    const std::optional<std::string> name = docker ? options.to.docker_name() : options.to.tag();
    if (!packed.layer.empty()) line += ", " + cli::human_bytes(packed.size);
    return text::cat(line, " -> ", name ? *name + " " : "", docker ? packed.config : packed.digest, "\n");
}

std::string json(const image::PackOptions& options, const image::Packed& packed) {
    const bool docker = options.to.format == image::Format::docker_archive;
    const std::optional<std::string> name = docker ? options.to.docker_name() : options.to.tag();
    cli::JsonWriter out;
    out.object([&] {
        out.key("image").string(options.to.path);
        out.key("format").string(image::word(options.to.format));
        out.key("tag");
        name ? out.string(*name) : out.null();
        out.key("digest");
        docker ? out.null() : out.string(packed.digest);
        out.key("config").string(packed.config);
        out.key("layers").number(packed.layers);
        out.key("layer");
        if (packed.layer.empty())
            out.null();
        else
            out.object([&] {
                out.key("digest").string(packed.layer);
                out.key("diff_id").string(packed.diff_id);
                out.key("size").number(packed.size);
                out.key("files").number(packed.files);
                out.key("whiteouts").number(packed.whiteouts);
            });
        out.key("warnings").array([&] {
            for (const std::string& warning : packed.warnings) out.string(warning);
        });
    });
    return out.text() + "\n";
}

void make_image(image::PackOptions options, bool as_json) {
    if (options.to.is_stdout() && isatty(STDOUT_FILENO) == 1)
        throw Error::bad("an archive is not for a terminal", "> FILE.tar, or | docker load");
    cli::Progress progress("layer-pack", !narrate::on());
    if (progress.wanted()) options.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    const image::Packed packed = image::pack(options);
    progress.clear();
    if (!as_json)
        for (const std::string& warning : packed.warnings)
            sys::write_all(STDERR_FILENO, text::cat("layer-pack: warning: ", warning, "\n"), "stderr");
    // Where the archive has stdout, words are for stderr.
    sys::write_all(options.to.is_stdout() ? STDERR_FILENO : STDOUT_FILENO,
                   as_json ? json(options, packed) : sentence(options, packed), "the summary");
}

void describe_options(cli::Command& command, image::PackOptions& options) {
    image::Wishes& wishes = options.wishes;
    const auto all = cli::Help::all;
    const auto words = [&](std::string_view name, std::vector<std::string>& out, std::string_view help) {
        command.each(
            name, [name, &out](const std::string& word) { image::add_words(name, out, word); }, "WORD", help);
    };
    const auto list = [&](std::string_view name, std::vector<std::string>& out, std::string_view value,
                          std::string_view help, cli::Help level) {
        command.each(
            name, [&out](const std::string& word) { out.push_back(word); }, value, help, level);
    };
    const auto pairs = [&](std::string_view name, std::map<std::string, std::string>& out, std::string_view help,
                           cli::Help level) {
        command.each(
            name, [name, &out](const std::string& pair) { add_pair(name, out, pair); }, "NAME=VALUE", help, level);
    };
    command.text("--on", options.on, "IMAGE[:TAG]", "a layer on this image: what differs from it");
    command.flag("--add", options.add, "put all of ROOTFS on top; what it hasn't stays");
    words("--entrypoint", wishes.process.entrypoint, "the program: words, or [\"a\",\"list\"]; '' is none");
    words("--cmd", wishes.process.cmd, "its arguments, likewise (--cmd=-c for a dash)");
    list("--env", wishes.process.env, "NAME=VALUE", "a variable", cli::Help::shown);
    command.text("--user", wishes.process.user, "USER[:GROUP]", "who runs it, by name or number");
    command.text("--workdir", wishes.process.workdir, "PATH", "where it starts");
    pairs("--label", wishes.labels, "a label", cli::Help::shown);
    command.each(
        "--compress", [&](const std::string& how) { set_compression(how, options); }, "gzip|zstd|none[:LEVEL]",
        "how the layer is packed (gzip)");
    command.text("--base-rootfs", options.base_rootfs, "DIR", "what --on was unpacked to, else it is done anew", all);
    command.text("--platform", options.platform, "OS/ARCH", "what it is for (this machine)", all);
    command.each(
        "--created", [&](const std::string& date) { options.created = image::parse_date("--created", date); }, "DATE",
        "when it was made (the newest file's time)", all);
    command.text("--history", wishes.history, "TEXT", "what made the layer", all);
    command.text("--author", wishes.author, "NAME", "who made it", all);
    command.text("--stop-signal", wishes.stop_signal, "SIGNAL", "what asks it to end", all);
    list("--port", wishes.ports, "PORT[/udp]", "a port it listens on", all);
    list("--volume", wishes.volumes, "PATH", "a directory for data that outlives the container", all);
    pairs("--annotation", wishes.annotations, "an annotation of the manifest", all);
}

}  // namespace

int main(int argc, char** argv) {
    cli::Command command({
        .name = "layer-pack",
        .summary = "root file system, or its difference to an image -> layer, image",
        .usage = {"layer-pack [OPTIONS] ROOTFS IMAGE[:TAG]              an image of one layer",
                  "layer-pack [OPTIONS] --on BELOW ROOTFS IMAGE[:TAG]   a layer on another image"},
        .examples = {"layer-pack --cmd sh rootfs images/mine",
                     "layer-pack --cmd sh --tag mine:v1 rootfs - | docker load"},
        .more = "IMAGE is a layout directory, or FILE.tar, or '-' for an archive on stdout.\n"
                "The same files give the same digest (see SOURCE_DATE_EPOCH).",
        .not_live = "it packs directories, not processes",
        .not_live_hint = "a container's files are in its bundle's rootfs",
    });
    image::PackOptions options;
    std::string to;
    std::optional<std::string> format;
    std::optional<std::string> tag;
    bool as_json = false;
    command.positional("ROOTFS", options.rootfs, true);
    command.positional("IMAGE", to, true);
    describe_options(command, options);
    command.text("--format", format, "dir|oci-archive|docker-archive",
                 "what is written, if IMAGE's name doesn't say it");
    command.text("--tag", tag, "NAME", "the image's name: latest, v1, web:v1");
    command.flag("--json", as_json, "print digests and sizes for programs");

    return command.run(argc, argv, {.act = {}, .describe = {}, .live = {}, .plain = [&] {
                                        options.to = image::Destination::parse(to, format, tag);
                                        make_image(options, as_json);
                                    }});
}
