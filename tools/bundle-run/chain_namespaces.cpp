// chain_namespaces.cpp - namespaces, maps, names and kernel settings as ns-enter's options. See chain.hpp.
#include "base/text.hpp"
#include "chain.hpp"

namespace bell::chain {
namespace {

// Seconds and nanoseconds as a decimal: the kernel's nanoseconds only ever add, so -2 and half a second are -1.5.
std::string seconds(const oci::TimeOffset& offset) {
    std::int64_t whole = offset.secs;
    std::uint32_t part = offset.nanosecs;
    const bool borrows = whole < 0 && part > 0;
    if (borrows) {
        ++whole;
        part = 1'000'000'000 - part;
    }
    std::string fraction = part == 0 ? "" : text::cat(part);
    if (part != 0) fraction.insert(0, 9 - fraction.size(), '0');
    const std::string sign = borrows && whole == 0 ? "-" : "";
    return text::cat(sign, whole, part == 0 ? "" : ".", fraction);
}

std::string map_words(const oci::IdMapping& map) { return text::cat(map.containerID, ":", map.hostID, ":", map.size); }

}  // namespace

Link namespaces(const Situation& here, std::vector<Missing>& missing) {
    Link link{"ns-enter", {}};
    std::vector<std::string> made;
    Line joined;
    for (const oci::Namespace& each : here.linux_part.namespaces) {
        if (here.is_new(each.type))
            made.push_back(each.type);
        else
            joined.add("--join", text::cat(each.type, "=", *each.path));
    }
    Line first;
    first.add("--new", text::join(made, ","));
    if (here.is_new("network")) first.add("--lo");
    link.lines.push_back(first.text());
    if (!joined.empty()) link.lines.push_back(joined.text());
    std::vector<std::string> maps;
    if (here.new_user) {
        for (const auto& each : here.linux_part.uidMappings)
            maps.push_back(Line{}.add("--uid-map", map_words(each)).text());
        for (const auto& each : here.linux_part.gidMappings)
            maps.push_back(Line{}.add("--gid-map", map_words(each)).text());
    }
    add_wrapped(link, maps);
    std::vector<std::string> more;
    for (const auto& [clock, offset] : here.linux_part.timeOffsets)
        more.push_back(Line{}.add(text::cat("--", clock), seconds(offset)).text());
    if (here.linux_part.rootfsPropagation.value_or("").find("slave") != std::string::npos)
        more.push_back(Line{}.add("--propagation", "rslave").text());
    if (here.config.hostname) more.push_back(Line{}.add("--hostname", *here.config.hostname).text());
    if (here.config.domainname) more.push_back(Line{}.add("--domainname", *here.config.domainname).text());
    for (const auto& [key, value] : here.linux_part.sysctl)
        more.push_back(Line{}.add("--sysctl", text::cat(key, "=", value)).text());
    add_wrapped(link, more);
    for (const auto& [device, change] : here.linux_part.netDevices)
        missing.push_back(
            {"/linux/netDevices/" + device, "moving one wants a process beside: ip link set DEVICE netns PID"});
    return link;
}

Link root(const Situation& here) {
    Link link{"root-pivot", {}};
    Line line;
    if (here.config.root && here.config.root->readonly.value_or(false)) line.add("--read-only");
    const std::string propagation = here.linux_part.rootfsPropagation.value_or("");
    if (propagation.find("shared") != std::string::npos || propagation.find("unbindable") != std::string::npos)
        line.add("--propagation", propagation);
    line.raw("\"$rootfs\"");
    link.lines.push_back(line.text());
    return link;
}

}  // namespace bell::chain
