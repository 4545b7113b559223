// whiteout.cpp - see whiteout.hpp.
#include "image/whiteout.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view opaque = ".wh..wh..opq";
constexpr std::string_view aufs_own = ".wh..wh.";  // aufs's bookkeeping (.wh..wh.plnk), which old images still have

[[noreturn]] void refuse(std::string_view path, std::string_view why) {
    throw Error::bad(text::cat("entry \"", text::printable(path), "\": ", why),
                     "the image is broken, or an attack; nothing was unpacked");
}

}  // namespace

std::string entry_path(std::string_view raw) {
    std::string out;
    for (std::size_t at = 0; at <= raw.size();) {
        const std::size_t end = std::min(raw.find('/', at), raw.size());
        const std::string_view part = raw.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".") continue;
        if (part == ".." && guard::on(guard::Guard::entry_names)) refuse(raw, "'..' leads out of the root file system");
        if (!out.empty()) out += '/';
        out += part;
    }
    return out;
}

Whiteout whiteout(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (!guard::on(guard::Guard::whiteout_names) && name != opaque) return {};
    if (directory.starts_with(whiteout_prefix) || directory.find("/.wh.") != std::string::npos)
        refuse(path, "is below a whiteout, which is no directory");
    if (!name.starts_with(whiteout_prefix)) return {};
    if (name == opaque) return {Whiteout::Kind::opaque, directory, {}};
    if (name.starts_with(aufs_own)) return {Whiteout::Kind::ignore, directory, {}};
    const std::string gone = name.substr(whiteout_prefix.size());
    if (gone.empty() || gone == "." || gone == "..") refuse(path, "a whiteout of nothing that could be removed");
    return {Whiteout::Kind::remove, directory, gone};
}

}  // namespace bell::image
