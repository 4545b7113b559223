// proc_namespaces.cpp - see proc_namespaces.hpp.
#include "sys/proc_namespaces.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/text.hpp"

namespace bell::sys {
namespace {

std::uint64_t link_id(int process, std::string_view file) {
    const std::string path = text::cat("ns/", file);
    std::array<char, 64> target;
    const ssize_t size = ::readlinkat(process, path.c_str(), target.data(), target.size());
    if (size <= 0) return 0;
    return parse_namespace_link({target.data(), static_cast<std::size_t>(size)}).value_or(0);
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (std::string& word : text::split(line, ' '))
        if (!word.empty()) words.push_back(std::move(word));
    return words;
}

}  // namespace

std::optional<std::uint64_t> parse_namespace_link(std::string_view link) {
    const std::size_t open = link.find(":[");
    if (open == std::string_view::npos || !link.ends_with(']')) return std::nullopt;
    return text::number<std::uint64_t>(link.substr(open + 2, link.size() - open - 3));
}

bool first_namespace_is_known(std::size_t kind) {
    const std::string_view name = namespace_kinds[kind].name;
    if (name != "mount" && name != "network") return true;
    utsname kernel{};
    if (uname(&kernel) < 0) return false;
    const std::vector<std::string> numbers = text::split(kernel.release, '.');
    const int version = text::number<int>(numbers[0]).value_or(0);
    const int patch = numbers.size() > 1 ? text::number<int>(numbers[1]).value_or(0) : 0;
    return version > 6 || (version == 6 && patch >= 18);
}

NamespaceIds read_namespaces(int process) {
    NamespaceIds found;
    // Every kernel with namespaces has this one, and the process is always in one: if it can't be read, none can.
    errno = 0;
    found.ids[0] = link_id(process, namespace_kinds[0].file);
    found.readable = errno != EACCES && errno != EPERM;
    if (!found.readable) return found;
    for (std::size_t at = 1; at < namespace_kinds.size(); ++at) {
        found.ids[at] = link_id(process, namespace_kinds[at].file);
        if (!namespace_kinds[at].for_children.empty())
            found.for_children[at] = link_id(process, namespace_kinds[at].for_children);
    }
    return found;
}

std::optional<TimeOffsets> parse_time_offsets(std::string_view lines) {
    std::optional<TimeOffset> monotonic, boottime;
    for (const std::string& line : text::split(lines.substr(0, 4096), '\n')) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() != 3) continue;
        const auto seconds = text::number<std::int64_t>(words[1]);
        const auto nanoseconds = text::number<std::uint32_t>(words[2]);
        if (!seconds || !nanoseconds) continue;
        if (words[0] == "monotonic") monotonic = TimeOffset{*seconds, *nanoseconds};
        if (words[0] == "boottime") boottime = TimeOffset{*seconds, *nanoseconds};
    }
    if (!monotonic || !boottime) return std::nullopt;
    return TimeOffsets{*monotonic, *boottime};
}

}  // namespace bell::sys
