// layout.cpp - see layout.hpp.
#include "image/layout.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "image/archive_files.hpp"
#include "image/bare_layer.hpp"
#include "image/docker_archive.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

struct Lookalike {
    const char* name;
    std::string_view what;
    std::string_view hint;
};
constexpr std::array lookalikes = {
    Lookalike{"rootfs", "a bundle, already unpacked", "chroot-only, bundle-run and layer-pack work on it as it is"},
    Lookalike{"bin", "a root file system", "layer-pack makes an image of it: layer-pack ROOTFS IMAGE"},
    Lookalike{"blobs", "an image layout without its oci-layout file", "was it copied completely?"},
};

[[noreturn]] void refuse_directory(const std::string& path, const Files& files) {
    for (const Lookalike& look : lookalikes)
        if (files.has(look.name))
            throw Error::bad(text::cat(path, ": is ", look.what, ", not an image layout"), std::string(look.hint));
    throw Error::bad(text::cat(path, ": is no image layout: it has no oci-layout file"),
                     "an image comes from 'layer-pack ROOTFS IMAGE' or 'skopeo copy ... oci:IMAGE:TAG'");
}

std::unique_ptr<Files> files_in(const std::string& path, int spool, const Limits& limits) {
    if (path == "-") return open_archive(Fd{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)}, "stdin", spool, limits);
    Fd opened{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!opened)
        throw Error::os("open", path, errno).advise("IMAGE is a file or a directory, or IMAGE:TAG; - is stdin");
    const mode_t mode = sys::status(opened.get(), path).st_mode;
    if (S_ISREG(mode)) return open_archive(std::move(opened), path, spool, limits);
    if (!S_ISDIR(mode))
        throw Error::bad(text::cat(path, ": is neither a file nor a directory"), "a pipe is read with '-'");
    auto files = std::make_unique<DirectoryFiles>(std::move(opened), path);
    if (files->has("oci-layout")) return files;
    if (files->has("manifest.json")) return docker_files(std::move(files), path);
    refuse_directory(path, *files);
}

}  // namespace

Digest digest(const oci::Descriptor& descriptor) { return Digest::parse(descriptor.digest, "descriptor"); }

Layout Layout::open(const std::string& path, int spool, const Limits& limits) {
    Layout layout(path == "-" ? "stdin" : path, files_in(path, spool, limits));
    const std::string name = layout.path_ + "/oci-layout";
    const std::string version =
        oci::parse_layout_version(read_whole(layout.file("oci-layout", name), name, 4096), name);
    if (!version.starts_with("1."))
        throw Error::bad(text::cat(name, ": layout version ", text::printable(version), " is not known, 1.x is"));
    return layout;
}

Blob Layout::file(const std::string& name, const std::string& shown) const {
    auto found = files_->find(name);
    if (!found) throw Error::bad(text::cat(shown, ": is missing"), "was the image copied completely?");
    return *std::move(found);
}

oci::Index Layout::index() const {
    const std::string name = path_ + "/index.json";
    return oci::parse_index(read_whole(file("index.json", name), name, largest_document), name);
}

std::string Layout::place(const oci::Descriptor& descriptor) const {
    if (is_unverified(descriptor)) return path_;
    return text::cat(path_, ": blob ", digest(descriptor).text());
}

Blob Layout::blob(const oci::Descriptor& descriptor) const {
    const std::string shown = place(descriptor);
    if (is_unverified(descriptor)) return file(bare_layer_name, shown);
    Blob found = file("blobs/" + digest(descriptor).path(), shown);
    if (found.whole() != descriptor.size)
        throw Error::bad(text::cat(shown, ": has ", found.whole().value_or(0), " bytes, should have ", descriptor.size),
                         "the image is damaged: copy it again");
    return found;
}

std::string Layout::document(const oci::Descriptor& descriptor) const {
    const std::string shown = place(descriptor);
    if (descriptor.size > largest_document)
        throw Error::bad(text::cat(shown, ": ", descriptor.size, " bytes are too many for a document"));
    std::string bytes = read_whole(blob(descriptor), shown, largest_document);
    const Digest wanted = digest(descriptor);
    const Digest found = digest_of(bytes, wanted.algorithm);
    if (found != wanted && guard::on(guard::Guard::verified_blobs))
        throw Error::bad(text::cat(shown, ": its content has the digest ", found.text()),
                         "the image is damaged, or was tampered with: copy it again");
    return bytes;
}

}  // namespace bell::image
