// mount_options.cpp - see mount_options.hpp.
#include "concepts/mount_options.hpp"

#include <linux/mount.h>

#include <array>
#include <string_view>

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

namespace bell::mounts {
namespace {

enum class Do : unsigned char {
    set,
    clear,
    propagation,
    superblock,
    nothing,
    bind,
    rbind,
    remount,
    copy_up,
    idmap,
    ridmap
};

struct Word {
    std::string_view name;
    Do what;
    std::uint64_t bits = 0;
};

// Those with set and clear exist with an r in front as well: for the mount and all below it.
constexpr std::array attributes = {
    Word{"ro", Do::set, MOUNT_ATTR_RDONLY},
    Word{"rw", Do::clear, MOUNT_ATTR_RDONLY},
    Word{"nosuid", Do::set, MOUNT_ATTR_NOSUID},
    Word{"suid", Do::clear, MOUNT_ATTR_NOSUID},
    Word{"nodev", Do::set, MOUNT_ATTR_NODEV},
    Word{"dev", Do::clear, MOUNT_ATTR_NODEV},
    Word{"noexec", Do::set, MOUNT_ATTR_NOEXEC},
    Word{"exec", Do::clear, MOUNT_ATTR_NOEXEC},
    Word{"noatime", Do::set, MOUNT_ATTR_NOATIME},
    Word{"atime", Do::clear, MOUNT_ATTR_NOATIME},
    Word{"strictatime", Do::set, MOUNT_ATTR_STRICTATIME},
    Word{"nostrictatime", Do::clear, MOUNT_ATTR_STRICTATIME},
    Word{"relatime", Do::clear, MOUNT_ATTR__ATIME},
    Word{"norelatime", Do::nothing},
    Word{"nodiratime", Do::set, MOUNT_ATTR_NODIRATIME},
    Word{"diratime", Do::clear, MOUNT_ATTR_NODIRATIME},
    Word{"nosymfollow", Do::set, MOUNT_ATTR_NOSYMFOLLOW},
    Word{"symfollow", Do::clear, MOUNT_ATTR_NOSYMFOLLOW},
};

constexpr std::array others = {
    Word{"defaults", Do::nothing},
    Word{"bind", Do::bind},
    Word{"rbind", Do::rbind},
    Word{"remount", Do::remount},
    Word{"private", Do::propagation, MS_PRIVATE},
    Word{"rprivate", Do::propagation, MS_PRIVATE | MS_REC},
    Word{"slave", Do::propagation, MS_SLAVE},
    Word{"rslave", Do::propagation, MS_SLAVE | MS_REC},
    Word{"shared", Do::propagation, MS_SHARED},
    Word{"rshared", Do::propagation, MS_SHARED | MS_REC},
    Word{"unbindable", Do::propagation, MS_UNBINDABLE},
    Word{"runbindable", Do::propagation, MS_UNBINDABLE | MS_REC},
    Word{"tmpcopyup", Do::copy_up},
    Word{"idmap", Do::idmap},
    Word{"ridmap", Do::ridmap},
    Word{"sync", Do::superblock},
    Word{"dirsync", Do::superblock},
    Word{"lazytime", Do::superblock},
    Word{"mand", Do::superblock},
    Word{"noacl", Do::superblock},
    // Flags of mount(2) that a file system of today has anyway, or that only made the kernel's log shorter.
    Word{"acl", Do::nothing},
    Word{"iversion", Do::nothing},
    Word{"silent", Do::nothing},
    Word{"async", Do::nothing},
    Word{"nolazytime", Do::nothing},
    Word{"nomand", Do::nothing},
    Word{"loud", Do::nothing},
    Word{"noiversion", Do::nothing},
};

const Word* find(std::string_view name) {
    for (const Word& word : attributes)
        if (word.name == name) return &word;
    for (const Word& word : others)
        if (word.name == name) return &word;
    return nullptr;
}

// The later word wins: "ro,rw" is rw.
void change(std::uint64_t& set, std::uint64_t& clear, const Word& word) {
    if (word.what == Do::set) {
        set |= word.bits;
        clear &= ~word.bits;
    } else if (word.what == Do::clear) {
        clear |= word.bits;
        set &= ~word.bits;
    }
}

void apply(Options& out, const Word& word, const std::string& given) {
    switch (word.what) {
        case Do::set:
        case Do::clear: change(out.set, out.clear, word); break;
        case Do::propagation: out.propagation.push_back(word.bits); break;
        case Do::superblock: out.superblock.push_back(given); break;
        case Do::nothing: break;
        case Do::bind: out.bind = true; break;
        case Do::rbind: out.bind = out.recursive_bind = true; break;
        case Do::remount: out.remount = true; break;
        case Do::copy_up: out.copy_up = true; break;
        case Do::idmap: out.idmap = true; break;
        case Do::ridmap: out.idmap = out.recursive_idmap = true; break;
    }
}

// "rro" is "ro" with an r in front; "rw" and "relatime" are words of their own.
const Word* find_recursive(std::string_view name) {
    if (!name.starts_with('r')) return nullptr;
    for (const Word& word : attributes)
        if (word.name == name.substr(1)) return &word;
    return nullptr;
}

}  // namespace

Options parse(const std::vector<std::string>& words) {
    Options out;
    for (const std::string& given : words) {
        if (given.empty()) continue;  // buildah writes one for a volume without options
        if (const Word* word = find(given))
            apply(out, *word, given);
        else if (const Word* recursive = find_recursive(given))
            change(out.recursive_set, out.recursive_clear, *recursive);
        else
            out.superblock.push_back(given);
    }
    return out;
}

bool is_known(const std::string& word) {
    return word.empty() || find(word) || find_recursive(word) || word.find('=') != std::string::npos;
}

std::vector<std::string> known_words() {
    std::vector<std::string> out;
    for (const Word& word : attributes) {
        out.emplace_back(word.name);
        out.push_back("r" + std::string(word.name));
    }
    for (const Word& word : others) out.emplace_back(word.name);
    return out;
}

}  // namespace bell::mounts
