// sysctl.cpp - see sysctl.hpp.
#include "concepts/sysctl.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"

namespace bell::sysctl {
namespace {

struct Owner {
    std::string_view prefix;
    std::string_view type;
};

// What the kernel keeps for each namespace: a whole key, or a prefix that ends with a dot.
constexpr std::array owners = {
    Owner{"kernel.msgmax", "ipc"},     Owner{"kernel.msgmnb", "ipc"},          Owner{"kernel.msgmni", "ipc"},
    Owner{"kernel.sem", "ipc"},        Owner{"kernel.shmall", "ipc"},          Owner{"kernel.shmmax", "ipc"},
    Owner{"kernel.shmmni", "ipc"},     Owner{"kernel.shm_rmid_forced", "ipc"}, Owner{"fs.mqueue.", "ipc"},
    Owner{"kernel.domainname", "uts"}, Owner{"kernel.hostname", "uts"},        Owner{"net.", "network"},
};

}  // namespace

std::string_view namespace_of(std::string_view key) {
    for (const Owner& owner : owners) {
        const bool fits = owner.prefix.ends_with('.') ? key.starts_with(owner.prefix) : key == owner.prefix;
        if (fits) return owner.type;
    }
    return {};
}

std::string path_of(std::string_view key) {
    const std::vector<std::string> parts = text::split(key, '.');
    for (const std::string& part : parts)
        if (part.empty() || part.find_first_of("/+") != std::string::npos)
            throw Error::bad(text::cat("sysctl ", text::quote(key), ": not a name of a kernel setting"));
    return "sys/" + text::join(parts, "/");
}

void validate(const std::map<std::string, std::string>& settings, const std::vector<oci::Namespace>& namespaces) {
    if (!guard::on(guard::Guard::own_sysctls)) return;
    for (const auto& [key, value] : settings) {
        (void)path_of(key);
        if (key == "kernel.hostname")
            throw Error::bad("sysctl kernel.hostname: the config has a field of its own for it", "use /hostname");
        const std::string_view type = namespace_of(key);
        if (type.empty())
            throw Error::bad(text::cat("sysctl ", text::printable(key), ": belongs to the whole machine"),
                             "a container may set those of its ipc, uts and network namespaces");
        const bool own =
            std::any_of(namespaces.begin(), namespaces.end(), [&](const auto& each) { return each.type == type; });
        if (!own)
            throw Error::bad(text::cat("sysctl ", text::printable(key), ": needs a new ", type, " namespace"),
                             text::cat("add ", type, " to the namespaces: ns-enter --new ", type));
    }
}

void apply(const std::map<std::string, std::string>& settings, const sys::Procfs& proc) {
    if (settings.empty()) return;
    const narrate::Section why("ns-enter", "kernel settings of its own namespaces", "sysctl(8)");
    for (const auto& [key, value] : settings) proc.write(path_of(key), value);
}

}  // namespace bell::sysctl
