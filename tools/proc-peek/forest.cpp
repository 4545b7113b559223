// forest.cpp - see forest.hpp.
#include "forest.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.hpp"

namespace bell::peek {
namespace {

constexpr std::size_t fold_from = 4;      // so many of the same name without children become one line
constexpr std::size_t shown_numbers = 6;  // and of these the numbers are shown
constexpr std::size_t none = ~std::size_t{0};

using Processes = std::vector<sys::ListedProcess>;

// Known and there: not a zombie's, not another user's.
bool knows_namespaces(const sys::ListedProcess& process) {
    return process.namespaces.readable && process.namespaces.ids[0] != 0;
}

std::string process_name(const sys::ListedProcess& process) {
    const std::string name = process.stat.kernel_thread ? text::cat("[", process.stat.name, "]") : process.stat.name;
    return text::cat(name, process.stat.state == 'Z' ? " (ended)" : "");
}

// The most telling of a process's groups: the longest path.
std::string_view deepest_group(const sys::ListedProcess& process) {
    std::string_view deepest;
    for (const sys::CgroupMembership& group : process.cgroups)
        if (group.path.size() > deepest.size()) deepest = group.path;
    return deepest;
}

std::string box_words(const sys::ListedProcess& process, const sys::ListedProcess& parent) {
    std::string words = "[+";
    for (std::size_t kind = 0; kind < sys::namespace_kinds.size(); ++kind)
        if (process.namespaces.ids[kind] != parent.namespaces.ids[kind])
            words += text::cat(" ", sys::namespace_kinds[kind].name);
    const std::string_view group = deepest_group(process);
    if (group != deepest_group(parent)) {
        const std::string name = name_of_cgroup(group);
        if (!name.empty()) words += text::cat(": ", name);
    }
    return words + "]";
}

// Processes with the same parent and the same namespaces.
struct Siblings {
    std::string box;  ///< empty: the parent's namespaces
    std::vector<std::size_t> members;
};

// Those of the same name, in the order of their first.
using Namesakes = std::vector<std::pair<std::string, std::vector<std::size_t>>>;

class Planter {
public:
    Planter(const Processes& processes, pid_t self, bool whole) : processes_(processes), whole_(whole) {
        std::unordered_map<pid_t, std::size_t> index_of;
        for (std::size_t at = 0; at < processes.size(); ++at) index_of.emplace(processes[at].stat.pid, at);
        for (const sys::ListedProcess& process : processes) {
            const auto parent = index_of.find(process.stat.parent);
            const bool found = parent != index_of.end();
            // A parent that is younger got its number while the list was read: it is another one.
            const bool older = found && processes[parent->second].stat.start_time <= process.stat.start_time;
            parents_.push_back(older ? parent->second : none);
            if (process.stat.pid == self) self_ = &process;
        }
    }

    Forest plant(const std::vector<pid_t>& only) {
        const std::vector<bool> wanted = wanted_ones(only);
        for (std::size_t at = 0; at < processes_.size(); ++at)
            if (wanted[at]) add(at, wanted);
        put_children(none, {});
        // Not by recursion: a chain of processes may be as long as there are numbers.
        while (!waiting_.empty()) {
            const auto [process, row] = waiting_.back();
            waiting_.pop_back();
            put_children(process, row);
        }
        return std::move(forest_);
    }

private:
    // Those of `only` and all below.
    [[nodiscard]] std::vector<bool> wanted_ones(const std::vector<pid_t>& only) const {
        std::vector<bool> wanted(processes_.size(), only.empty());
        for (std::size_t at = 0; at < processes_.size() && !only.empty(); ++at) {
            std::size_t up = at;
            for (std::size_t steps = 0; up != none && !wanted[at] && steps < processes_.size(); ++steps) {
                wanted[at] = std::find(only.begin(), only.end(), processes_[up].stat.pid) != only.end();
                up = parents_[up];
            }
        }
        return wanted;
    }

    // Whose namespaces the process would have if it had made none: its parent's; where these aren't ours to know, ours.
    [[nodiscard]] const sys::ListedProcess* origin_of(std::size_t at) const {
        const std::size_t parent = parents_[at];
        if (parent != none && knows_namespaces(processes_[parent])) return &processes_[parent];
        return self_;
    }

    // Puts the process among its siblings.
    void add(std::size_t at, const std::vector<bool>& wanted) {
        const sys::ListedProcess& process = processes_[at];
        const std::size_t parent = parents_[at];
        if (!process.namespaces.readable) ++forest_.unreadable;
        const sys::ListedProcess* origin = origin_of(at);
        const bool changed = origin && knows_namespaces(process) && process.namespaces.ids != origin->namespaces.ids;
        const std::size_t below = parent != none && wanted[parent] ? parent : none;
        Siblings& siblings = below_[below][changed ? process.namespaces.ids : Ids{}];
        if (changed && siblings.box.empty()) siblings.box = box_words(process, *origin);
        siblings.members.push_back(at);
    }

    void put_children(std::size_t parent, std::optional<std::size_t> row) {
        const auto found = below_.find(parent);
        if (found == below_.end()) return;
        for (const auto& entry : found->second) {
            const Siblings& siblings = entry.second;
            const std::optional<std::size_t> place = siblings.box.empty() ? row : put_row(siblings.box, row);
            for (const auto& namesakes : by_name(siblings.members)) put_namesakes(namesakes, place);
        }
    }

    std::size_t put_row(std::string words, std::optional<std::size_t> parent) {
        forest_.rows.push_back({{std::move(words)}, parent});
        return forest_.rows.size() - 1;
    }

    // Only processes without children are folded, and of the kernel's threads all.
    [[nodiscard]] std::string fold_name(std::size_t at) const {
        const sys::ProcStat& stat = processes_[at].stat;
        if (whole_ || below_.count(at) != 0) return text::cat("/", stat.pid);
        return stat.kernel_thread ? std::string("kernel thread") : process_name(processes_[at]);
    }

    [[nodiscard]] Namesakes by_name(const std::vector<std::size_t>& members) const {
        Namesakes all;
        std::unordered_map<std::string, std::size_t> index_of;
        for (const std::size_t at : members) {
            const auto [place, is_new] = index_of.emplace(fold_name(at), all.size());
            if (is_new) all.emplace_back(place->first, std::vector<std::size_t>{});
            all[place->second].second.push_back(at);
        }
        return all;
    }

    void put_namesakes(const Namesakes::value_type& namesakes, std::optional<std::size_t> parent) {
        const std::vector<std::size_t>& members = namesakes.second;
        if (members.size() >= fold_from) {
            put_row(text::cat(members.size(), " x ", namesakes.first, numbers_of(members)), parent);
            return;
        }
        for (const std::size_t at : members) {
            const std::size_t row =
                put_row(text::cat(processes_[at].stat.pid, " ", process_name(processes_[at])), parent);
            waiting_.emplace_back(at, row);
        }
    }

    [[nodiscard]] std::string numbers_of(const std::vector<std::size_t>& members) const {
        std::string words = " (";
        for (std::size_t at = 0; at < members.size() && at < shown_numbers; ++at)
            words += text::cat(at == 0 ? "" : " ", processes_[members[at]].stat.pid);
        return words + (members.size() > shown_numbers ? " ...)" : ")");
    }

    using Ids = decltype(sys::NamespaceIds::ids);
    const Processes& processes_;
    const sys::ListedProcess* self_ = nullptr;
    bool whole_;
    std::vector<std::size_t> parents_;
    std::unordered_map<std::size_t, std::map<Ids, Siblings>> below_;  // by parent, then by namespaces: none first
    std::vector<std::pair<std::size_t, std::size_t>> waiting_;        // processes whose children aren't drawn yet
    Forest forest_;
};

bool is_hex(std::string_view word) { return word.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

}  // namespace

std::string name_of_cgroup(std::string_view path) {
    constexpr std::string_view suffixes[] = {" (deleted)", ".scope", ".service", ".slice"};
    constexpr std::string_view prefixes[] = {"docker-", "libpod-", "crio-", "cri-containerd-"};
    constexpr std::size_t id_size = 64, shown_size = 12;
    for (const std::string_view suffix : suffixes)
        if (path.ends_with(suffix)) path.remove_suffix(suffix.size());
    std::string_view name = path.substr(path.rfind('/') + 1);
    for (const std::string_view prefix : prefixes)
        if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    return std::string(name.size() == id_size && is_hex(name) ? name.substr(0, shown_size) : name);
}

Forest plant_forest(const std::vector<sys::ListedProcess>& processes, pid_t self, const std::vector<pid_t>& only,
                    bool whole) {
    return Planter(processes, self, whole).plant(only);
}

}  // namespace bell::peek
