// chain_files.cpp - mounts, devices and masks as bind-mounter's options. See chain.hpp.
#include <algorithm>

#include "base/text.hpp"
#include "chain.hpp"
#include "concepts/mount_options.hpp"
#include "concepts/mounts.hpp"
#include "oci/defaults.hpp"

namespace bell::chain {
namespace {

bool has(const std::string& words, char letter) { return words.find(letter) != std::string::npos; }

// The whole default set in one option: what bind-mounter --defaults mounts here is what the config asks for.
bool is_default_set(const Situation& here) {
    const oci::Linux& linux = here.linux_part;
    return here.config.mounts == oci::default_mounts(oci::surroundings_of(linux)) &&
           linux.maskedPaths == oci::default_masked_paths() && linux.readonlyPaths == oci::default_readonly_paths();
}

std::string options_of(const oci::Mount& mount, bool is_bind) {
    std::vector<std::string> words = mount.options;
    if (is_bind) std::erase_if(words, [](const auto& each) { return each == "bind" || each == "rbind"; });
    return words.empty() ? "" : text::cat(":", text::join(words, ","));
}

std::string source_of(const Situation& here, const oci::Mount& mount) {
    const std::string source = mount.source.value_or("");
    return source.starts_with('/') ? source : text::cat(here.bundle, "/", source);
}

std::string why_not(const Situation& here, const oci::Mount& mount, bool is_bind) {
    if (has(mount.destination, ':') || (is_bind && has(mount.source.value_or(""), ':')))
        return "bind-mounter's options separate their parts by ':', and a path has one";
    for (const std::string& word : mount.options)
        if (has(word, ',')) return "bind-mounter's options separate words by ',', and one has it inside";
    if (mounts::is_id_mapped(mount) && here.new_user)
        return "a file system of the host is id-mapped from outside the user namespace, the chain mounts inside";
    return {};
}

void add_mount(Link& link, const Situation& here, const oci::Mount& mount, bool is_bind) {
    Line line;
    if (is_bind) {
        const bool recursive = std::find(mount.options.begin(), mount.options.end(), "rbind") != mount.options.end();
        line.add(recursive ? "--rbind" : "--bind",
                 text::cat(source_of(here, mount), ":", mount.destination, options_of(mount, true)));
    } else {
        const std::string type = mount.type.value_or("");
        line.add("--mount", text::cat(type, ":", mount.destination, options_of(mount, false)));
        const std::string source = mount.source.value_or("");
        if (!source.empty() && source != type && source != "none") line.add("--source", source);
    }
    for (const auto& map : mount.uidMappings)
        line.add("--uid-map", text::cat(map.containerID, ":", map.hostID, ":", map.size));
    for (const auto& map : mount.gidMappings)
        line.add("--gid-map", text::cat(map.containerID, ":", map.hostID, ":", map.size));
    link.lines.push_back(line.text());
}

void add_mounts(Link& link, const Situation& here, std::vector<Missing>& missing) {
    for (std::size_t i = 0; i < here.config.mounts.size(); ++i) {
        const oci::Mount& mount = here.config.mounts[i];
        const bool is_bind = mounts::is_bind(mount);
        const std::string problem = why_not(here, mount, is_bind);
        if (problem.empty())
            add_mount(link, here, mount, is_bind);
        else
            missing.push_back({text::cat("/mounts/", i), problem});
    }
}

void add_devices(Link& link, const Situation& here, std::vector<Missing>& missing) {
    std::vector<std::string> options;
    if (here.has_own_dev() && !is_default_set(here)) options.emplace_back("--default-devices");
    for (const oci::Device& each : here.linux_part.devices) {
        if (has(each.path, ':')) {
            missing.push_back({"/linux/devices", text::cat(each.path, ": the option separates its parts by ':'")});
            continue;
        }
        const std::string node = text::cat(each.path, ":", each.type, ":", each.major.value_or(0), ":",
                                           each.minor.value_or(0), ":", octal(each.fileMode.value_or(0666)));
        const bool owned = each.uid.value_or(0) != 0 || each.gid.value_or(0) != 0;
        options.push_back(
            Line{}
                .add("--device", owned ? text::cat(node, ":", each.uid.value_or(0), ":", each.gid.value_or(0)) : node)
                .text());
    }
    add_wrapped(link, options);
}

void add_masks(Link& link, const oci::Linux& linux) {
    std::vector<std::string> options;
    for (const std::string& path : linux.maskedPaths) options.push_back(Line{}.add("--mask", path).text());
    for (const std::string& path : linux.readonlyPaths) options.push_back(Line{}.add("--readonly", path).text());
    add_wrapped(link, options);
}

}  // namespace

Link files(const Situation& here, std::vector<Missing>& missing) {
    Link link{"bind-mounter", {}};
    const bool defaults = is_default_set(here);
    link.lines.emplace_back(defaults ? "--defaults \"$rootfs\"" : "--root \"$rootfs\"");
    if (here.linux_part.mountLabel && !here.linux_part.mountLabel->empty())
        link.lines.push_back(Line{}.add("--mount-label", *here.linux_part.mountLabel).text());
    if (!defaults) add_mounts(link, here, missing);
    add_devices(link, here, missing);
    if (!defaults) add_masks(link, here.linux_part);
    // A directory to start in that isn't there is made: as the runtime does it.
    if (here.process.cwd != "/") link.lines.push_back(Line{}.add("--mkdir", here.process.cwd).text());
    link.is_needed = defaults || link.lines.size() > 1;
    return link;
}

}  // namespace bell::chain
