// pack.cpp - see pack.hpp.
#include "image/pack.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/archive.hpp"
#include "image/below.hpp"
#include "image/date.hpp"
#include "image/diff.hpp"
#include "image/store.hpp"
#include "image/tree.hpp"
#include "image/worker.hpp"
#include "image/workplace.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

/// Where a run does its work.
struct Paths {
    std::string store;                ///< the layout, or what is to become of an archive
    std::string archive;              ///< the file under its temporary name; empty: none
    std::optional<std::string> base;  ///< the other side of the difference
};

struct NewLayer {
    oci::Descriptor descriptor;
    std::string diff_id;  ///< empty: there is no layer, for nothing has changed
    std::optional<std::int64_t> newest;
};

bool is_archive(const PackOptions& options) { return options.to.format != Format::directory; }
bool for_docker(const PackOptions& options) { return options.to.format == Format::docker_archive; }

Compression compression(const PackOptions& options) {
    return options.compression.value_or(for_docker(options) ? Compression::none : Compression::gzip);
}

NewLayer write_layer(const PackOptions& options, const Paths& paths, const Store& store, Packed& packed) {
    const narrate::Section why("layer-pack", "the files become a tar, the tar a blob", "layer.md");
    const Compression how = compression(options);
    BlobWriter blob = store.blob();
    const std::unique_ptr<Sink> packer = compress(blob, how, options.level.value_or(levels(how).usual));
    HashingSink hashing(*packer);
    TarWriter tar(hashing);
    Diff diff(options.rootfs, paths.base, {geteuid() != 0, source_date_epoch()}, tar);
    diff.on_progress(options.progress);
    const Counts counts = diff.run(!options.add);
    packed.warnings = diff.warnings();
    if (options.on && counts.files == 0 && counts.whiteouts == 0) {
        narrate::note("no file has changed: no layer, only a line in the history");
        return {};
    }
    tar.finish();
    hashing.finish();
    packer->finish();
    blob.finish();
    packed.files = counts.files;
    packed.whiteouts = counts.whiteouts;
    NewLayer layer{blob.descriptor(media::layer(how)), hashing.digest().text(), {}};
    if (counts.files > 0) layer.newest = diff.newest();
    narrate::note(
        text::cat(counts.files, " files, ", counts.whiteouts, " whiteouts; DiffID ", hashing.digest().shortened()));
    narrate::note(
        text::cat(word(how), ": ", layer.descriptor.size, " bytes; digest ", digest(layer.descriptor).shortened()));
    return layer;
}

// What adds no file is no newer than what it is put on.
std::string created(const PackOptions& options, const NewLayer& layer, const oci::ImageConfig& below) {
    if (options.created) return date(*options.created);
    if (const auto epoch = source_date_epoch()) return date(*epoch);
    if (!layer.newest && below.created) return *below.created;
    return date(layer.newest.value_or(0));
}

Image new_image(const PackOptions& options) {
    Image image;
    image.config = new_config(options.platform);
    return image;
}

void put_on_top(const PackOptions& options, const NewLayer& layer, Image& image, Packed& packed) {
    if (!layer.diff_id.empty()) image.manifest.layers.push_back(layer.descriptor);
    add_step(options.wishes, layer.diff_id, created(options, layer, image.config), image.config);
    apply(options.wishes, image.config);
    if (const auto warning = warn_of_blank(*image.config.config)) packed.warnings.push_back(*warning);
    packed.layer = layer.descriptor.digest;
    packed.diff_id = layer.diff_id;
    packed.size = layer.descriptor.size;
    packed.layers = image.manifest.layers.size();
}

oci::Descriptor write_documents(const PackOptions& options, const std::string& config_below, Image& image,
                                Store& store) {
    const narrate::Section why("layer-pack", "layers -> config -> manifest -> index.json", "manifest.md");
    image.manifest.mediaType = media::manifest;
    for (const auto& [name, value] : options.wishes.annotations) image.manifest.annotations[name] = value;
    image.manifest.config = store.put(media::config, oci::to_json(image.config, config_below));
    oci::Descriptor manifest = store.put(media::manifest, oci::to_json(image.manifest));
    manifest.platform = oci::Platform{image.config.architecture, image.config.os, {}, {}, image.config.variant};
    narrate::note(
        text::cat("config ", digest(image.manifest.config).shortened(), " <- manifest ", digest(manifest).shortened()));
    store.publish(options.to.tag(), manifest);
    return manifest;
}

void make_archive(const PackOptions& options, const Paths& paths, const Image& image, const std::string& manifest) {
    const narrate::Section why("layer-pack", "all of it becomes one file", "image-layout.md");
    write_archive({image, paths.store, manifest}, options.to, source_date_epoch().value_or(0), paths.archive);
}

Packed pack_into(const PackOptions& options, const Paths& paths) {
    Packed packed;
    Store store(paths.store, !is_archive(options));
    Below below{new_image(options), "{}"};
    if (options.on) below = take_over(*options.on, options.platform, store, for_docker(options), options.progress);
    Image& image = below.image;
    put_on_top(options, write_layer(options, paths, store, packed), image, packed);
    packed.digest = write_documents(options, below.config, image, store).digest;
    packed.config = image.manifest.config.digest;
    if (is_archive(options) && !narrate::dry_run()) make_archive(options, paths, image, packed.digest);
    return packed;
}

// ---- the parent

std::string to_message(const Packed& packed) {
    std::string out = text::cat(packed.digest, "\n", packed.config, "\n", packed.layer, "\n", packed.diff_id, "\n",
                                packed.size, "\n", packed.layers, "\n", packed.files, "\n", packed.whiteouts);
    for (const std::string& warning : packed.warnings) out += "\n" + warning;
    return out;
}

Packed packed_from(const std::string& message) {
    const std::vector<std::string> line = text::split(message, '\n');
    if (line.size() < 8) throw Error::bad("the packing process sent an unreadable message");
    const auto number = [&](std::size_t i) { return text::number<std::uint64_t>(line[i]).value_or(0); };
    return {
        line[0], line[1], line[2], line[3], number(4), number(5), number(6), number(7), {line.begin() + 8, line.end()}};
}

Packed work(const PackOptions& options, const Paths& paths) {
    return packed_from(in_child([&] { return to_message(pack_into(options, paths)); }));
}

// The image below has to be unpacked if the difference to it is wanted and nobody has done that yet.
bool wants_base(const PackOptions& options) { return options.on && !options.base_rootfs && !options.add; }

std::optional<std::string> base(const PackOptions& options, const Workplace& place) {
    if (!wants_base(options)) return options.base_rootfs;
    return unpack_below(*options.on, options.platform, place.path("base"), options.progress);
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

// Nothing that isn't there has a real path.
std::string real_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
    return real ? real.get() : "";
}

// What is written while the files are read must not be among them.
void refuse_inside(const std::string& rootfs, const std::string& directory, std::string_view hint) {
    const std::string outer = real_path(rootfs);
    const std::string inner = real_path(directory) + "/";
    if (outer.empty() || !inner.starts_with(outer == "/" ? outer : outer + "/")) return;
    throw Error::bad(text::cat(directory, ": is in ", rootfs, ", and would be packed into itself"), std::string(hint));
}

Packed pack_layout(const PackOptions& options) {
    const std::string& layout = options.to.path;
    refuse_inside(options.rootfs, directory_of(layout), "choose a place outside");
    StoreGuard guard(layout);
    std::optional<Workplace> place;
    Paths paths{layout, "", options.base_rootfs};
    if (wants_base(options)) paths.base = base(options, place.emplace(layout));
    Packed packed = work(options, paths);
    guard.keep();
    return packed;
}

Packed pack_archive(const PackOptions& options) {
    const std::string& file = options.to.path;
    const bool to_stdout = options.to.is_stdout();
    const std::string beside = to_stdout ? temporary_directory() : directory_of(file);
    refuse_inside(options.rootfs, beside, to_stdout ? "set TMPDIR to another place" : "choose a place outside");
    const Workplace place(beside);
    const Paths paths{place.path("image"), place.path("archive"), base(options, place)};
    if (::mkdir(paths.store.c_str(), 0700) < 0) throw Error::os("mkdir", paths.store, errno);
    Packed packed = work(options, paths);
    if (!to_stdout && ::rename(paths.archive.c_str(), file.c_str()) < 0) throw Error::os("rename", file, errno);
    return packed;
}

Packed pack_dry(const PackOptions& options) {
    if (wants_base(options))
        throw Error::bad("a dry run doesn't unpack the image below, and can't tell the difference to it",
                         "--base-rootfs names a directory that has it unpacked");
    return work(options, {options.to.path, "", options.base_rootfs});
}

bool is_empty(const std::string& directory) {
    return names_in(sys::open(directory, O_RDONLY | O_DIRECTORY).get(), directory).empty();
}

// What one may mean to name, but isn't a root file system.
void refuse_lookalike(const std::string& rootfs) {
    if (sys::exists(rootfs + "/config.json") && sys::exists(rootfs + "/rootfs"))
        throw Error::bad(rootfs + ": is a bundle", text::cat("what is in it to pack is ", rootfs, "/rootfs"));
    std::string name = rootfs;
    while (name.size() > 1 && name.ends_with('/')) name.pop_back();
    if (!sys::exists(name + ".upper") || !sys::exists(name + ".work") || !is_empty(name)) return;
    throw Error::bad(text::cat(rootfs, ": is where the overlay of a --store bundle is mounted, and it isn't"),
                     "mount it for layer-pack: bind-mounter --overlay ROOTFS:OPTIONS -- layer-pack ..., with the "
                     "options of config.json's first mount");
}

void check_choice(const PackOptions& options) {
    check(options.wishes);
    refuse_lookalike(options.rootfs);
    if (options.add && options.base_rootfs)
        throw Error::bad("--add takes all files, --base-rootfs only what differs", "choose one of them");
    if (options.add && !options.on) throw Error::bad("--add: there is nothing to add to", "--on names an image");
    if (for_docker(options) && compression(options) != Compression::none)
        throw Error::bad(text::cat("--compress ", word(compression(options)), ": a Docker archive has plain layers"),
                         "compress the whole: layer-pack --format docker-archive ... - | gzip");
}

}  // namespace

Packed pack(const PackOptions& options) {
    check_choice(options);
    if (narrate::dry_run()) return pack_dry(options);
    const HeldSignals until_tidy;
    return is_archive(options) ? pack_archive(options) : pack_layout(options);
}

}  // namespace bell::image
