// namespaces.cpp - which namespaces the process is in, and who shares them. See sections.hpp; namespaces(7).
#include <algorithm>

#include "base/text.hpp"
#include "sections.hpp"

namespace bell::peek {
namespace {

constexpr std::size_t shown_sharers = 4;

std::string link_words(const sys::NamespaceKind& kind, std::uint64_t id) { return text::cat(kind.file, ":[", id, "]"); }

// "yours, the machine's"; "that of process 1"; "its own".
std::string whose_words(const Look& look, std::size_t kind, std::size_t sharers) {
    std::string words;
    if (look.same_namespace_as_other(kind))
        words = look.whose();
    else if (look.is_first_namespace(kind))
        return "the machine's";
    else
        words = sharers == 0 ? "its own" : look.other ? text::cat("not ", look.whose()) : std::string("a new one");
    return look.is_first_namespace(kind) ? words + ", the machine's" : words;
}

// Processes whose namespaces aren't ours to know.
std::ptrdiff_t count_hidden(const Look& look) {
    return std::count_if(look.census.begin(), look.census.end(),
                         [](const sys::ListedProcess& each) { return !each.namespaces.readable; });
}

// The other processes in the same namespace.
std::vector<const sys::ListedProcess*> sharers_of(const Look& look, std::size_t kind) {
    std::vector<const sys::ListedProcess*> found;
    for (const sys::ListedProcess& each : look.census)
        if (each.stat.pid != look.process.pid && each.namespaces.ids[kind] == look.process.namespaces.ids[kind])
            found.push_back(&each);
    return found;
}

std::string sharer_words(const std::vector<const sys::ListedProcess*>& sharers, bool all_asked) {
    if (sharers.empty()) return all_asked ? "nobody else" : "nobody who can be asked";
    if (sharers.size() > shown_sharers) return text::cat(sharers.size(), " other processes");
    std::vector<std::string> names;
    for (const sys::ListedProcess* each : sharers) names.push_back(text::cat(each->stat.pid, " ", each->stat.name));
    return text::join(names, ", ");
}

cli::Cells row_of(const Look& look, std::size_t kind) {
    const sys::NamespaceKind& row = sys::namespace_kinds[kind];
    const std::uint64_t id = look.process.namespaces.ids[kind];
    const std::uint64_t next = look.process.namespaces.for_children[kind];
    if (id == 0) return {std::string(row.name), "(none)"};
    const auto sharers = sharers_of(look, kind);
    std::string with = sharer_words(sharers, count_hidden(look) == 0);
    if (next != 0 && next != id) with += text::cat("; its children: ", link_words(row, next));
    return {std::string(row.name), link_words(row, id), whose_words(look, kind, sharers.size()), with};
}

// The names of the kinds for which `wanted` holds.
template <class Wanted>
std::string kinds(const Look& look, Wanted&& wanted) {
    std::vector<std::string> names;
    for (std::size_t kind = 0; kind < sys::namespace_kinds.size(); ++kind)
        if (look.process.namespaces.ids[kind] != 0 && wanted(kind)) names.emplace_back(sys::namespace_kinds[kind].name);
    return text::join(names, " ");
}

void fact_of_children(Page& page, const Look& look) {
    const sys::NamespaceIds& namespaces = look.process.namespaces;
    const std::string moved = kinds(look, [&](std::size_t kind) {
        return namespaces.for_children[kind] != 0 && namespaces.for_children[kind] != namespaces.ids[kind];
    });
    if (!moved.empty()) page.fact("", text::cat("for its children others: ", moved));
}

}  // namespace

void fact_of_namespaces(Page& page, const Look& look) {
    if (!look.process.namespaces.readable) return page.fact("namespaces", why_missing(look, EACCES));
    if (look.process.is_zombie()) return page.fact("namespaces", why_missing(look, ENOENT));
    const std::string_view whose = look.other ? look.whose() : "the machine's";
    const auto is_shared = [&](std::size_t kind) {
        return look.other ? look.same_namespace_as_other(kind) : look.is_first_namespace(kind);
    };
    const auto is_different = [&](std::size_t kind) {
        return look.other ? !look.same_namespace_as_other(kind) : look.is_made_namespace(kind);
    };
    const std::string same = kinds(look, is_shared);
    const std::string made = kinds(look, [&](std::size_t kind) { return look.is_made_namespace(kind); });
    const std::string others = kinds(look, is_different);
    const std::string unknown = kinds(look, [&](std::size_t kind) { return !is_shared(kind) && !is_different(kind); });
    if (others.empty() && unknown.empty()) {
        page.fact("namespaces", text::cat("all ", whose, made.empty() ? "" : "; not the machine's: ", made));
    } else {
        page.fact("namespaces", text::cat("not ", whose, ": ", others.empty() ? "none" : others));
        if (!same.empty()) page.fact("", text::cat(whose, ": ", same));
        if (!unknown.empty()) page.fact("", text::cat("can't be told from here: ", unknown));
    }
    fact_of_children(page, look);
}

void show_namespaces(Page& page, const Look& look) {
    if (!look.process.namespaces.readable || look.process.is_zombie()) return fact_of_namespaces(page, look);
    std::vector<cli::Cells> rows;
    for (std::size_t kind = 0; kind < sys::namespace_kinds.size(); ++kind) rows.push_back(row_of(look, kind));
    page.text += cli::draw_table({"NAMESPACE", "ID", "WHOSE", "SHARED WITH"}, rows, page.paper);
    const std::ptrdiff_t hidden = count_hidden(look);
    if (hidden > 0)
        page.line(
            text::cat("(", hidden, hidden == 1 ? " process" : " processes", " can't be asked: not yours to look at)"));
}

}  // namespace bell::peek
