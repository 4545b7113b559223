// stream.cpp - see stream.hpp.
#include "image/stream.hpp"

namespace bell::image {

void drain(Stream& stream) {
    while (!stream.next().empty()) {
    }
}

}  // namespace bell::image
