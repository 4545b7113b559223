// doctor.hpp - what a lesson needs of this machine, and if it isn't there, why, and what to do.
//
// A classroom has all kinds of laptops: user namespaces switched off by a setting, a /proc that is partly masked, no
// cgroup to make groups in. Each need is tried, not guessed from a version.
//
// user_namespaces(7), cgroups(7). Next: verb_list.cpp.
#pragma once

#include <string>
#include <vector>

#include "course.hpp"

namespace bell {

/// Why something can't be done here.
struct Lack {
    std::string reason;   ///< empty: nothing is lacking
    std::string way_out;  ///< a command or a sentence
    [[nodiscard]] explicit operator bool() const { return !reason.empty(); }
};

/// One of root, user (not root), userns, cgroup2, lab, podman, net. Throws for a word that isn't known.
[[nodiscard]] Lack lack_of(const std::string& need);

/// The first of them that is lacking.
[[nodiscard]] Lack first_lack(const std::vector<std::string>& needs);

/// Throws if something is lacking for the lesson.
void require_all(const Lesson& lesson);

}  // namespace bell
