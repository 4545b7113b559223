// words - what people and engines write in options and resources: budgets as cgroup words, device rules, mount options,
// namespaces, limits, processors.
#include <array>

#include "base/text.hpp"
#include "concepts/cgroup_devices.hpp"
#include "concepts/cgroup_words.hpp"
#include "concepts/mount_options.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/rlimits.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/sysctl.hpp"
#include "fuzz.hpp"
#include "oci/document.hpp"

namespace {

using namespace bell;

void resources(const std::string& bytes) {
    const oci::Resources budget = oci::parse_resources(bytes, "resources.json");
    for (const std::string_view controller : cgroup::controllers()) {
        fuzz::read_or_refuse([&] { (void)cgroup::words_v1(budget, controller); });
        fuzz::read_or_refuse([&] { (void)cgroup::words_v2(budget, controller); });
    }
    fuzz::read_or_refuse([&] { (void)cgroup::device_words_v1(budget.devices); });
}

// Rule 11: whatever the key, the path stays below /proc/sys.
void sysctl_key(const std::string& bytes) {
    const std::string path = sysctl::path_of(bytes);
    fuzz::must(path.starts_with("sys/") && path.find("/../") == std::string::npos && !path.ends_with("/.."));
}

constexpr std::array parsers = {
    resources,
    sysctl_key,
    +[](const std::string& bytes) { (void)mounts::parse(text::split(bytes, ',')); },
    +[](const std::string& bytes) { (void)cgroup::parse_device_rule(bytes, true); },
    +[](const std::string& bytes) { (void)namespaces::parse_list(bytes); },
    +[](const std::string& bytes) { (void)rlimits::parse(bytes); },
    +[](const std::string& bytes) { (void)scheduling::parse_cpus(bytes); },
    +[](const std::string& bytes) { (void)scheduling::parse_scheduler(bytes); },
    +[](const std::string& bytes) { (void)scheduling::parse_io_priority(bytes); },
    +[](const std::string& bytes) { (void)scheduling::parse_personality(bytes); },
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Choice input(data, size, parsers.size());
    fuzz::read_or_refuse([&] { parsers[input.which](input.bytes); });
    return 0;
}
