// layer-unpack: an image is a list of layers and a wish; made into a root file system and a config.json.   Lesson 11
//
// What it does with an image stands in common/image/unpack.hpp. This is its command line.
#include <sys/stat.h>
#include <unistd.h>

#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/units.hpp"
#include "image/list.hpp"
#include "image/unpack.hpp"
#include "sys/file.hpp"
#include "view.hpp"

using namespace bell;

namespace {

// The document goes to the next tool of a pipe. Where stderr is that same pipe (2>&1, a test's log) nobody reads it as
// one.
bool stdout_is_a_pipe() {
    const struct stat out = sys::status(STDOUT_FILENO, "stdout");
    const struct stat error = sys::status(STDERR_FILENO, "stderr");
    const bool same = out.st_dev == error.st_dev && out.st_ino == error.st_ino;
    return (S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode)) && !same;
}

void say(int where, const std::string& line) { sys::write_all(where, line + "\n", "the summary"); }

std::string counted(std::uint64_t count, std::string_view what) {
    return text::cat(count, " ", what, count == 1 ? "" : "s");
}

// A layer that the store had was verified when it came there, and isn't read again.
std::string_view verified(const image::Outcome& outcome) {
    if (!outcome.verified) return ", nothing to verify";
    if (outcome.reused == 0) return ", digests verified";
    return outcome.reused == outcome.layers ? ", verified when stored" : ", digests of the others verified";
}

// How many layers need not be unpacked again.
std::string of_store(const image::Outcome& outcome) {
    if (outcome.reused == 0) return "";
    return outcome.reused == outcome.layers ? "all in the store, " : text::cat(outcome.reused, " in the store, ");
}

struct Looking {
    bool list = false, diff = false, json = false;
    std::string depth = "2";
};

image::Reference reference_of(const image::UnpackOptions& options) {
    image::Reference out = image::Reference::parse(options.image);
    if (options.tag) out.tag = options.tag;
    return out;
}

void look(const image::UnpackOptions& options, const Looking& how) {
    const image::Reference reference = reference_of(options);
    const auto depth = static_cast<std::size_t>(cli::integer("--depth", how.depth, 0, 1000));
    // Whoever reads a pipe, a pager above all, has the terminal for itself.
    cli::Progress progress("layer-unpack", !narrate::on() && !stdout_is_a_pipe());
    image::look_into(reference, options.limits, [&](const image::Layout& layout) {
        if (how.list) return view::print_images(image::facts(layout, reference.tag), how.json);
        view::print_changes(layout, image::choose(layout, reference.tag, options.platform), options.limits, depth,
                            how.json, progress);
    });
}

// The document of a pipe is config.json, of --json the outcome.
void fill_bundle(image::UnpackOptions options, bool json) {
    cli::Progress progress("layer-unpack", !narrate::on());
    options.progress = [&](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
    const image::Outcome outcome = image::unpack(options);
    progress.clear();
    if (json) return say(STDOUT_FILENO, view::outcome_json(options, outcome));
    for (const std::string& warning : outcome.warnings) say(STDERR_FILENO, "layer-unpack: warning: " + warning);
    for (const std::string& note : outcome.notes) say(STDERR_FILENO, "layer-unpack: " + note);
    const bool dry = narrate::dry_run();
    const std::string& bundle = options.bundle;
    const std::string result = dry ? "nothing was written" : text::cat(bundle, "/rootfs ", bundle, "/config.json");
    const bool piped = stdout_is_a_pipe();
    say(piped ? STDERR_FILENO : STDOUT_FILENO,
        text::cat(dry ? options.image : bundle, ": ", counted(outcome.layers, "layer"), ", ", of_store(outcome),
                  counted(outcome.files, "file"), verified(outcome), " -> ", result));
    if (piped && !dry) sys::write_all(STDOUT_FILENO, sys::read_file(bundle + "/config.json"), "stdout");
}

}  // namespace

int main(int argc, char** argv) {
    cli::Command command({
        .name = "layer-unpack",
        .summary = "image -> root file system + config.json, every digest verified",
        .usage = {"layer-unpack [OPTIONS] IMAGE[:TAG] BUNDLE   make BUNDLE/rootfs and BUNDLE/config.json",
                  "layer-unpack --list|--diff IMAGE[:TAG]      what is in the image, in its layers"},
        .examples = {"layer-unpack images/busybox demo",
                     "layer-unpack images/busybox demo | bind-mounter --bind /srv:/srv:ro",
                     "docker save web | layer-unpack - demo"},
        .more = "IMAGE is an image layout, what 'docker save' writes or a layer's tar, as a\n"
                "directory, a file or a pipe (-): its content says which. In a pipe, config.json\n"
                "goes to stdout.",
        .not_live = "an image is unpacked for containers to come, not into one that runs",
        .not_live_hint = "'bind-mounter --bind DIR:/PLACE --target PID' shows a directory to a running one",
    });
    image::UnpackOptions options;
    image::Limits& limits = options.limits;
    Looking looking;
    const auto amount = [&](std::string_view name, std::uint64_t& out, std::string_view help) {
        command.each(
            name, [name, &out](const std::string& words) { out = static_cast<std::uint64_t>(cli::bytes(name, words)); },
            "AMOUNT", help, cli::Help::all);
    };
    const auto words = [&](std::string_view name, std::vector<std::string>& out, std::string_view help) {
        command.each(
            name, [name, &out](const std::string& word) { image::add_words(name, out, word); }, "WORD", help,
            cli::Help::all);
    };
    command.positional("IMAGE", options.image, true);
    command.positional("BUNDLE", options.bundle, false);
    command.flag("--list", looking.list, "print the image's tags, platforms, layers, and how they were made");
    command.flag("--diff", looking.diff, "print what each layer adds (+), changes (~), deletes (-), wastes");
    command.text("--depth", looking.depth, "LEVELS", "how deep the trees of --diff go (2)", cli::Help::all);
    command.flag("--json", looking.json, "print the result for programs", cli::Help::all);
    command.text("--store", options.store, "DIR", "keep layers in DIR, shared; rootfs is an overlay of them");
    command.text("--platform", options.platform, "OS/ARCH", "for another machine than this, as linux/arm64");
    command.text("--tag", options.tag, "TAG", "which of several images (or IMAGE:TAG)", cli::Help::all);
    command.flag("--force", options.how.force, "replace the root file system that is there");
    command.flag("--strict", options.strict, "fail rather than leave something out (device nodes, attributes)");
    command.each(
        "--env", [&](const std::string& variable) { options.overrides.env.push_back(variable); }, "NAME=VALUE",
        "set a variable of the program");
    words("--entrypoint", options.overrides.entrypoint,
          "another entrypoint, word by word; drops the image's arguments");
    words("--cmd", options.overrides.cmd, "other arguments, word by word (--cmd=-c for words with a dash)");
    command.text("--user", options.overrides.user, "USER[:GROUP]", "run as another user", cli::Help::all);
    command.text("--workdir", options.overrides.workdir, "PATH", "start in another directory", cli::Help::all);
    command.flag("--reachable", options.how.reachable, "let other users into BUNDLE", cli::Help::all);
    command.flag("--sync", options.how.durable, "wait until all is on the disk", cli::Help::all);
    amount("--max-bytes", limits.bytes, "unpacked size that is refused (128G)");
    amount("--max-entries", limits.entries, "number of files that is refused (10000000)");
    amount("--max-ratio", limits.ratio, "refuse what unpacks to so many times its size (200)");
    amount("--max-path", limits.path, "length of a name that is refused (4096)");
    amount("--max-xattr", limits.xattr, "size of an attribute that is refused (64K)");

    return command.run(argc, argv, {.act = {}, .describe = {}, .live = {}, .plain = [&] {
                                        if (looking.list || looking.diff) return look(options, looking);
                                        if (options.bundle.empty())
                                            throw Error::bad("BUNDLE is required",
                                                             "the directory to make: layer-unpack IMAGE demo");
                                        fill_bundle(options, looking.json);
                                    }});
}
