// files.cpp - what the process sees as files: program, root, directory, mounts. See sections.hpp; mount_namespaces(7).
#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"
#include "cli/tree.hpp"
#include "sections.hpp"

namespace bell::peek {
namespace {

constexpr std::size_t mount_kind = 2;
static_assert(sys::namespace_kinds[mount_kind].name == "mount");

// "/dev/vda[/srv]": what is mounted, and which part of it if not all.
std::string source_words(const sys::MountInfo& mount) {
    const std::string source = mount.source.empty() ? std::string("none") : mount.source;
    return mount.root == "/" ? source : text::cat(source, "[", mount.root, "]");
}

// A file system that is read-only is so for every mount of it.
bool is_read_only(const sys::MountInfo& mount) {
    return sys::has_option(mount.options, "ro") || sys::has_option(mount.super_options, "ro");
}

std::string propagation_words(const sys::MountInfo& mount) {
    return mount.optional_fields.empty() ? "private" : text::join(mount.optional_fields, " ");
}

// The mount on "/": only if the root directory of the process is one. After a mere chroot it isn't.
const sys::MountInfo* root_mount(const sys::Process& process) {
    return process.mounts ? sys::mount_of(*process.mounts, "/") : nullptr;
}

std::string root_words(const Look& look) {
    std::string words = words_of(look, look.process.root);
    if (!look.process.root || look.process.mounts.value.value_or(std::vector<sys::MountInfo>{}).empty()) return words;
    const sys::MountInfo* mount = root_mount(look.process);
    if (!mount) return text::cat(words, "; not a mount: a changed root (chroot)");
    return text::cat(words, "; ", mount->type, " ", source_words(*mount), is_read_only(*mount) ? ", read-only" : "");
}

cli::Row row_of(const sys::MountInfo& mount, std::optional<std::size_t> parent) {
    const std::string file_system_ro = sys::has_option(mount.options, "rw") && is_read_only(mount) ? ",(fs ro)" : "";
    return {
        {mount.mount_point, mount.type, source_words(mount), mount.options + file_system_ro, propagation_words(mount)},
        parent};
}

}  // namespace

void facts_of_files(Page& page, const Look& look) {
    page.fact("program", words_of(look, look.process.executable));
    page.fact("root", root_words(look));
    page.fact("directory", words_of(look, look.process.directory));
}

void show_root(Page& page, const Look& look) {
    facts_of_files(page, look);
    const auto mask = look.process.status.umask;
    if (mask) page.fact("umask", text::cat("0", (*mask >> 6) & 7u, (*mask >> 3) & 7u, *mask & 7u));
}

void fact_of_mounts(Page& page, const Look& look) {
    const auto& mounts = look.process.mounts;
    if (!mounts) return page.fact("mounts", why_missing(look, mounts.error));
    const auto read_only = std::count_if(mounts->begin(), mounts->end(), is_read_only);
    std::string words = text::cat(mounts->size());
    if (read_only > 0) words += text::cat(" (", read_only, " read-only)");
    if (look.other && look.process.namespaces.readable)
        words += text::cat(", ", look.same_namespace_as_other(mount_kind) ? text::cat(look.whose(), " too")
                                                                          : std::string("in a namespace of its own"));
    page.fact("mounts", words);
}

void show_mounts(Page& page, const Look& look) {
    const auto& mounts = look.process.mounts;
    if (!mounts || mounts->empty()) return fact_of_mounts(page, look);
    std::unordered_map<int, std::size_t> index_of;
    for (std::size_t at = 0; at < mounts->size(); ++at) index_of.emplace((*mounts)[at].id, at);
    std::vector<cli::Row> rows;
    for (const sys::MountInfo& mount : *mounts) {
        const auto parent = index_of.find(mount.parent);
        const bool known = parent != index_of.end() && mount.parent != mount.id;
        rows.push_back(row_of(mount, known ? std::optional(parent->second) : std::nullopt));
    }
    page.text += cli::draw_tree(rows, page.paper);
}

}  // namespace bell::peek
