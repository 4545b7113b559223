// cgroups.cpp - the process's control groups: where it is, what is used, what may be. See sections.hpp; cgroups(7).
#include "base/text.hpp"
#include "cli/units.hpp"
#include "sections.hpp"

namespace bell::peek {
namespace {

std::string thousandths(std::uint64_t value) {
    std::string out = text::cat(value / 1000);
    if (value % 1000 == 0) return out;
    std::string fraction = text::cat(value % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    while (fraction.back() == '0') fraction.pop_back();
    return text::cat(out, ".", fraction);
}

std::string value_words(Unit unit, std::uint64_t value) {
    switch (unit) {
        case Unit::bytes: return cli::human_bytes(value);
        case Unit::thousandths: return thousandths(value);
        case Unit::count: break;
    }
    return text::cat(value);
}

bool is_limited(const Amount& amount) { return amount.limit != sys::unlimited; }

// "1.2M of 64M", "at most 0.5", "94, no limit".
std::string amount_words(const Amount& amount) {
    const std::string limit = is_limited(amount) ? value_words(amount.unit, amount.limit) : "";
    if (!amount.use) return limit.empty() ? "no limit" : text::cat("at most ", limit);
    const std::string use = value_words(amount.unit, *amount.use);
    return limit.empty() ? text::cat(use, ", no limit") : text::cat(use, " of ", limit);
}

std::string hierarchy_words(const sys::CgroupMembership& group) {
    return group.is_v2() ? std::string("version 2") : text::join(group.controllers, ",");
}

// The hierarchies in which the process is in the same group, for each group: "/box" and "memory pids".
struct SharedGroup {
    std::string path;
    std::vector<std::string> hierarchies;
};

std::vector<SharedGroup> shared_groups(const Look& look) {
    std::vector<SharedGroup> groups;
    for (const Budget& budget : look.budgets) {
        SharedGroup* found = nullptr;
        for (SharedGroup& group : groups)
            if (group.path == budget.group.path) found = &group;
        if (!found) found = &groups.emplace_back(SharedGroup{budget.group.path, {}});
        found->hierarchies.push_back(hierarchy_words(budget.group));
    }
    return groups;
}

cli::Cells row_of(const Budget& budget) {
    std::vector<std::string> words;
    for (const Amount& amount : budget.amounts) {
        const bool inherited = is_limited(amount) && amount.limit_at != budget.group.path;
        words.push_back(text::cat(amount.what, " ", amount_words(amount),
                                  inherited ? text::cat(" (set at ", amount.limit_at, ")") : ""));
    }
    for (const auto& setting : budget.settings)
        words.push_back(text::cat(setting.first, " ", text::join(text::split(setting.second, '\n'), "; ")));
    if (!budget.where) words.emplace_back("(its files can't be seen from here)");
    return {hierarchy_words(budget.group), budget.group.path, text::join(words, ", ")};
}

}  // namespace

void facts_of_cgroups(Page& page, const Look& look) {
    const std::vector<SharedGroup> groups = shared_groups(look);
    std::string_view label = "cgroups";
    for (const SharedGroup& group : groups) {
        const bool only = groups.size() == 1;
        page.fact(label, only ? group.path : text::cat(group.path, "  (", text::join(group.hierarchies, " "), ")"));
        label = "";
    }
    if (groups.empty()) page.fact(label, "(none)");
    std::vector<std::string> words;
    for (const Budget& budget : look.budgets)
        for (const Amount& amount : budget.amounts)
            if (is_limited(amount)) words.push_back(text::cat(amount.what, " ", amount_words(amount)));
    page.fact("budget", words.empty() ? "no limits" : text::join(words, "; "));
}

void show_cgroups(Page& page, const Look& look) {
    std::vector<cli::Cells> rows;
    for (const Budget& budget : look.budgets) rows.push_back(row_of(budget));
    page.text += cli::draw_table({"HIERARCHY", "GROUP", "USE AND LIMITS"}, rows, page.paper);
}

}  // namespace bell::peek
