// pack.cpp - see pack.hpp.
#include "image/pack.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/diff.hpp"
#include "image/select.hpp"
#include "image/store.hpp"
#include "image/stream.hpp"
#include "image/worker.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

struct NewLayer {
    oci::Descriptor descriptor;
    std::string diff_id;
    std::int64_t newest = 0;
};

std::optional<std::int64_t> source_date_epoch() {
    const char* words = std::getenv("SOURCE_DATE_EPOCH");
    if (!words) return std::nullopt;
    const auto seconds = text::number<std::int64_t>(words);
    if (!seconds) throw Error::bad("SOURCE_DATE_EPOCH is not a number of seconds");
    return seconds;
}

// RFC 3339, UTC.
std::string date(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> out{};
    return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

NewLayer write_layer(const PackOptions& options, const Store& store, Packed& packed) {
    const narrate::Section why("layer-pack", "the files become a tar, the tar a blob", "layer.md");
    BlobWriter blob(store.directory());
    const std::unique_ptr<Sink> packer = compress(blob, options.compression);
    HashingSink hashing(*packer);
    TarWriter tar(hashing);
    Diff diff(options.rootfs, options.base_rootfs, {geteuid() != 0, source_date_epoch()}, tar);
    const Counts counts = diff.run();
    tar.finish();
    hashing.finish();
    packer->finish();
    blob.finish();
    packed.files = counts.files;
    packed.whiteouts = counts.whiteouts;
    packed.warnings = diff.warnings();
    NewLayer layer{blob.descriptor(media::layer(options.compression)), hashing.digest().text(), diff.newest()};
    packed.size = layer.descriptor.size;
    narrate::note(
        text::cat(counts.files, " files, ", counts.whiteouts, " whiteouts; DiffID ", hashing.digest().shortened()));
    narrate::note(text::cat(word(options.compression), ": ", layer.descriptor.size, " bytes; digest ",
                            digest(layer.descriptor).shortened()));
    return layer;
}

void copy_blob(const Layout& from, const oci::Descriptor& descriptor, const Store& to) {
    if (to.has(descriptor)) return;
    BlobStream source(from.blob(descriptor), descriptor.size, digest(descriptor));
    BlobWriter copy(to.directory());
    for (std::string_view bytes = source.next(); !bytes.empty(); bytes = source.next()) copy.write(bytes);
    copy.finish();
}

// The image below: its layers are taken over, in the specification's own media types.
Image image_below(const PackOptions& options, const Store& store) {
    const Reference reference = Reference::parse(*options.on);
    const Layout layout = Layout::open(reference.directory);
    Image image = choose(layout, reference.tag, options.platform);
    for (oci::Descriptor& layer : image.manifest.layers) {
        layer.mediaType = media::layer(media::require(layer.mediaType, Kind::layer, layout.place(layer)).compression);
        copy_blob(layout, layer, store);
    }
    return image;
}

void set_process(const PackOptions& options, oci::ImageConfig& config) {
    if (!config.config) config.config.emplace();
    oci::ImageProcess& process = *config.config;
    override_with(process, options.process);
    if (options.stop_signal) process.stopSignal = options.stop_signal;
    for (const auto& [name, value] : options.labels) process.labels[name] = value;
    for (const std::string& port : options.ports) process.exposedPorts[port];
    for (const std::string& volume : options.volumes) process.volumes[volume];
}

oci::ImageConfig new_config(const PackOptions& options) {
    const std::vector<std::string> part = text::split(options.platform.value_or(text(host_platform())), '/');
    if (part.size() < 2) throw Error::bad("--platform: OS/ARCHITECTURE is expected, as linux/arm64");
    oci::ImageConfig config;
    config.os = part[0];
    config.architecture = part[1];
    if (part.size() > 2) config.variant = part[2];
    config.rootfs.type = "layers";
    return config;
}

void add_layer(const PackOptions& options, const NewLayer& layer, Image& image) {
    image.manifest.layers.push_back(layer.descriptor);
    image.config.rootfs.diffIds.push_back(layer.diff_id);
    image.config.created = date(layer.newest);
    if (options.author) image.config.author = options.author;
    oci::ImageHistory history;
    history.created = image.config.created;
    history.createdBy = "layer-pack";
    image.config.history.push_back(std::move(history));
}

oci::Descriptor write_documents(Image& image, Store& store) {
    const narrate::Section why("layer-pack", "layers -> config -> manifest -> index.json", "manifest.md");
    image.manifest.mediaType = media::manifest;
    image.manifest.config = store.put(media::config, oci::to_json(image.config));
    oci::Descriptor manifest = store.put(media::manifest, oci::to_json(image.manifest));
    manifest.platform = oci::Platform{image.config.architecture, image.config.os, {}, {}, image.config.variant};
    narrate::note(
        text::cat("config ", digest(image.manifest.config).shortened(), " <- manifest ", digest(manifest).shortened()));
    return manifest;
}

Packed pack_into(const PackOptions& options, const Reference& reference) {
    Packed packed;
    packed.tag = reference.tag.value_or("latest");
    Store store(reference.directory);
    Image image;
    image.config = new_config(options);
    if (options.on) image = image_below(options, store);
    add_layer(options, write_layer(options, store, packed), image);
    set_process(options, image.config);
    const oci::Descriptor manifest = write_documents(image, store);
    store.tag(packed.tag, manifest);
    packed.digest = manifest.digest;
    packed.layers = image.manifest.layers.size();
    return packed;
}

std::string to_message(const Packed& packed) {
    std::string out = text::cat(packed.tag, "\n", packed.digest, "\n", packed.layers, "\n", packed.files, "\n",
                                packed.whiteouts, "\n", packed.size);
    for (const std::string& warning : packed.warnings) out += "\n" + warning;
    return out;
}

Packed from_message(const std::string& message) {
    const std::vector<std::string> line = text::split(message, '\n');
    if (line.size() < 6) throw Error::bad("the packing process sent an unreadable message");
    const auto number = [&](std::size_t i) { return text::number<std::uint64_t>(line[i]).value_or(0); };
    return {line[0], line[1], number(2), number(3), number(4), number(5), {line.begin() + 6, line.end()}};
}

}  // namespace

Packed pack(const PackOptions& options) {
    const Reference reference = Reference::parse(options.image);
    const auto work = [&] { return to_message(pack_into(options, reference)); };
    if (narrate::dry_run()) return from_message(in_child(work));
    StoreGuard guard(reference.directory);
    Packed packed = from_message(in_child(work));
    guard.keep();
    return packed;
}

}  // namespace bell::image
