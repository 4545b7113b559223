// archive.cpp - see archive.hpp.
#include "image/archive.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/sink.hpp"
#include "image/tar_writer.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

/// The archive's members in their order: each a text of its own, a file of the staging directory, or a directory.
struct Member {
    std::string text = {};
    std::string file = {};
    bool is_directory = false;
};
using Members = std::map<std::string, Member>;

class FileSink final : public Sink {
public:
    FileSink(int file, std::string shown) : file_(file), shown_(std::move(shown)) {}
    void write(std::string_view bytes) override { sys::write_all(file_, bytes, shown_); }
    void finish() override {}

private:
    int file_;
    std::string shown_;
};

std::string blob_path(const std::string& digest) { return "blobs/" + Digest::parse(digest, "the image").path(); }
std::string hex(const std::string& digest) { return Digest::parse(digest, "the image").hex; }

std::string quoted(const std::string& words) { return text::cat('"', words, '"'); }

// Digests and checked names: nothing in them needs an escape.
std::string docker_manifest(const std::string& config, const std::vector<std::string>& layers,
                            const std::optional<std::string>& name) {
    std::vector<std::string> list;
    for (const std::string& layer : layers) list.push_back(quoted(layer));
    return text::cat("[{\"Config\":", quoted(config), ",\"RepoTags\":", name ? "[" + quoted(*name) + "]" : "null",
                     ",\"Layers\":[", text::join(list, ","), "]}]\n");
}

// With their directories: skopeo would make one that is missing, but as root's, which an ordinary user can't.
Members oci_members(const Staged& staged, const Destination& destination) {
    Members members{{"blobs", {.is_directory = true}}};
    std::vector<std::string> layers;
    const auto add = [&](const std::string& digest) {
        std::string path = blob_path(digest);
        members[path.substr(0, path.rfind('/'))].is_directory = true;
        members[path].file = path;
        return path;
    };
    for (const oci::Descriptor& layer : staged.image.manifest.layers) layers.push_back(add(layer.digest));
    const std::string config = add(staged.image.manifest.config.digest);
    add(staged.manifest);
    for (const char* name : {"index.json", "oci-layout"}) members[name].file = name;
    members["manifest.json"].text = docker_manifest(config, layers, destination.docker_name());
    return members;
}

Members docker_members(const Staged& staged, const Destination& destination) {
    Members members;
    std::vector<std::string> layers;
    for (const oci::Descriptor& layer : staged.image.manifest.layers) {
        layers.push_back(hex(layer.digest) + ".tar");
        members[layers.back()].file = blob_path(layer.digest);
    }
    const std::string config = hex(staged.image.manifest.config.digest) + ".json";
    members[config].file = blob_path(staged.image.manifest.config.digest);
    members["manifest.json"].text = docker_manifest(config, layers, destination.docker_name());
    return members;
}

void copy_file(const Fd& file, const std::string& name, TarWriter& tar) {
    std::vector<char> buffer(std::size_t{128} << 10);
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error::os("read", name, errno);
        if (got == 0) return;
        tar.content({buffer.data(), static_cast<std::size_t>(got)});
    }
}

void write_member(const std::string& name, const Member& member, const Fd& staging, std::int64_t mtime,
                  TarWriter& tar) {
    Entry entry;
    entry.path = name;
    entry.type = member.is_directory ? Type::directory : Type::file;
    entry.permissions = member.is_directory ? 0755 : 0644;
    entry.mtime.tv_sec = mtime;
    Fd file;
    if (member.file.empty()) {
        entry.size = member.text.size();
    } else {
        file = sys::open_at(staging.get(), member.file, O_RDONLY | O_NOFOLLOW);
        entry.size = static_cast<std::uint64_t>(sys::status(file.get(), member.file).st_size);
    }
    tar.entry(entry);
    if (file) return copy_file(file, member.file, tar);
    tar.content(member.text);
}

void write_members(const Staged& staged, const Destination& destination, std::int64_t mtime, Sink& out) {
    const bool docker = destination.format == Format::docker_archive;
    const Members members = docker ? docker_members(staged, destination) : oci_members(staged, destination);
    const Fd staging = sys::open(staged.directory, O_RDONLY | O_DIRECTORY);
    TarWriter tar(out);
    for (const auto& [name, member] : members) write_member(name, member, staging, mtime, tar);
    tar.finish();
}

}  // namespace

void write_archive(const Staged& staged, const Destination& destination, std::int64_t mtime, const std::string& file) {
    if (destination.is_stdout()) {
        FileSink out(STDOUT_FILENO, "stdout");
        return write_members(staged, destination, mtime, out);
    }
    const Fd made{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666)};
    if (!made) throw Error::os("open", file, errno);
    FileSink out(made.get(), destination.path);
    write_members(staged, destination, mtime, out);
    if (::fsync(made.get()) < 0) throw Error::os("fsync", destination.path, errno);
}

}  // namespace bell::image
