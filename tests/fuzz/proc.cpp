// proc - files of /proc, of the image and of the host: mountinfo, cgroup, status, limits, id maps, passwd, group,
// subuid.
#include <array>

#include "concepts/idmap.hpp"
#include "fuzz.hpp"
#include "sys/mountinfo.hpp"
#include "sys/passwd.hpp"
#include "sys/proc_cgroup.hpp"
#include "sys/proc_ids.hpp"
#include "sys/proc_limits.hpp"
#include "sys/proc_list.hpp"
#include "sys/proc_namespaces.hpp"
#include "sys/proc_process.hpp"
#include "sys/proc_status.hpp"

namespace {

using namespace bell;

void mountinfo(const std::string& bytes) { (void)sys::mount_of(sys::parse_mountinfo(bytes), "/proc"); }

void cgroup(const std::string& bytes) {
    const auto groups = sys::parse_proc_cgroup(bytes);
    const auto mounts = sys::parse_mountinfo(bytes);
    for (const auto& each : groups) (void)sys::directory_of(each, mounts);
}

void users(const std::string& bytes) {
    const std::size_t end = bytes.find('\n');
    const std::string words = bytes.substr(0, end);
    const std::string file = end == std::string::npos ? std::string{} : bytes.substr(end + 1);
    const passwd::Account account = passwd::find(words, {file, file});
    // Rule 10: digits are an id, whatever the file says.
    const std::string_view name = std::string_view(words).substr(0, words.find(':'));
    if (passwd::is_number(name)) fuzz::must(account.uid == passwd::parse_id(name));
}

void subids(const std::string& bytes) {
    for (const oci::IdMapping& each : idmap::parse_subids(bytes, "user", 1000)) fuzz::must(each.size > 0);
}

void mapping(const std::string& bytes) { fuzz::must(idmap::parse("--map-uid", bytes).size > 0); }

constexpr std::array parsers = {
    mountinfo,
    cgroup,
    users,
    subids,
    mapping,
    +[](const std::string& bytes) { (void)sys::parse_status(bytes); },
    +[](const std::string& bytes) { (void)sys::parse_stat(bytes); },
    +[](const std::string& bytes) { (void)sys::parse_limits(bytes); },
    +[](const std::string& bytes) { (void)sys::parse_id_map(bytes); },
    +[](const std::string& bytes) { (void)sys::parse_namespace_link(bytes); },
    +[](const std::string& bytes) { (void)sys::parse_time_offsets(bytes); },
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Choice input(data, size, parsers.size());
    fuzz::read_or_refuse([&] { parsers[input.which](input.bytes); });
    return 0;
}
