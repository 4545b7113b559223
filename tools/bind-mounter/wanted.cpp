// wanted.cpp - see wanted.hpp.
#include "wanted.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/devices.hpp"
#include "concepts/idmap.hpp"
#include "concepts/mount_options.hpp"
#include "concepts/propagation.hpp"

namespace bell {
namespace {

using cli::Help;

void check_bind_options(std::string_view option, const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (!mounts::is_known(word))
            throw Error::bad(text::cat(option, ": unknown mount option '", text::printable(word), "'",
                                       text::did_you_mean(word, mounts::known_words())));
}

// "SOURCE:DESTINATION[:OPTION,OPTION]"; "SOURCE" alone is shown at the same place.
oci::Mount bound(std::string_view option, const std::string& words, const char* how) {
    const std::vector<std::string> part = text::split(words, ':');
    if (part.size() > 3 || part[0].empty())
        throw Error::bad(text::cat(option, " ", text::printable(words), ": must be SOURCE:DESTINATION[:OPTIONS]"));
    oci::Mount mount{part.size() > 1 ? part[1] : part[0], "bind", part[0], {how}, {}, {}};
    if (part.size() > 2)
        for (const std::string& word : text::split(part[2], ',')) mount.options.push_back(word);
    check_bind_options(option, mount.options);
    return mount;
}

// "DESTINATION:OPTION[,OPTION]": attributes, or how it propagates.
oci::Mount changed(const std::string& words) {
    const std::size_t colon = words.find(':');
    if (colon == std::string::npos || colon == 0)
        throw Error::bad(text::cat("--remount ", text::printable(words), ": must be DESTINATION:OPTIONS"));
    oci::Mount mount{words.substr(0, colon), "none", "none", text::split(words.substr(colon + 1), ','), {}, {}};
    check_bind_options("--remount", mount.options);
    if (mounts::parse(mount.options).propagation.empty()) mount.options.insert(mount.options.begin(), "remount");
    return mount;
}

// "DESTINATION[:OPTION,OPTION]".
oci::Mount file_system(const std::string& type, const std::string& words, std::vector<std::string> options) {
    const std::size_t colon = words.find(':');
    oci::Mount mount{words.substr(0, colon), type, type, std::move(options), {}, {}};
    if (colon != std::string::npos)
        for (const std::string& word : text::split(words.substr(colon + 1), ',')) mount.options.push_back(word);
    return mount;
}

struct Standard {
    const char* type;
    const char* options;
    const char* help;
    Help level;
};

constexpr Standard standard[] = {
    {"proc", "nosuid,nodev,noexec", "processes, as this pid namespace sees them", Help::shown},
    {"tmpfs", "nosuid,nodev", "files in memory (/tmp:size=64m,mode=1777)", Help::shown},
    {"sysfs", "nosuid,nodev,noexec,ro", "the kernel's devices (needs a network namespace)", Help::all},
    {"devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620", "terminals of its own", Help::all},
    {"mqueue", "nosuid,nodev,noexec", "message queues (needs an ipc namespace)", Help::all},
    {"cgroup", "nosuid,nodev,noexec,ro", "what /sys/fs/cgroup shows, v1 or v2", Help::all},
};

}  // namespace

oci::Mount& WantedFiles::last_bind(std::string_view option) {
    if (mounts.empty() || mounts.back().type != "bind")
        throw Error::bad(text::cat(option, ": belongs behind the --bind or --rbind it is for"));
    return mounts.back();
}

void WantedFiles::add_file_systems(cli::Command& command) {
    for (const Standard& each : standard)
        command.each(
            text::cat("--", each.type),
            [this, &each](const std::string& words) {
                mounts.push_back(file_system(each.type, words, text::split(each.options, ',')));
            },
            "DEST", each.help, each.level);
    command.each(
        "--overlay", [this](const std::string& words) { mounts.push_back(file_system("overlay", words, {})); },
        "DEST:OPTIONS", "layers as one tree (/m:lowerdir=/a:/b,upperdir=/u,workdir=/w)", Help::all);
    command.each(
        "--mount",
        [this](const std::string& words) {
            const std::size_t colon = words.find(':');
            if (colon == std::string::npos)
                throw Error::bad(text::cat("--mount ", text::printable(words), ": must be TYPE:DESTINATION[:OPTIONS]"));
            mounts.push_back(file_system(words.substr(0, colon), words.substr(colon + 1), {}));
        },
        "TYPE:DEST", "any other file system", Help::all);
    command.each(
        "--source",
        [this](const std::string& words) {
            if (mounts.empty() || mounts.back().type == "bind")
                throw Error::bad("--source: belongs behind the --mount it is for");
            mounts.back().source = words;
        },
        "NAME", "of the --mount before: its device, or the name it is listed under", Help::all);
    command.text("--mount-label", mount_label, "LABEL", "the SELinux label of the file systems mounted", Help::all);
}

void WantedFiles::add_to(cli::Command& command) {
    command.each(
        "-b,--bind", [this](const std::string& words) { mounts.push_back(bound("--bind", words, "bind")); },
        "SRC:DEST[:OPT]", "show a directory or file at another place (/srv:/srv:ro,nosuid)");
    command.each(
        "--rbind", [this](const std::string& words) { mounts.push_back(bound("--rbind", words, "rbind")); },
        "SRC:DEST[:OPT]", "the same with all mounts below (rro: all of them read-only)");
    add_file_systems(command);
    command.each_optional(
        "--defaults",
        [this](const std::string& words) {
            defaults = true;
            if (!words.empty()) root = words;
        },
        "ROOT", "all that every container gets: proc, dev, sys, masks");
    command.text("--root", root, "DIR", "destinations are inside DIR", Help::all);
    command.each(
        "--device", [this](const std::string& words) { devices.push_back(devices::parse(words)); }, "PATH[:c:1:3]",
        "a device node; :MODE:UID:GID may follow", Help::all);
    command.flag("--default-devices", default_devices, "the nodes and links every container has in /dev", Help::all);
    command.each(
        "--mkdir", [this](const std::string& words) { directories.push_back(words); }, "PATH",
        "a directory, made if it isn't there", Help::all);
    command.each(
        "--mask", [this](const std::string& words) { masked.push_back(words); }, "PATH", "hide a file or directory",
        Help::all);
    command.each(
        "--readonly", [this](const std::string& words) { read_only.push_back(words); }, "PATH", "make a tree read-only",
        Help::all);
    command.each(
        "--uid-map",
        [this](const std::string& words) {
            last_bind("--uid-map").uidMappings.push_back(idmap::parse("--uid-map", words));
        },
        "IN:OUT:COUNT", "of the --bind before: owners as others see them", Help::all);
    command.each(
        "--gid-map",
        [this](const std::string& words) {
            last_bind("--gid-map").gidMappings.push_back(idmap::parse("--gid-map", words));
        },
        "IN:OUT:COUNT", "the same for groups", Help::all);
    command.each(
        "--propagation",
        [this](const std::string& words) {
            if (!propagation::flags(words))
                throw Error::bad(text::cat(
                    "--propagation ", text::printable(words), ": unknown",
                    text::did_you_mean(words, {"private", "rprivate", "slave", "rslave", "shared", "rshared"})));
            propagation = words;
        },
        "private|slave|shared|unbindable", "of the root; with r in front of all below, too", Help::all);
    command.each(
        "--remount", [this](const std::string& words) { mounts.push_back(changed(words)); }, "DEST:OPT",
        "change a mount that is there (/srv:ro, /srv:rslave)", Help::all);
    command.each(
        "--umount,--remove", [this](const std::string& words) { unmounted.push_back(words); }, "DEST",
        "take a mount away again (describe: out of config.json)", Help::all);
    command.flag("--here", here, "even in the mount namespace you are logged in to", Help::all);
}

bool WantedFiles::empty() const {
    return mounts.empty() && devices.empty() && masked.empty() && read_only.empty() && unmounted.empty() &&
           !propagation && !defaults && !default_devices && directories.empty();
}

}  // namespace bell
