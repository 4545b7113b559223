// layout.cpp - see layout.hpp.
#include "image/layout.hpp"

#include <linux/openat2.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "image/inflate.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::size_t largest_document = std::size_t{4} << 20;  // manifest.md asks readers for at least that

bool has(const Fd& directory, const char* name) { return ::faccessat(directory.get(), name, F_OK, 0) == 0; }

// A file where a layout directory was due: what is it?
[[noreturn]] void refuse_file(const std::string& path, const Fd& file) {
    std::array<char, 512> block{};
    const ssize_t got = ::pread(file.get(), block.data(), block.size(), 0);
    const std::string_view bytes(block.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    std::string_view what = "a file";
    if (bytes.size() > 262 && bytes.substr(257, 5) == "ustar") what = "a tar file";
    if (recognise(bytes) != Compression::none) what = "a compressed file";
    throw Error::bad(text::cat(path, ": is ", what, ", not an image layout directory"),
                     text::cat("unpack it first: mkdir image && tar -xf ", path, " -C image"));
}

struct Lookalike {
    const char* name;
    std::string_view what;
    std::string_view hint;
};
constexpr std::array lookalikes = {
    Lookalike{"manifest.json", "a Docker archive", "skopeo copy docker-archive:FILE.tar oci:images/NAME:latest"},
    Lookalike{"rootfs", "a bundle, already unpacked", "chroot-only, bundle-run and layer-pack work on it as it is"},
    Lookalike{"bin", "a root file system", "layer-pack makes an image of it: layer-pack ROOTFS IMAGE"},
    Lookalike{"blobs", "an image layout without its oci-layout file", "was it copied completely?"},
};

[[noreturn]] void refuse_directory(const std::string& path, const Fd& directory) {
    for (const Lookalike& look : lookalikes)
        if (has(directory, look.name))
            throw Error::bad(text::cat(path, ": is ", look.what, ", not an image layout"), std::string(look.hint));
    throw Error::bad(text::cat(path, ": is no image layout: it has no oci-layout file"),
                     "an image comes from 'layer-pack ROOTFS IMAGE' or 'skopeo copy ... oci:IMAGE:TAG'");
}

// Nothing in a layout is a symlink or anything but a regular file. Non-blocking: a pipe must not hold us up.
Fd open_regular(const Fd& directory, const std::string& name, const std::string& shown) {
    if (!guard::on(guard::Guard::regular_blobs)) return sys::try_openat2(directory.get(), name, O_RDONLY, 0);
    Fd file = sys::try_openat2(directory.get(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY,
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (!file && errno == ENOENT)
        throw Error::bad(text::cat(shown, ": is missing"), "was the image copied completely?");
    if (!file && errno == ELOOP) throw Error::bad(text::cat(shown, ": is a symlink, or below one"));
    if (!file) throw Error::os("open", shown, errno);
    if (!S_ISREG(sys::status(file.get(), shown).st_mode)) throw Error::bad(text::cat(shown, ": is not a regular file"));
    return file;
}

}  // namespace

Digest digest(const oci::Descriptor& descriptor) { return Digest::parse(descriptor.digest, "descriptor"); }

Layout Layout::open(const std::string& path) {
    Fd directory{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!directory) throw Error::os("open", path, errno).advise("IMAGE is an image layout directory, or IMAGE:TAG");
    const mode_t mode = sys::status(directory.get(), path).st_mode;
    if (!S_ISDIR(mode)) refuse_file(path, directory);
    if (!has(directory, "oci-layout")) refuse_directory(path, directory);
    const std::string name = path + "/oci-layout";
    const Fd marker = open_regular(directory, "oci-layout", name);
    const std::string version = oci::parse_layout_version(sys::read_all(marker.get(), name, 4096), name);
    if (!version.starts_with("1."))
        throw Error::bad(text::cat(name, ": layout version ", text::printable(version), " is not known, 1.x is"));
    return {path, std::move(directory)};
}

oci::Index Layout::index() const {
    const std::string name = path_ + "/index.json";
    const Fd file = open_regular(directory_, "index.json", name);
    return oci::parse_index(sys::read_all(file.get(), name, largest_document), name);
}

std::string Layout::place(const oci::Descriptor& descriptor) const {
    return text::cat(path_, ": blob ", digest(descriptor).text());
}

Fd Layout::blob(const oci::Descriptor& descriptor) const {
    const std::string shown = place(descriptor);
    Fd file = open_regular(directory_, "blobs/" + digest(descriptor).path(), shown);
    const auto size = static_cast<std::uint64_t>(sys::status(file.get(), shown).st_size);
    if (size != descriptor.size)
        throw Error::bad(text::cat(shown, ": has ", size, " bytes, should have ", descriptor.size),
                         "the image is damaged: copy it again");
    return file;
}

std::string Layout::document(const oci::Descriptor& descriptor) const {
    const std::string shown = place(descriptor);
    if (descriptor.size > largest_document)
        throw Error::bad(text::cat(shown, ": ", descriptor.size, " bytes are too many for a document"));
    const Fd file = blob(descriptor);
    std::string bytes = sys::read_all(file.get(), shown, largest_document);
    const Digest wanted = digest(descriptor);
    const Digest found = digest_of(bytes, wanted.algorithm);
    if (found != wanted && guard::on(guard::Guard::verified_blobs))
        throw Error::bad(text::cat(shown, ": its content has the digest ", found.text()),
                         "the image is damaged, or was tampered with: copy it again");
    return bytes;
}

}  // namespace bell::image
