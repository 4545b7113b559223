// assemble.cpp - see assemble.hpp.
#include "image/assemble.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/layer.hpp"
#include "image/layers.hpp"
#include "image/sandbox.hpp"
#include "image/select.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"

namespace bell::image {
namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

void lock_in(const UnpackOptions& options, const std::string& image, int staging, Outcome& outcome) {
    const narrate::Section why("layer-unpack", "who reads a stranger's image locks itself in", "landlock(7)");
    const Fd readable = image == "-" ? Fd{} : sys::open(image, O_PATH);
    std::string missing = enter_sandbox(readable.get(), staging);
    if (missing.empty()) return;
    if (options.strict) throw Error::bad(std::move(missing), "without --strict this is a warning");
    outcome.warnings.push_back(std::move(missing));
}

Image choose_image(const UnpackOptions& options, const Layout& layout, const Reference& reference) {
    const narrate::Section why("layer-unpack", "from the index to the image for this machine", "image-index.md");
    Image image = choose(layout, reference.tag, options.platform);
    narrate::note(text::cat("index.json -> manifest ", digest(image.chosen.manifest).shortened()));
    narrate::note(text::cat("           -> config ", digest(image.manifest.config).shortened(), " (", image.config.os,
                            "/", image.config.architecture, "), ", image.manifest.layers.size(),
                            image.manifest.layers.size() == 1 ? " layer" : " layers"));
    return image;
}

// Without an assembly (a dry run) only to check it.
Counts read_layer(Stream& tar, Budget& budget, Assembly* assembly) {
    TarReader reader(tar, budget.limits());
    if (assembly) return assembly->apply(reader, budget);
    Counts counts;
    for (Entry entry; reader.next(entry); ++counts.files) budget.spend_entries();
    return counts;
}

Counts read_layers(const Layout& layout, const Image& image, const UnpackOptions& options, Assembly* assembly) {
    Budget budget(options.limits);
    Pipeline pipeline(sources_of(layout, image), budget);
    if (options.progress)
        pipeline.on_progress([&, all = packed_size(image)](std::uint64_t done) { options.progress(done, all); });
    Counts all;
    for (std::size_t i = 0; i < image.manifest.layers.size(); ++i) {
        const std::string title = text::cat("layer ", i + 1, " of ", image.manifest.layers.size());
        const narrate::Section why("layer-unpack", title, "layer.md");
        try {
            const Counts counts = read_layer(pipeline.next_layer(), budget, assembly);
            const oci::Descriptor& layer = image.manifest.layers[i];
            const bool verified = !is_unverified(layer);
            narrate::note(text::cat(verified ? digest(layer).shortened() : "bare", ": ", counts.files, " files, ",
                                    counts.whiteouts, " whiteouts"));
            narrate::note(verified ? "digest and DiffID are what the image says"
                                   : "there is nothing to verify it against");
            all.files += counts.files;
        } catch (const Error& error) {
            throw error.in(title);
        }
    }
    return all;
}

void report_left_out(const LeftOut& left_out, Outcome& outcome) {
    const auto say = [&](std::uint64_t count, std::string_view what, const std::string& first) {
        if (count > 0)
            outcome.warnings.push_back(text::cat(
                count, " ", what, " left out, as without privileges they can't be made: ", text::printable(first),
                count > 1 ? ", ..." : ""));
    };
    say(left_out.devices, left_out.devices == 1 ? "device node" : "device nodes", left_out.first_device);
    say(left_out.attributes, left_out.attributes == 1 ? "extended attribute" : "extended attributes",
        left_out.first_attribute);
}

// A volume's directory looks like the one it hides; its content is the user's business.
void make_volume(const Tree& tree, int staging, const std::string& path, Owners owners) {
    ::mkdirat(staging, "volumes", 0755);
    const std::string name = volume_directory(path);
    if (::mkdirat(staging, name.c_str(), 0755) < 0) throw Error::os("mkdir", text::printable(name), errno);
    const Fd hidden = tree.directory(path);
    if (!hidden) return;
    const struct stat status = sys::status(hidden.get(), path);
    const Fd made = sys::open_at(staging, name, directory_flags);
    if (owners == Owners::kept) sys::change_owner(made.get(), status.st_uid, status.st_gid, name);
    sys::change_mode(made.get(), status.st_mode & 07777u, name);
}

void write_config(const Conversion& conversion, int staging) {
    oci::Document document = oci::Document::empty("config.json");
    document.put(conversion.config);
    const Fd file{::openat(staging, "config.json", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    if (!file) throw Error::os("open", "config.json", errno);
    sys::write_all(file.get(), document.text(), "config.json");
}

void fill(const UnpackOptions& options, const Layout& layout, Image& image, int staging, Policy policy,
          Outcome& outcome) {
    Trash trash(sys::open_at(staging, "trash", directory_flags));
    Tree tree(sys::open_at(staging, "rootfs", directory_flags), trash);
    Assembly assembly(tree, policy);
    outcome.files = read_layers(layout, image, options, &assembly).files;
    const narrate::Section why("layer-unpack", "the image's config becomes config.json", "conversion.md");
    if (!image.config.config) image.config.config.emplace();
    override_with(*image.config.config, options.overrides);
    const Conversion conversion = convert(image.config, tree.root(), geteuid() != 0, geteuid(), getegid());
    for (const std::string& volume : conversion.volumes) make_volume(tree, staging, volume, policy.owners);
    write_config(conversion, staging);
    narrate::note(text::cat("process: ", text::printable(text::join(conversion.config.process->args, " "))));
    assembly.finish();
    report_left_out(assembly.left_out(), outcome);
    outcome.warnings.insert(outcome.warnings.end(), conversion.warnings.begin(), conversion.warnings.end());
}

}  // namespace

Outcome assemble(const UnpackOptions& options, int staging) {
    Outcome outcome;
    Reference reference = Reference::parse(options.image);
    if (options.tag) reference.tag = options.tag;
    // Asked while /proc can still be read.
    const Policy policy{possible_owners(), options.strict};
    lock_in(options, reference.directory, staging, outcome);
    ::umask(0);  // modes are the image's
    const Layout layout = Layout::open(reference.directory, staging, options.limits);
    Image image = choose_image(options, layout, reference);
    outcome.layers = image.manifest.layers.size();
    for (const oci::Descriptor& layer : image.manifest.layers) outcome.verified &= !is_unverified(layer);
    if (staging < 0)
        outcome.files = read_layers(layout, image, options, nullptr).files;
    else
        fill(options, layout, image, staging, policy, outcome);
    return outcome;
}

}  // namespace bell::image
