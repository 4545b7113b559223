// wishes.cpp - see wishes.hpp.
#include "image/wishes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/select.hpp"

namespace bell::image {
namespace {

[[noreturn]] void refuse(std::string_view option, const std::string& value, std::string_view why, std::string hint) {
    throw Error::bad(text::cat(option, " ", text::printable(value), ": ", why), std::move(hint));
}

// "80" is what people say, "80/tcp" what is written.
std::string port(const std::string& words) {
    const std::vector<std::string> part = text::split(words, '/');
    const std::string protocol = part.size() > 1 ? part[1] : "tcp";
    const auto number = text::number<std::uint16_t>(part[0]);
    const bool known = protocol == "tcp" || protocol == "udp" || protocol == "sctp";
    if (part.size() > 2 || !number || *number == 0 || !known)
        refuse("--port", words, "is no port", "a number from 1 to 65535, and /udp or /sctp if it isn't for TCP");
    return text::cat(*number, "/", protocol);
}

void check_path(std::string_view option, const std::string& path) {
    if (!path.starts_with('/')) refuse(option, path, "is not an absolute path", "as in /srv/data");
}

void check_variable(const std::string& variable) {
    const std::size_t equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos)
        refuse("--env", variable, "NAME=VALUE is expected", "an image has no other environment to take it from");
}

// "SIGTERM", "TERM", "SIGRTMIN+3", "15": which of them there are is known to who sends it.
void check_signal(const std::string& signal) {
    const bool is_number = text::number<std::uint8_t>(signal).has_value();
    const bool is_name = !signal.empty() && std::all_of(signal.begin(), signal.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
    });
    if (!is_number && (!is_name || signal.front() < 'A'))
        refuse("--stop-signal", signal, "is no signal", "a name, as in SIGTERM, or a number");
}

void apply_process(const Wishes& wishes, oci::ImageProcess& process) {
    override_with(process, wishes.process);
    if (wishes.stop_signal) process.stopSignal = wishes.stop_signal;
    for (const auto& [name, value] : wishes.labels) process.labels[name] = value;
    for (const std::string& each : wishes.ports) process.exposedPorts[port(each)];
    for (const std::string& volume : wishes.volumes) process.volumes[volume];
}

// A history has an entry for each layer, in order. Layers that have come without one get one that says so, or the new
// one would be told as theirs.
void fill_up_history(std::size_t layers, oci::ImageConfig& config) {
    const auto known =
        static_cast<std::size_t>(std::count_if(config.history.begin(), config.history.end(),
                                               [](const auto& each) { return !each.emptyLayer.value_or(false); }));
    for (std::size_t i = known; i < layers; ++i) {
        oci::ImageHistory unknown;
        unknown.comment = "a layer without history";
        config.history.push_back(std::move(unknown));
    }
}

}  // namespace

void check(const Wishes& wishes) {
    for (const std::string& each : wishes.ports) port(each);
    for (const std::string& volume : wishes.volumes) check_path("--volume", volume);
    for (const std::string& variable : wishes.process.env) check_variable(variable);
    if (wishes.process.workdir) check_path("--workdir", *wishes.process.workdir);
    if (wishes.stop_signal) check_signal(*wishes.stop_signal);
}

oci::ImageConfig new_config(const std::optional<std::string>& platform) {
    const std::string words = platform.value_or(text(host_platform()));
    const std::vector<std::string> part = text::split(words, '/');
    if (part.size() < 2 || part.size() > 3 || std::any_of(part.begin(), part.end(), [](auto& p) { return p.empty(); }))
        refuse("--platform", words, "is not a platform", "OS/ARCHITECTURE[/VARIANT], as in linux/arm64");
    oci::ImageConfig config;
    config.os = part[0];
    config.architecture = part[1];
    if (part.size() > 2) config.variant = part[2];
    config.rootfs.type = "layers";
    return config;
}

void apply(const Wishes& wishes, oci::ImageConfig& config) {
    if (!config.config) config.config.emplace();
    apply_process(wishes, *config.config);
    if (wishes.author) config.author = wishes.author;
}

void add_step(const Wishes& wishes, const std::string& diff_id, const std::string& created, oci::ImageConfig& config) {
    fill_up_history(config.rootfs.diffIds.size(), config);
    if (!diff_id.empty()) config.rootfs.diffIds.push_back(diff_id);
    config.created = created;
    oci::ImageHistory history;
    history.created = created;
    history.createdBy = wishes.history.value_or("layer-pack");
    history.author = wishes.author;
    if (diff_id.empty()) history.emptyLayer = true;
    config.history.push_back(std::move(history));
}

}  // namespace bell::image
