// assemble.cpp - see assemble.hpp.
#include "image/assemble.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/layers.hpp"
#include "image/laying.hpp"
#include "image/sandbox.hpp"
#include "image/select.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"

namespace bell::image {
namespace {

// What the unpacking process may still do. Descriptors of the image, of the store, of where it writes.
void lock_in(const UnpackOptions& options, const std::string& image, const Places& places, Outcome& outcome) {
    const narrate::Section why("layer-unpack", "who reads a stranger's image locks itself in", "landlock(7)");
    const Fd opened = image == "-" ? Fd{} : sys::open(image, O_PATH);
    std::vector<int> readable, writable;
    if (opened) readable.push_back(opened.get());
    if (places.store) readable.push_back(places.store->directory().get());
    if (places.workplace) writable.push_back(places.workplace->get());
    if (places.staging >= 0) writable.push_back(places.staging);
    std::string missing = enter_sandbox(readable, writable);
    if (missing.empty()) return;
    if (options.strict) throw Error::bad(std::move(missing), "without --strict this is a warning");
    outcome.warnings.push_back(std::move(missing));
}

Image choose_image(const UnpackOptions& options, const Layout& layout, const Reference& reference) {
    const narrate::Section why("layer-unpack", "from the index to the image for this machine", "image-index.md");
    Image image = choose(layout, reference.tag, options.platform);
    std::string from = "index.json";
    const auto tell = [&](std::string_view what, const oci::Descriptor& to) {
        narrate::note(text::cat(from, " -> ", what, " ", digest(to).shortened()));
        from.assign(from.size(), ' ');
    };
    for (const oci::Descriptor& index : image.chosen.indexes) tell("index", index);
    tell("manifest", image.chosen.manifest);
    tell("config", image.manifest.config);
    narrate::note(text::cat("for ", image.config.os, "/", image.config.architecture, ", ", image.manifest.layers.size(),
                            image.manifest.layers.size() == 1 ? " layer" : " layers"));
    return image;
}

// Without a place to lay it down (a dry run) only to check it.
Counts read_layer(std::size_t number, Stream& stream, Budget& budget, Laying* laying) {
    TarReader tar(stream, budget.limits());
    if (laying) return laying->lay(number, tar, budget);
    Counts counts;
    for (Entry entry; tar.next(entry); budget.spend_entries(entry.cost))
        ++(whiteout(entry_path(entry.path)).kind == Whiteout::Kind::none ? counts.files : counts.whiteouts);
    return counts;
}

void tell_layer(const oci::Descriptor& layer, const Counts& counts) {
    const bool verified = !is_unverified(layer);
    narrate::note(text::cat(verified ? digest(layer).shortened() : "bare", ": ", counts.files, " files, ",
                            counts.whiteouts, " whiteouts"));
    narrate::note(verified ? "digest and DiffID are what the image says" : "there is nothing to verify it against");
}

// Those that are laid down already, by somebody else.
std::vector<bool> layers_there(const Image& image, const Laying* laying) {
    std::vector<bool> out(image.manifest.layers.size());
    for (std::size_t i = 0; laying && i < out.size(); ++i) out[i] = laying->has(i);
    return out;
}

void read_layers(const Layout& layout, const Image& image, const UnpackOptions& options, Laying* laying,
                 Outcome& outcome) {
    const std::vector<bool> there = layers_there(image, laying);
    Budget budget(options.limits);
    Pipeline pipeline(sources_of(layout, image, there), budget);
    tell_progress(pipeline, image, options.progress, there);
    for (std::size_t i = 0; i < there.size(); ++i) {
        const std::string title = text::cat("layer ", i + 1, " of ", there.size());
        const narrate::Section why("layer-unpack", title, "layer.md");
        try {
            if (there[i]) {
                (void)layout.blob(image.manifest.layers[i]);  // an image that only claims a layer doesn't get it
                laying->take(i);
                narrate::note("is in the store");
                ++outcome.reused;
                continue;
            }
            const Counts counts = read_layer(i, pipeline.next_layer(), budget, laying);
            tell_layer(image.manifest.layers[i], counts);
            outcome.files += counts.files;
        } catch (const Error& error) {
            throw error.in(title);
        }
    }
}

void report_left_out(const LeftOut& left_out, Outcome& outcome) {
    const auto say = [&](std::uint64_t count, std::string_view what, std::string_view why, const std::string& first) {
        if (count > 0)
            outcome.warnings.push_back(text::cat(count, " ", what, " left out, as ", why, ": ", text::printable(first),
                                                 count > 1 ? ", ..." : ""));
    };
    say(left_out.devices, left_out.devices == 1 ? "device node" : "device nodes",
        "without privileges they can't be made", left_out.first_device);
    if (left_out.marks > 0)
        outcome.warnings.push_back(text::cat(
            left_out.marks, " of the image's character devices left out, as a 0/0 one means 'deleted' in a layer: ",
            text::printable(left_out.first_mark), left_out.marks > 1 ? ", ..." : ""));
    say(left_out.attributes, left_out.attributes == 1 ? "extended attribute" : "extended attributes",
        "they can't be set here", left_out.first_attribute);
    if (left_out.modes > 0)
        outcome.warnings.push_back(text::cat("the owner keeps the right to read and enter ", left_out.modes,
                                             " of the image's directories, as layers in a store are read again: ",
                                             text::printable(left_out.first_mode), left_out.modes > 1 ? ", ..." : ""));
}

// Root is stopped by no mode, not even root of a user namespace with one id.
void report_closed(const Closed& closed, const std::string& place, Outcome& outcome) {
    if (closed.count == 0 || geteuid() == 0) return;
    const narrate::Section why("layer-unpack", "directories get their mode last, the deepest first",
                               "path_resolution(7)");
    const std::string words =
        text::cat(closed.count, closed.count == 1 ? " directory is" : " directories are",
                  " closed to you, as in the image: /", text::printable(closed.first), closed.count > 1 ? ", ..." : "");
    narrate::note(words);
    outcome.notes.push_back(text::cat(words, " (to delete: chmod -R u+rwX ", place, " first)"));
}

// A volume's directory looks like the one it hides; its content is the user's business.
void make_volume(const Laying& laying, int staging, const std::string& path, Owners owners) {
    ::mkdirat(staging, "volumes", 0755);
    const std::string name = volume_directory(path);
    if (::mkdirat(staging, name.c_str(), 0755) < 0) throw Error::os("mkdir", text::printable(name), errno);
    const Fd hidden = laying.directory(path);
    if (!hidden) return;
    const struct stat status = sys::status(hidden.get(), path);
    const Fd made = sys::open_at(staging, name, directory_itself);
    if (owners == Owners::kept) sys::change_owner(made.get(), status.st_uid, status.st_gid, name);
    sys::change_mode(made.get(), (status.st_mode & 07777u) | (owners == Owners::single ? S_IRWXU : 0u), name);
}

bool is_file(const Reach& rootfs, const std::string& path) {
    const Fd there = rootfs(path);
    return there && !S_ISDIR(sys::status(there.get(), path).st_mode);
}

void write_config(const Conversion& conversion, int staging) {
    oci::Document document = oci::Document::empty("config.json");
    document.put(conversion.config);
    const Fd file{::openat(staging, "config.json", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    if (!file) throw Error::os("open", "config.json", errno);
    sys::write_all(file.get(), document.text(), "config.json");
}

std::unique_ptr<Laying> way_to_lay(const Image& image, const Places& places, Policy policy) {
    if (!places.store) return std::make_unique<OneTree>(places.staging, policy);
    for (const oci::Descriptor& layer : image.manifest.layers)
        if (is_unverified(layer))
            throw Error::bad("a layer without an image around it has no digest to be stored by", "leave out --store");
    std::vector<Digest> chain = chain_ids(image.config.rootfs.diffIds);
    check_mountable(chain, places.bundle);
    return std::make_unique<LayerTrees>(*places.store, *places.workplace, std::move(chain), places.staging,
                                        places.bundle, policy);
}

void make_config(const UnpackOptions& options, Image& image, const Laying& laying, int staging, Owners owners,
                 Outcome& outcome) {
    const narrate::Section why("layer-unpack", "the image's config becomes config.json", "conversion.md");
    if (!image.config.config) image.config.config.emplace();
    override_with(*image.config.config, options.overrides);
    Conversion conversion = convert(image.config, laying.reach(), geteuid() != 0, geteuid(), getegid());
    auto& mounts = conversion.config.mounts;
    for (const std::string& volume : conversion.volumes) {
        if (!is_file(laying.reach(), volume)) {
            make_volume(laying, staging, volume, owners);
            continue;
        }
        std::erase_if(mounts, [&](const oci::Mount& each) { return each.destination == "/" + volume; });
        conversion.warnings.push_back(
            text::cat("a volume at /", text::printable(volume), " is left out: the image has a file there"));
    }
    if (std::optional<oci::Mount> root = laying.root_mount()) mounts.insert(mounts.begin(), *std::move(root));
    write_config(conversion, staging);
    narrate::note(text::cat("process: ", text::printable(text::join(conversion.config.process->args, " "))));
    outcome.warnings.insert(outcome.warnings.end(), conversion.warnings.begin(), conversion.warnings.end());
}

void fill(const UnpackOptions& options, const Layout& layout, Image& image, const Places& places, Policy policy,
          Outcome& outcome) {
    const std::unique_ptr<Laying> laying = way_to_lay(image, places, policy);
    read_layers(layout, image, options, laying.get(), outcome);
    make_config(options, image, *laying, places.staging, policy.owners, outcome);
    laying->finish();
    report_left_out(laying->left_out(), outcome);
    report_closed(laying->closed(), options.store.value_or(options.bundle), outcome);
}

}  // namespace

Outcome assemble(const UnpackOptions& options, const Places& places) {
    Outcome outcome;
    Reference reference = Reference::parse(options.image);
    if (options.tag) reference.tag = options.tag;
    // Asked while /proc can still be read.
    const Policy policy{possible_owners(), options.strict};
    lock_in(options, reference.directory, places, outcome);
    sys::change_umask(0);  // modes are the image's
    const Layout layout = Layout::open(reference.directory, places.staging, options.limits);
    Image image = choose_image(options, layout, reference);
    outcome.layers = image.manifest.layers.size();
    for (const oci::Descriptor& layer : image.manifest.layers) outcome.verified &= !is_unverified(layer);
    if (places.staging < 0)
        read_layers(layout, image, options, nullptr, outcome);
    else
        fill(options, layout, image, places, policy, outcome);
    return outcome;
}

}  // namespace bell::image
