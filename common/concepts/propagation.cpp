// propagation.cpp - see propagation.hpp.
#include "concepts/propagation.hpp"

#include <linux/mount.h>

#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/mount.hpp"
#include "sys/mountinfo.hpp"

namespace bell::propagation {
namespace {

struct Word {
    std::string_view name;
    unsigned long flags;
};

constexpr std::array words = {
    Word{"private", MS_PRIVATE},       Word{"rprivate", MS_PRIVATE | MS_REC},
    Word{"slave", MS_SLAVE},           Word{"rslave", MS_SLAVE | MS_REC},
    Word{"shared", MS_SHARED},         Word{"rshared", MS_SHARED | MS_REC},
    Word{"unbindable", MS_UNBINDABLE}, Word{"runbindable", MS_UNBINDABLE | MS_REC},
};

}  // namespace

std::optional<unsigned long> flags(std::string_view word) {
    for (const Word& each : words)
        if (each.name == word) return each.flags;
    return std::nullopt;
}

void apply(const std::string& path, std::string_view word) {
    const auto wanted = flags(word);
    std::vector<std::string> names;
    for (const Word& each : words) names.emplace_back(each.name);
    if (!wanted)
        throw Error::bad(
            text::cat("propagation '", text::printable(word), "': unknown", text::did_you_mean(word, names)));
    sys::set_propagation(path, *wanted);
}

std::string mount_point_of(const std::string& path) {
    const std::vector<sys::MountInfo> mounts = sys::read_mountinfo();
    const sys::MountInfo* found = sys::mount_of(mounts, path);
    return found ? found->mount_point : "/";
}

}  // namespace bell::propagation
