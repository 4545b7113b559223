// intel_rdt.cpp - see intel_rdt.hpp. (resctrl belongs to the host, and no rootfs reaches it: here paths are safe.)
#include "concepts/intel_rdt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::intel_rdt {
namespace {

bool is_there(const std::string& path) { return sys::open_if_there(AT_FDCWD, path, O_PATH | O_DIRECTORY).has_value(); }

void check_name(const std::string& name) {
    const bool taken = name == "info" || name == "mon_groups" || name == "mon_data";
    if (name.empty() || name == "." || name == ".." || taken || name.find_first_of("/\n") != std::string::npos)
        throw Error::bad(text::cat("/linux/intelRdt/closID: ", text::quote(name), " can't name a class of service"));
}

std::vector<std::string> lines_of(const std::string& words) {
    std::vector<std::string> out;
    for (const std::string& line : text::split(words, '\n'))
        if (!text::trim(line).empty()) out.emplace_back(text::trim(line));
    return out;
}

// The kernel pads with blanks and zeros: "    L3:0=0ff".
std::string plain(std::string_view value) {
    const std::string_view trimmed = text::trim(value);
    const std::size_t digit = std::min(trimmed.find_first_not_of('0'), trimmed.size() - 1);
    return trimmed.empty() ? std::string{} : std::string(trimmed.substr(digit));
}

struct Schema {
    std::string resource;
    std::vector<std::string> shares;  ///< "0=7f0"
};

Schema parse(std::string_view line) {
    const std::size_t colon = line.find(':');
    Schema out{std::string(text::trim(line.substr(0, colon))), {}};
    if (colon == std::string_view::npos) return out;
    for (const std::string& share : text::split(line.substr(colon + 1), ';')) {
        const std::size_t equals = share.find('=');
        if (equals == std::string::npos) continue;
        const std::string_view whole = share;
        out.shares.push_back(text::cat(text::trim(whole.substr(0, equals)), "=", plain(whole.substr(equals + 1))));
    }
    return out;
}

// The errno alone says little here; the kernel keeps its reasons in a file.
void write_line(const std::string& directory, const std::string& line) {
    const std::string file = directory + "/schemata";
    try {
        sys::write_value(file, line + "\n");
    } catch (const Error& error) {
        const std::string root = directory.substr(0, directory.rfind('/'));
        const std::string why(text::trim(sys::try_read_file(root + "/info/last_cmd_status").value_or("")));
        throw error.in(text::cat("/linux/intelRdt: ", line)).advise(why);
    }
}

}  // namespace

std::optional<std::string> find_mount(const std::vector<sys::MountInfo>& mounts) {
    for (const sys::MountInfo& each : mounts)
        if (each.type == "resctrl" && each.root == "/") return each.mount_point;
    return std::nullopt;
}

// A line for memory bandwidth in l3CacheSchema is replaced by memBwSchema; `schemata` comes last, and so counts.
std::vector<std::string> schemata_lines(const oci::IntelRdt& wanted) {
    const std::string bandwidth = wanted.memBwSchema.value_or("");
    std::vector<std::string> out;
    for (const std::string& line : lines_of(wanted.l3CacheSchema.value_or("")))
        if (bandwidth.empty() || !line.starts_with("MB:")) out.push_back(line);
    for (const std::string& line : lines_of(bandwidth)) out.push_back(line);
    for (const std::string& each : wanted.schemata)
        for (const std::string& line : lines_of(each)) out.push_back(line);
    return out;
}

bool is_in_effect(std::string_view line, std::string_view schemata) {
    const Schema wanted = parse(line);
    for (const std::string& each : text::split(schemata, '\n')) {
        const Schema found = parse(each);
        if (found.resource != wanted.resource) continue;
        return std::all_of(wanted.shares.begin(), wanted.shares.end(), [&](const std::string& share) {
            return std::find(found.shares.begin(), found.shares.end(), share) != found.shares.end();
        });
    }
    return false;
}

Groups groups_of(const oci::IntelRdt& wanted, const std::string& mount, const std::string& container_id) {
    const std::string name = wanted.closID.value_or("");
    const bool monitors = wanted.enableMonitoring.value_or(false);
    const bool has_schemata = !schemata_lines(wanted).empty();
    Groups out;
    // Without any wish about shares a container that is only to be counted stays in everybody's class.
    const bool root = name == "/" || (name.empty() && monitors && !has_schemata);
    const std::string& directory = name.empty() ? container_id : name;
    if (!root) check_name(directory);
    out.service_class = root ? mount : text::cat(mount, "/", directory);
    const bool there = root || is_there(out.service_class);
    if (!there && !name.empty() && !has_schemata)
        throw Error::bad(text::cat("/linux/intelRdt/closID: there is no class of service ", out.service_class),
                         "without schemata it must have been set up before");
    if (!there) out.made.push_back(out.service_class);
    if (!monitors) return out;
    out.monitoring = text::cat(out.service_class, "/mon_groups/", container_id);
    if (!is_there(out.monitoring)) out.made.push_back(out.monitoring);
    return out;
}

void prepare(const oci::IntelRdt& wanted, const Groups& groups) {
    const narrate::Section why("cgroup-setter", "its share of the processor's cache", "config-linux.md#intelrdt");
    for (const std::string& directory : groups.made) sys::make_directory(AT_FDCWD, directory, 0755, directory);
    const bool is_new = !groups.made.empty() && groups.made.front() == groups.service_class;
    const std::string present =
        is_new ? std::string{} : sys::try_read_file(groups.service_class + "/schemata").value_or("");
    for (const std::string& line : schemata_lines(wanted)) {
        if (is_new) {
            write_line(groups.service_class, line);
        } else if (!is_in_effect(line, present)) {
            throw Error::bad(
                text::cat("/linux/intelRdt: class of service ", groups.service_class, " is there and isn't ", line),
                "name another closID, or leave the schemata out to take the class as it is");
        }
    }
}

void join(const Groups& groups, pid_t pid) {
    const narrate::Section why("cgroup-setter", "into its share of the processor's cache", "config-linux.md#intelrdt");
    sys::write_value(groups.service_class + "/tasks", text::cat(pid));
    if (!groups.monitoring.empty()) sys::write_value(groups.monitoring + "/tasks", text::cat(pid));
}

void remove(const std::vector<std::string>& made) {
    for (auto directory = made.rbegin(); directory != made.rend(); ++directory)
        if (::rmdir(directory->c_str()) < 0 && errno != ENOENT) throw Error::os("rmdir", *directory, errno);
}

}  // namespace bell::intel_rdt
