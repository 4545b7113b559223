// powers.cpp - what the process may do: capabilities, seccomp, resource limits. See sections.hpp; capabilities(7),
// seccomp(2), getrlimit(2).
#include <algorithm>

#include "base/capability_names.hpp"
#include "base/text.hpp"
#include "cli/units.hpp"
#include "sections.hpp"

namespace bell::peek {
namespace {

constexpr unsigned few = 6;  // so many missing ones are named instead of those that are there

std::string lower(std::string_view word) {
    std::string out(word);
    for (char& letter : out) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    return out;
}

// "kill, net_bind_service"
std::string names(std::uint64_t set) {
    std::vector<std::string> words;
    for (unsigned number = 0; number < 64; ++number) {
        if ((set >> number & 1) == 0) continue;
        const std::string_view name = capability::name(number);
        words.push_back(name.empty() ? text::cat(number) : lower(capability::without_prefix(name)));
    }
    return text::join(words, ", ");
}

unsigned size_of(std::uint64_t set) { return static_cast<unsigned>(__builtin_popcountll(set)); }

bool is_only_in_its_namespace(const Look& look) {
    return look.process.namespaces.readable && look.process.namespaces.ids[sys::user_namespace] != 0 &&
           !look.is_first_namespace(sys::user_namespace);
}

std::string_view seccomp_words(unsigned mode) {
    switch (mode) {
        case 0: return "no filter";
        case 1: return "strict: read, write and exit only";
        default: return "";
    }
}

std::string guards_words(const sys::ProcStatus& status) {
    std::string words = status.no_new_privileges.value_or(false) ? "can't gain new ones (no_new_privs); "
                                                                 : "may gain new ones (setuid programs); ";
    const unsigned mode = status.seccomp_mode.value_or(0);
    words += text::cat("seccomp: ", seccomp_words(mode));
    if (mode != 2) return words;
    const unsigned filters = status.seccomp_filters.value_or(1);
    return text::cat(words, filters, filters == 1 ? " filter" : " filters");
}

std::string limit_words(const sys::ResourceLimit& limit, std::uint64_t value) {
    if (value == sys::unlimited) return "unlimited";
    if (limit.unit == "bytes") return value % 1024 == 0 ? cli::human_bytes(value) : text::cat(value, "B");
    return text::cat(value, limit.unit == "seconds" ? "s" : limit.unit);
}

std::string pair_words(const sys::ResourceLimit& limit) {
    const std::string soft = limit_words(limit, limit.soft);
    return limit.soft == limit.hard ? soft : text::cat(soft, " (hard ", limit_words(limit, limit.hard), ")");
}

const sys::ResourceLimit* same_limit(const Look& look, const sys::ResourceLimit& limit) {
    if (!look.other) return nullptr;
    const auto& limits = look.other->limits;
    const auto found = std::find_if(limits.begin(), limits.end(),
                                    [&](const sys::ResourceLimit& each) { return each.name == limit.name; });
    return found == limits.end() ? nullptr : &*found;
}

std::vector<const sys::ResourceLimit*> different_limits(const Look& look) {
    std::vector<const sys::ResourceLimit*> found;
    for (const sys::ResourceLimit& limit : look.process.limits) {
        const sys::ResourceLimit* other = same_limit(look, limit);
        if (other && !(*other == limit)) found.push_back(&limit);
    }
    return found;
}

}  // namespace

std::string set_words(std::uint64_t set, unsigned last) {
    const std::uint64_t all = capability::all_up_to(last);
    const std::uint64_t missing = all & ~set;
    if (set == 0) return "none";
    if (missing == 0) return text::cat("all ", last + 1);
    const std::string count = text::cat(" (", size_of(set), " of ", last + 1, ")");
    if (size_of(missing) <= few) return text::cat("all but ", names(missing), count);
    return names(set) + count;
}

void facts_of_powers(Page& page, const Look& look) {
    const sys::AllCapabilities& sets = look.process.status.capabilities;
    const unsigned last = look.last_capability;
    std::string words = set_words(sets.effective, last);
    if (is_only_in_its_namespace(look) && sets.effective != 0) words += ", over what its user namespace owns";
    page.fact("capabilities", words);
    if (sets.permitted != sets.effective) page.fact("", text::cat("permitted: ", set_words(sets.permitted, last)));
    if (sets.bounding != sets.effective) page.fact("", text::cat("at most, ever: ", set_words(sets.bounding, last)));
    if (sets.ambient != 0) page.fact("", text::cat("kept over exec: ", set_words(sets.ambient, last)));
    page.fact("privileges", guards_words(look.process.status));
}

void show_capabilities(Page& page, const Look& look) {
    const sys::AllCapabilities& sets = look.process.status.capabilities;
    const unsigned last = look.last_capability;
    page.fact("effective", set_words(sets.effective, last));
    page.fact("permitted", set_words(sets.permitted, last));
    page.fact("inheritable", set_words(sets.inheritable, last));
    page.fact("bounding", set_words(sets.bounding, last));
    page.fact("ambient", set_words(sets.ambient, last));
    if (is_only_in_its_namespace(look)) page.fact("", "these count for what its user namespace owns, not outside");
    page.fact("privileges", guards_words(look.process.status));
}

void fact_of_limits(Page& page, const Look& look) {
    if (!look.other) return page.fact("limits", "(nothing to compare with: see --limits)");
    std::vector<std::string> words;
    for (const sys::ResourceLimit* limit : different_limits(look))
        words.push_back(text::cat(limit->words, " ", pair_words(*limit)));
    page.fact("limits", words.empty() ? text::cat("as ", look.whose())
                                      : text::cat("not ", look.whose(), ": ", text::join(words, "; ")));
}

void show_limits(Page& page, const Look& look, bool all) {
    if (look.process.limits.empty()) return page.fact("limits", why_missing(look, ENOENT));
    std::vector<cli::Cells> rows;
    const auto different = different_limits(look);
    for (const sys::ResourceLimit& limit : look.process.limits) {
        const bool differs = std::find(different.begin(), different.end(), &limit) != different.end();
        if (!all && look.other && !differs) continue;
        const sys::ResourceLimit* other = same_limit(look, limit);
        rows.push_back({std::string(limit.name), limit_words(limit, limit.soft), limit_words(limit, limit.hard),
                        !other    ? ""
                        : differs ? pair_words(*other)
                                  : "the same"});
    }
    if (rows.empty()) return page.fact("limits", text::cat("as ", look.whose(), " (--all lists them)"));
    page.text += cli::draw_table({"LIMIT", "SOFT", "HARD", look.is_self ? "ITS PARENT'S" : "YOURS"}, rows, page.paper);
}

}  // namespace bell::peek
