// gunzip.hpp - one gzip member: a header, deflated bytes, a checksum of what they were.
//
// Two libraries can do it. ISA-L's inflate is about twice as fast as zlib's, and layers are mostly inflated; but it is
// a shared library only. So where it is installed layer-unpack is linked with it, and elsewhere, and in a build that
// must be static (cmake -DBELL_ISAL=OFF), zlib does the same: gunzip_isal.cpp, gunzip_zlib.cpp.
//
// RFC 1951, RFC 1952. Next: inflate.cpp, which puts members together.
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace bell::image {

class Gunzip {
public:
    Gunzip();
    ~Gunzip();
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    struct Step {
        std::size_t produced = 0;
        bool ended = false;  ///< the member is complete, its checksum right
    };
    /// Starts with a new member.
    void begin();
    /// Takes from the front of `input` what it can use. Once the output was filled to its end there may be more to come
    /// without more input.
    [[nodiscard]] Step step(std::string_view& input, std::span<char> output);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace bell::image
