// fuzz.hpp - what the fuzz targets share.
//
// A target is a parser and the promise it gives: any bytes are either read, or refused by a bell::Error. Another
// exception, an overflow, a read outside a buffer, an endless loop: each ends the run, and the input that did it is
// kept. LLVM's libFuzzer invents the inputs (llvm.org/docs/LibFuzzer.html); scripts/fuzz runs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bell::fuzz {

/// Does it; an orderly refusal is fine.
template <class Do>
void read_or_refuse(Do&& read) {
    try {
        read();
    } catch (const Error& error) {
        // A message that people will see: it must be one.
        if (error.message().empty()) __builtin_trap();
    }
}

/// For targets of several parsers: the first byte chooses, the rest is the input.
struct Choice {
    unsigned which;
    std::string bytes;
    Choice(const std::uint8_t* data, std::size_t size, unsigned parsers)
        : which(size > 0 ? data[0] % parsers : 0),
          bytes(reinterpret_cast<const char*>(data) + (size > 0 ? 1 : 0), size > 0 ? size - 1 : 0) {}
};

/// A promise beyond "no crash".
inline void must(bool holds) {
    if (!holds) __builtin_trap();
}

}  // namespace bell::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
