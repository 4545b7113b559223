// ids.cpp - who the process is, here and in its own user namespace. See sections.hpp; user_namespaces(7).
#include "base/text.hpp"
#include "sections.hpp"
#include "sys/proc_ids.hpp"

namespace bell::peek {
namespace {

constexpr std::uint32_t overflow_id = 65534;  // /proc/sys/kernel/overflowuid: "no number here"

std::string with_name(std::uint32_t id, const std::string& names) {
    const std::string name = sys::name_of_id(names, id);
    return name.empty() ? text::cat(id) : text::cat(id, " (", name, ")");
}

// "uid 1000 (alice)", or all that differ: "uid 1000 (alice), effective 0 (root)".
std::string id_words(std::string_view what, const sys::IdSet& ids, const std::string& names) {
    std::string out = text::cat(what, " ", with_name(ids.real, names));
    if (ids.all_same()) return out;
    out += text::cat(", effective ", with_name(ids.effective, names), ", saved ", with_name(ids.saved, names));
    if (ids.filesystem != ids.effective) out += text::cat(", for files ", with_name(ids.filesystem, names));
    return out;
}

bool in_my_user_namespace(const Look& look) {
    return look.process.namespaces.readable &&
           look.mine.ids[sys::user_namespace] == look.process.namespaces.ids[sys::user_namespace];
}

std::string inside_words(const sys::Fact<std::vector<sys::IdRange>>& map, std::uint32_t id) {
    const auto inside = map ? sys::id_inside(*map, id) : std::nullopt;
    return inside ? text::cat(*inside) : text::cat(overflow_id, " (not mapped)");
}

// The same user has another number in another user namespace.
void fact_of_other_numbers(Page& page, const Look& look) {
    const sys::Process& process = look.process;
    if (!process.namespaces.readable || !process.user_map || sys::maps_all_to_itself(*process.user_map)) return;
    const std::uint32_t uid = process.status.users.effective, gid = process.status.groups.effective;
    if (!in_my_user_namespace(look)) {
        page.fact("inside it is", text::cat("uid ", inside_words(process.user_map, uid), ", gid ",
                                            inside_words(process.group_map, gid)));
        return;
    }
    const auto outer_uid = sys::id_outside(*process.user_map, uid);
    const auto outer_gid = process.group_map ? sys::id_outside(*process.group_map, gid) : std::nullopt;
    if (outer_uid && outer_gid) page.fact("outside it is", text::cat("uid ", *outer_uid, ", gid ", *outer_gid));
}

void show_map(Page& page, const Look& look, std::string_view what, const sys::Fact<std::vector<sys::IdRange>>& map) {
    if (!map) return page.fact(what, why_missing(look, map.error));
    if (map->empty()) return page.fact(what, "nothing is mapped: everybody is 65534");
    if (sys::maps_all_to_itself(*map)) return page.fact(what, "every number means the same inside and outside");
    for (const sys::IdRange& range : *map) {
        const std::string inside = range.count == 1 ? text::cat(range.inside)
                                                    : text::cat(range.inside, " to ", range.inside + range.count - 1);
        page.fact(what, text::cat(inside, " inside: ", range.outside, range.count == 1 ? "" : " and on", " outside  (",
                                  range.count, range.count == 1 ? " id)" : " ids)"));
    }
}

}  // namespace

void facts_of_user(Page& page, const Look& look) {
    const sys::ProcStatus& status = look.process.status;
    page.fact("user",
              text::cat(id_words("uid", status.users, look.passwd), "; ", id_words("gid", status.groups, look.group)));
    fact_of_other_numbers(page, look);
}

void show_ids(Page& page, const Look& look) {
    facts_of_user(page, look);
    std::vector<std::string> groups;
    for (const std::uint32_t group : look.process.status.supplementary_groups)
        groups.push_back(with_name(group, look.group));
    page.fact("groups", groups.empty() ? "no others" : text::join(groups, ", "));
    show_map(page, look, "uid map", look.process.user_map);
    show_map(page, look, "gid map", look.process.group_map);
    if (!look.process.may_set_groups) page.fact("setgroups", "denied: groups can't be changed in this user namespace");
}

}  // namespace bell::peek
