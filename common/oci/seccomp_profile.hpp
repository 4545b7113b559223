// seccomp_profile.hpp - a seccomp profile as the engines keep it: one file for many machines.
//
// docker, podman and containerd ship a profile that is config.json's linux.seccomp with conditions on top: an
// `archMap` of which one entry is this machine's, and rules that hold only on some architectures, from some kernel on,
// or for containers that keep a capability (`includes`, `excludes`). Resolving the conditions makes a plain
// linux.seccomp. A plain one is its own result, so there is one reader for both.
//
// moby's profiles/seccomp/default.json. Next: concepts/seccomp.hpp.
#pragma once

#include <string>
#include <vector>

#include "oci/linux.hpp"

namespace bell::oci {

/// What the conditions ask about.
struct ProfileHost {
    std::string machine;                    ///< uname -m: "x86_64"
    std::string release;                    ///< uname -r: "6.1.0-18-amd64"
    std::vector<std::string> capabilities;  ///< the bounding set to be: "CAP_SYS_ADMIN"
};

[[nodiscard]] Seccomp parse_seccomp_profile(const std::string& json, const std::string& name, const ProfileHost& host);

/// "6.1.0-18-amd64" is at least "4.8"?
[[nodiscard]] bool kernel_is_at_least(const std::string& release, const std::string& wanted);

}  // namespace bell::oci
