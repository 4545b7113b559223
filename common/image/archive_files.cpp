// archive_files.cpp - see archive_files.hpp.
#include "image/archive_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/bare_layer.hpp"
#include "image/docker_archive.hpp"
#include "image/inflate.hpp"
#include "image/whiteout.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr std::size_t most_links = 8;  // of docker save's old form: a layer that is the same as another

bool is_hex_name(std::string_view name) {
    constexpr std::size_t digits = 64;
    const std::string_view hex = name.substr(0, digits);
    const bool all = std::all_of(hex.begin(), hex.end(), [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
    });
    const std::string_view rest = name.substr(hex.size());
    return hex.size() == digits && all && (rest.empty() || rest[0] == '/' || rest == ".json" || rest == ".tar");
}

std::string_view name_in(std::string_view header) {
    return header.substr(0, std::min<std::size_t>(header.find('\0'), 100));
}

// Of the first members' headers: what images in one file begin with. 'tar -C DIR .' begins with DIR itself.
bool begins_an_image(std::string_view headers) {
    std::string_view name = name_in(headers);
    if (name == "./" && headers.size() > tar_block) name = name_in(headers.substr(tar_block));
    if (name.starts_with("./")) name.remove_prefix(2);
    for (const std::string_view known : {"oci-layout", "index.json", "manifest.json", "repositories", "blobs"})
        if (name == known || (name.starts_with(known) && name.substr(known.size()).starts_with('/'))) return true;
    return is_hex_name(name);
}

// Where a link leads, as a name of the archive: a symlink from its own directory, a hard link from the top.
std::string target_of(const std::string& name, const TarMember& member) {
    if (member.type == Type::hardlink) return entry_path(member.link);
    std::vector<std::string> parts = text::split(name, '/');
    parts.pop_back();
    for (const std::string& part : text::split(member.link, '/')) {
        if (part == ".." && !parts.empty())
            parts.pop_back();
        else if (!part.empty() && part != "." && part != "..")
            parts.push_back(part);
    }
    return text::join(parts, "/");
}

// As much as is there, up to `count` bytes.
std::string read_some(Source& source, std::size_t count) {
    std::string out(count, '\0');
    std::size_t got = 0;
    for (std::size_t more = 1; more > 0 && got < count; got += more) more = source.read(std::span(out).subspan(got));
    out.resize(got);
    return out;
}

std::string first_headers(const std::string& head, Compression compression) {
    try {
        BlobSource raw(Blob::of(head), std::nullopt, "the beginning");
        return read_some(*decompress(raw, compression), 2 * tar_block);
    } catch (const Error&) {
        return {};  // the whole of it will be read, and then the error is told
    }
}

Fd unpack_aside(Blob blob, Compression compression, const std::string& shown, int spool, const Limits& limits) {
    const narrate::Section why("layer-unpack", "an image from a pipe waits in a nameless file", "open(2)");
    Fd file = sys::nameless_file(spool);
    BlobSource raw(std::move(blob), std::nullopt, shown);
    const std::unique_ptr<Source> tar = decompress(raw, compression);
    Budget budget(limits);
    budget.add_packed(limits.bytes);  // what its layers swell to is looked at later
    std::vector<char> buffer(std::size_t{256} << 10);
    for (std::size_t got = tar->read(buffer); got > 0; got = tar->read(buffer)) {
        budget.spend_bytes(got);
        sys::write_all(file.get(), {buffer.data(), got}, shown);
    }
    return file;
}

// At the top, or in the one directory that somebody packed: "" or "image/".
std::optional<std::string> directory_with(std::string_view name, const std::vector<TarMember>& members) {
    std::optional<std::string> below;
    for (const TarMember& each : members) {
        const std::string path = entry_path(each.name);
        if (path == name) return "";
        const std::size_t slash = path.find('/');
        if (slash != std::string::npos && path.substr(slash + 1) == name) below = path.substr(0, slash + 1);
    }
    return below;
}

// What is an image, but not one that can be read, is no layer either.
void refuse_incomplete(const std::vector<TarMember>& members, const std::string& shown) {
    const bool has_blobs = std::any_of(members.begin(), members.end(), [](const TarMember& each) {
        return entry_path(each.name).find("blobs/sha") != std::string::npos;
    });
    if (has_blobs && directory_with("index.json", members))
        throw Error::bad(shown + ": is an image layout without its oci-layout file", "was it packed completely?");
    const bool has_layers = std::any_of(members.begin(), members.end(), [](const TarMember& each) {
        return entry_path(each.name).ends_with("/layer.tar");
    });
    if (has_layers && directory_with("repositories", members))
        throw Error::bad(shown + ": was saved by a docker older than 1.10, without a manifest.json",
                         "a newer docker loads it, and saves it as it is done today");
}

std::unique_ptr<Files> image_in(Fd tar, const std::string& shown, const Limits& limits) {
    std::vector<TarMember> members = tar_members(tar.get(), limits, shown);
    // What docker writes today is both; the layout's parts have digests.
    if (const auto top = directory_with("oci-layout", members))
        return std::make_unique<ArchiveFiles>(std::move(tar), std::move(members), *top, shown);
    if (const auto top = directory_with("manifest.json", members))
        return docker_files(std::make_unique<ArchiveFiles>(std::move(tar), std::move(members), *top, shown), shown);
    refuse_incomplete(members, shown);
    const auto size = static_cast<std::uint64_t>(sys::status(tar.get(), shown).st_size);
    return bare_layer_files(Blob{std::move(tar), 0, size, {}}, Compression::none);
}

}  // namespace

ArchiveFiles::ArchiveFiles(Fd file, std::vector<TarMember> members, const std::string& top, std::string shown)
    : file_(std::move(file)), shown_(std::move(shown)) {
    // Of several with one name the last counts, as it does for tar.
    for (TarMember& each : members) {
        std::string name = entry_path(each.name);
        if (!name.starts_with(top)) continue;
        name.erase(0, top.size());
        members_[std::move(name)] = std::move(each);
    }
}

std::optional<Blob> ArchiveFiles::find(const std::string& name) const {
    auto found = members_.find(name);
    for (std::size_t links = 0; found != members_.end() && !found->second.link.empty(); ++links) {
        if (links == most_links)
            throw Error::bad(text::cat(shown_, ": ", text::printable(name), ": links in a circle"));
        found = members_.find(target_of(found->first, found->second));
    }
    if (found == members_.end()) return std::nullopt;
    if (found->second.type != Type::file)
        throw Error::bad(text::cat(shown_, ": ", text::printable(name), ": is not a regular file"));
    return Blob{Fd{::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0)}, found->second.offset, found->second.size, {}};
}

std::unique_ptr<Files> open_archive(Fd file, const std::string& shown, int spool, const Limits& limits) {
    const struct stat status = sys::status(file.get(), shown);
    const bool regular = S_ISREG(status.st_mode) && ::lseek(file.get(), 0, SEEK_CUR) == 0;
    Blob blob{std::move(file), 0, std::nullopt, {}};
    if (regular) blob.size = static_cast<std::uint64_t>(status.st_size);
    constexpr std::size_t enough = std::size_t{64} << 10;  // of compressed bytes, for the first header
    std::string head;
    if (regular) {
        head = first_bytes(blob, enough, shown);
    } else {
        BlobSource pipe({Fd{::fcntl(blob.file.get(), F_DUPFD_CLOEXEC, 0)}, 0, std::nullopt, {}}, std::nullopt, shown);
        head = blob.head = read_some(pipe, enough);
    }
    if (head.empty()) throw Error::bad(text::cat(shown, ": is empty"), "did the command before the | fail?");
    const Compression compression = recognise(head);
    if (regular && compression == Compression::none) return image_in(std::move(blob.file), shown, limits);
    if (!begins_an_image(first_headers(head, compression))) return bare_layer_files(std::move(blob), compression);
    return image_in(unpack_aside(std::move(blob), compression, shown, spool, limits), shown, limits);
}

}  // namespace bell::image
