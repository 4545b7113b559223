// store.cpp - see store.hpp.
#include "image/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/layout.hpp"
#include "image/tree.hpp"
#include "image/workplace.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

constexpr const char* tag_key = "org.opencontainers.image.ref.name";

void make_directory(const Fd& in, const char* name) {
    if (::mkdirat(in.get(), name, 0755) < 0 && errno != EEXIST) throw Error::os("mkdir", name, errno);
}

bool leads_to_file(const Fd& directory, const char* name) { return ::faccessat(directory.get(), name, F_OK, 0) == 0; }

}  // namespace

StoreGuard::StoreGuard(std::string path) : path_(std::move(path)) {
    made_ = ::mkdir(path_.c_str(), 0755) == 0;
    if (!made_ && errno != EEXIST) throw Error::os("mkdir", path_, errno).advise("its parent directory must be there");
    directory_ = sys::open(path_, O_RDONLY | O_DIRECTORY);
    if (::flock(directory_.get(), LOCK_EX) < 0) throw Error::os("flock", path_, errno);
    clear_leftovers();
}

void StoreGuard::clear_leftovers() const {
    for (const std::string& name : names_in(directory_.get(), path_)) {
        const bool old_index = name.starts_with("index.json.") && name.ends_with(".new");
        if (!old_index && !name.starts_with(temporary_prefix)) continue;
        if (::unlinkat(directory_.get(), name.c_str(), 0) < 0 && errno == EISDIR) remove_tree(directory_.get(), name);
    }
}

StoreGuard::~StoreGuard() {
    try {
        clear_leftovers();
        if (made_ && !keep_) remove_tree(AT_FDCWD, path_);
    } catch (const std::exception& error) {
        const std::string line = text::cat(path_, ": could not be removed: ", error.what(), "\n");
        [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
    }
}

BlobWriter::BlobWriter(const Fd& layout, Algorithm algorithm, bool durable)
    : layout_(layout.get()), temporary_(text::cat(temporary_prefix, getpid())), durable_(durable), hasher_(algorithm) {
    if (narrate::dry_run()) return;
    file_ = Fd{::openat(layout_, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    if (!file_) throw Error::os("open", temporary_, errno);
}

BlobWriter::~BlobWriter() {
    if (file_) ::unlinkat(layout_, temporary_.c_str(), 0);
}

void BlobWriter::write(std::string_view bytes) {
    hasher_.update(bytes);
    size_ += bytes.size();
    if (file_) sys::write_all(file_.get(), bytes, "a blob");
}

void BlobWriter::finish() {
    digest_ = hasher_.finish();
    if (!file_) return;
    const std::string name = "blobs/" + digest_.path();
    if (durable_ && ::fsync(file_.get()) < 0) throw Error::os("fsync", name, errno);
    if (::renameat(layout_, temporary_.c_str(), layout_, name.c_str()) < 0) throw Error::os("rename", name, errno);
    file_.reset();
}

oci::Descriptor BlobWriter::descriptor(std::string_view media_type) const {
    oci::Descriptor out;
    out.mediaType = media_type;
    out.digest = digest_.text();
    out.size = size_;
    return out;
}

Store::Store(std::string path, bool durable) : path_(std::move(path)), durable_(durable) {
    if (narrate::dry_run()) return;
    directory_ = sys::open(path_, O_RDONLY | O_DIRECTORY);
    std::vector<std::string> names = names_in(directory_.get(), path_);
    std::erase_if(names, [](const std::string& name) { return name.starts_with(temporary_prefix); });
    if (!names.empty()) {
        [[maybe_unused]] const Layout layout = Layout::open(path_);  // it is one, or an error says what it is
    }
    make_directory(directory_, "blobs");
    if (!leads_to_file(directory_, "oci-layout"))
        sys::replace_file(path_ + "/oci-layout", oci::layout_version_json(), 0644, durable_);
}

BlobWriter Store::blob(Algorithm algorithm) const {
    if (directory_) make_directory(directory_, text::cat("blobs/", image::word(algorithm)).c_str());
    return {directory_, algorithm, durable_};
}

oci::Descriptor Store::put(std::string_view media_type, std::string_view bytes) {
    BlobWriter writer = blob();
    writer.write(bytes);
    writer.finish();
    return writer.descriptor(media_type);
}

oci::Descriptor Store::copy(Stream& source, std::string_view media_type, Algorithm algorithm) {
    BlobWriter writer = blob(algorithm);
    for (std::string_view bytes = source.next(); !bytes.empty(); bytes = source.next()) writer.write(bytes);
    writer.finish();
    return writer.descriptor(media_type);
}

bool Store::has(const oci::Descriptor& descriptor) const {
    return directory_ && leads_to_file(directory_, ("blobs/" + digest(descriptor).path()).c_str());
}

void Store::publish(const std::optional<std::string>& tag, oci::Descriptor manifest) {
    if (narrate::dry_run()) return;
    oci::Index index;
    index.mediaType = media::index;
    if (leads_to_file(directory_, "index.json")) index = Layout::open(path_).index();
    if (tag) {
        std::erase_if(index.manifests, [&](const oci::Descriptor& each) {
            const auto found = each.annotations.find(tag_key);
            return found != each.annotations.end() && found->second == *tag;
        });
        manifest.annotations[tag_key] = *tag;
    }
    index.manifests.push_back(std::move(manifest));
    sys::replace_file(path_ + "/index.json", oci::to_json(index), 0644, durable_);
}

}  // namespace bell::image
