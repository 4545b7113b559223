// source.cpp - see source.hpp.
#include "image/source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::image {

BlobSource::BlobSource(Blob blob, std::optional<Digest> digest, std::string shown)
    : blob_(std::move(blob)), digest_(std::move(digest)), shown_(std::move(shown)) {
    if (digest_) hasher_.emplace(digest_->algorithm);
    posix_fadvise(blob_.file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::size_t BlobSource::read_some(std::span<char> into) const {
    ssize_t got = 0;
    do {
        got = blob_.size ? ::pread(blob_.file.get(), into.data(), into.size(), static_cast<off_t>(blob_.offset + passed_))
                         : ::read(blob_.file.get(), into.data(), into.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw Error::os("read", shown_, errno);
    return static_cast<std::size_t>(got);
}

std::size_t BlobSource::read(std::span<char> into) {
    if (ended_) return 0;
    if (blob_.size) into = into.first(std::min<std::uint64_t>(into.size(), *blob_.size - passed_));
    const std::size_t got = into.empty() ? 0 : read_some(into);
    passed_ += got;
    if (hasher_) hasher_->update({into.data(), got});
    if (got > 0) return got;
    ended_ = true;
    if (blob_.size && passed_ != *blob_.size)
        throw Error::bad(text::cat(shown_, ": smaller than the ", *blob_.size, " bytes it should have"),
                         "the image is damaged: copy it again");
    check_digest();
    return 0;
}

void BlobSource::check_digest() {
    if (!digest_) return;
    const Digest found = hasher_->finish();
    if (found != *digest_)
        throw Error::bad(text::cat(shown_, ": its content has the digest ", found.text()),
                         "the image is damaged, or was tampered with: copy it again");
}

}  // namespace bell::image
