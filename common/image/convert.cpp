// convert.cpp - see convert.hpp.
#include "image/convert.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "base/text.hpp"
#include "image/digest.hpp"
#include "image/user.hpp"
#include "image/whiteout.hpp"
#include "oci/defaults.hpp"
#include "oci/document.hpp"

namespace bell::image {
namespace {

using Annotations = std::map<std::string, std::string>;

// Labels that other runtimes take for orders: crun's extensions, systemd properties of the container's scope.
constexpr std::array<std::string_view, 2> orders = {"run.oci.", "org.systemd.property."};

bool is_order(const std::string& label) {
    return std::any_of(orders.begin(), orders.end(),
                       [&](std::string_view prefix) { return label.starts_with(prefix); });
}

std::string_view key(std::string_view variable) { return variable.substr(0, variable.find('=')); }

// The last value of a name holds, at the place of the first. By a map: an image may bring a hundred thousand.
void set_variables(std::vector<std::string>& env, const std::vector<std::string>& variables) {
    std::map<std::string, std::size_t, std::less<>> places;
    for (std::size_t i = 0; i < env.size(); ++i) places.emplace(key(env[i]), i);
    for (const std::string& variable : variables) {
        const auto [place, is_new] = places.emplace(key(variable), env.size());
        if (is_new)
            env.push_back(variable);
        else
            env[place->second] = variable;
    }
}

std::vector<std::string> command_line(std::vector<std::string> first, const std::vector<std::string>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

void convert_labels(const oci::ImageProcess& process, Annotations& out, std::vector<std::string>& warnings) {
    for (const auto& [name, value] : process.labels) {
        const bool order = is_order(name);
        if (order)
            warnings.push_back(text::cat("the label ", text::printable(name), " is left out: runtimes obey it"));
        else
            out[name] = value;
    }
}

// conversion.md#annotation-fields. emplace: what a label already says stays.
void convert_annotations(const oci::ImageConfig& image, Annotations& out) {
    const std::string base = "org.opencontainers.image.";
    const auto say = [&](const char* name, const std::optional<std::string>& value) {
        if (value && !value->empty()) out.emplace(base + name, *value);
    };
    say("os", image.os);
    say("architecture", image.architecture);
    say("variant", image.variant);
    say("os.version", image.osVersion);
    say("os.features", text::join(image.osFeatures, ","));
    say("author", image.author);
    say("created", image.created);
    if (!image.config) return;
    say("stopSignal", image.config->stopSignal);
    std::vector<std::string> ports;
    for (const auto& [port, nothing] : image.config->exposedPorts) ports.push_back(port);
    say("exposedPorts", text::join(ports, ","));
}

void convert_process(const oci::ImageProcess& image, oci::Process& process) {
    const std::vector<std::string> args = command_line(image.entrypoint, image.cmd);
    if (!args.empty()) process.args = args;
    set_variables(process.env, image.env);
    const std::string cwd = image.workingDir.value_or("");
    process.cwd = cwd.starts_with('/') ? cwd : "/" + cwd;
}

// Each volume is a directory of the bundle, bound over the path: what the program writes there outlives the root.
void convert_volumes(const oci::ImageProcess& image, Conversion& out) {
    for (const auto& [path, nothing] : image.volumes) {
        const std::string inside = entry_path(path);
        if (inside.empty() || inside == "proc" || inside.starts_with("proc/") || inside == "sys" ||
            inside.starts_with("sys/")) {
            out.warnings.push_back(text::cat("a volume at /", text::printable(inside), " is left out"));
            continue;
        }
        const bool known = std::find(out.volumes.begin(), out.volumes.end(), inside) != out.volumes.end();
        if (known) continue;
        out.volumes.push_back(inside);
        out.config.mounts.push_back({"/" + inside, "bind", volume_directory(inside), {"rbind", "rw"}, {}, {}});
    }
}

}  // namespace

// Each path has a name of its own: a dash that isn't from a slash is escaped, as in a URL; and what is too long for a
// name ends with a digest of the whole.
std::string volume_directory(const std::string& path) {
    constexpr std::size_t longest = 200;
    std::string name;
    for (const char letter : path) {
        if (letter == '/')
            name += '-';
        else if (letter == '-')
            name += "%2d";
        else if (letter == '%')
            name += "%25";
        else
            name += letter;
    }
    if (name.size() > longest) name = name.substr(0, longest) + "%" + digest_of(path).hex.substr(0, 32);
    return "volumes/" + name;
}

void override_with(oci::ImageProcess& process, const Overrides& overrides) {
    // One empty word: none at all.
    const auto words = [](const std::vector<std::string>& given) {
        return given.size() == 1 && given.front().empty() ? std::vector<std::string>{} : given;
    };
    if (!overrides.entrypoint.empty()) {
        process.entrypoint = words(overrides.entrypoint);
        process.cmd.clear();
    }
    if (!overrides.cmd.empty()) process.cmd = words(overrides.cmd);
    set_variables(process.env, overrides.env);
    if (overrides.user) process.user = overrides.user;
    if (overrides.workdir) process.workingDir = overrides.workdir;
}

void add_words(std::string_view option, std::vector<std::string>& out, const std::string& words) {
    if (!words.starts_with('[')) return out.push_back(words);
    std::vector<std::string> list = oci::parse_words(words, std::string(option));
    if (list.empty()) list.emplace_back();
    out.insert(out.end(), list.begin(), list.end());
}

// A shell would cut it into words, but no shell reads it. Where one does, it is the program, and this its argument.
std::optional<std::string> warn_of_blank(const oci::ImageProcess& process) {
    constexpr std::size_t longest_typed = 200;
    const std::vector<std::string> args = command_line(process.entrypoint, process.cmd);
    if (args.empty() || args.front().size() > longest_typed) return std::nullopt;
    if (args.front().find(' ') == std::string::npos) return std::nullopt;
    const std::string shown = text::printable(args.front());
    return text::cat("the program is '", shown, "', one word with a blank in it; several are a list: [\"",
                     text::join(text::split(shown, ' '), "\",\""), "\"]");
}

Conversion convert(const oci::ImageConfig& image, const Reach& rootfs, bool rootless, std::uint32_t uid,
                   std::uint32_t gid) {
    Conversion out;
    out.config = oci::default_config(rootless, uid, gid);
    out.config.root->readonly = false;
    oci::Process& process = *out.config.process;
    process.terminal = false;
    const oci::ImageProcess wanted = image.config.value_or(oci::ImageProcess{});
    convert_process(wanted, process);
    if (const auto warning = warn_of_blank(wanted)) out.warnings.push_back(*warning);
    convert_volumes(wanted, out);
    convert_labels(wanted, out.config.annotations, out.warnings);
    convert_annotations(image, out.config.annotations);
    process.user = resolve_user(rootfs, wanted.user.value_or(""));
    if (rootless) {
        // One mapped id: there are no other groups to be in, and no other user to become.
        process.user.additionalGids.clear();
        if (process.user.uid != 0 || process.user.gid != 0)
            out.warnings.push_back(text::cat("the image runs as ", process.user.uid, ":", process.user.gid,
                                             ", but rootless only 0 is mapped; --user 0 runs it as that"));
    }
    out.config.ociVersion = oci::lowest_version(out.config);
    return out;
}

}  // namespace bell::image
