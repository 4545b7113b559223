// stream.cpp - see stream.hpp.
#include "image/stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/guard.hpp"

namespace bell::image {
namespace {

// Large enough that the calls don't count, small enough to stay in the second-level cache.
constexpr std::size_t read_size = std::size_t{128} << 10;

}  // namespace

void drain(Stream& stream) {
    while (!stream.next().empty()) {
    }
}

BlobStream::BlobStream(Fd file, std::uint64_t size, Digest digest)
    : file_(std::move(file)), size_(size), digest_(std::move(digest)), hasher_(digest_.algorithm), buffer_(read_size) {
    posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::string_view BlobStream::next() {
    if (ended_) return {};
    ssize_t got = 0;
    do {
        got = ::read(file_.get(), buffer_.data(), buffer_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw Error::os("read", text::cat("blob ", digest_.text()), errno);
    const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
    passed_ += bytes.size();
    hasher_.update(bytes);
    if (bytes.empty() || passed_ > size_) check_end();
    return bytes;
}

void BlobStream::check_end() {
    ended_ = true;
    if (passed_ != size_)
        throw Error::bad(text::cat("blob ", digest_.text(), ": ", passed_ > size_ ? "larger" : "smaller", " than the ",
                                   size_, " bytes it should have"),
                         "the image is damaged: copy it again");
    const Digest found = hasher_.finish();
    if (found != digest_ && guard::on(guard::Guard::verified_blobs))
        throw Error::bad(text::cat("blob ", digest_.text(), ": its content has the digest ", found.text()),
                         "the image is damaged, or was tampered with: copy it again");
}

VerifiedStream::VerifiedStream(Stream& source, Digest diff_id, std::uint64_t packed_size, Budget& budget)
    : source_(source),
      diff_id_(std::move(diff_id)),
      hasher_(diff_id_.algorithm),
      allowed_(std::max(Limits::ratio_free, packed_size * budget.limits().ratio)),
      budget_(budget) {
    budget_.add_packed(packed_size);
}

std::string_view VerifiedStream::next() {
    if (ended_) return {};
    const std::string_view bytes = source_.next();
    hasher_.update(bytes);
    budget_.spend_bytes(bytes.size());
    passed_ += bytes.size();
    if (passed_ > allowed_ && guard::on(guard::Guard::budgets))
        throw Error::bad(text::cat("the layer unpacks to more than ", budget_.limits().ratio, " times its size"),
                         "--max-ratio allows more, if you trust the image");
    if (!bytes.empty()) return bytes;
    ended_ = true;
    const Digest found = hasher_.finish();
    if (found != diff_id_ && guard::on(guard::Guard::verified_diff_ids))
        throw Error::bad(
            text::cat("the layer's tar has the digest ", found.text(), ", the image's config says ", diff_id_.text()),
            "the config and the layer don't belong together");
    return {};
}

}  // namespace bell::image
