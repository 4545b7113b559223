// source.cpp - see source.hpp.
#include "image/source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"

namespace bell::image {

BlobSource::BlobSource(Blob blob, std::optional<Digest> digest, std::string shown)
    : blob_(std::move(blob)), digest_(std::move(digest)), shown_(std::move(shown)) {
    if (digest_) hasher_.emplace(digest_->algorithm);
    if (blob_.file) posix_fadvise(blob_.file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::size_t BlobSource::read_some(std::span<char> into) const {
    if (passed_ < blob_.head.size()) return blob_.head.copy(into.data(), into.size(), passed_);
    const std::uint64_t at = passed_ - blob_.head.size();
    if (blob_.size) into = into.first(std::min<std::uint64_t>(into.size(), *blob_.size - at));
    if (into.empty() || !blob_.file) return 0;
    ssize_t got = 0;
    do {
        got = blob_.size ? ::pread(blob_.file.get(), into.data(), into.size(), static_cast<off_t>(blob_.offset + at))
                         : ::read(blob_.file.get(), into.data(), into.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw Error::os("read", shown_, errno);
    return static_cast<std::size_t>(got);
}

std::size_t BlobSource::read(std::span<char> into) {
    if (ended_) return 0;
    const std::size_t got = read_some(into);
    passed_ += got;
    if (hasher_) hasher_->update({into.data(), got});
    if (copy_) copy(into.first(got));
    if (got > 0) return got;
    ended_ = true;
    if (const auto whole = blob_.whole(); whole && passed_ != *whole)
        throw Error::bad(text::cat(shown_, ": smaller than the ", *whole, " bytes it should have"),
                         "the image is damaged: copy it again");
    check_digest();
    return 0;
}

// Empty gzip members and frames that are skipped could go on for as long as the blob.
void BlobSource::copy(std::span<const char> bytes) {
    constexpr std::size_t most = std::size_t{64} << 20;
    copy_->append(bytes.data(), bytes.size());
    if (copy_->size() > most && guard::on(guard::Guard::budgets))
        throw Error::bad(text::cat(shown_, ": ", most >> 20, " MiB of it unpack to nothing"),
                         "the image is broken, or an attack; nothing was unpacked");
}

void BlobSource::check_digest() {
    if (!digest_) return;
    const Digest found = hasher_->finish();
    if (found != *digest_ && guard::on(guard::Guard::verified_blobs))
        throw Error::bad(text::cat(shown_, ": its content has the digest ", found.text()),
                         "the image is damaged, or was tampered with: copy it again");
}

std::string read_whole(Blob blob, const std::string& shown, std::size_t limit) {
    BlobSource source(std::move(blob), std::nullopt, shown);
    std::string out;
    std::vector<char> buffer(std::size_t{64} << 10);
    for (std::size_t got = source.read(buffer); got > 0; got = source.read(buffer)) {
        if (got > limit - out.size()) throw Error::bad(text::cat(shown, ": larger than ", limit, " bytes"));
        out.append(buffer.data(), got);
    }
    return out;
}

std::string first_bytes(const Blob& blob, std::size_t count, const std::string& shown) {
    std::string out = blob.head.substr(0, count);
    if (!out.empty() || !blob.file) return out;
    out.resize(count);
    const ssize_t got = ::pread(blob.file.get(), out.data(), out.size(), static_cast<off_t>(blob.offset));
    if (got < 0) throw Error::os("read", shown, errno);
    out.resize(static_cast<std::size_t>(got));
    return out;
}

}  // namespace bell::image
