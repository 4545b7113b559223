// diff.cpp - two processes side by side, and only what isn't the same.
//
// "What has this tool done?" is answered by the process before and the process after it. Each is turned into a list of
// words (traits.hpp); what stands in both lists with the same words is left out, and told in one line at the end.
//
// The exit status is diff(1)'s, so that a script can ask: 0 the same, 1 different, 125 it can't be told.
#include "diff.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/json_writer.hpp"
#include "subject.hpp"
#include "sys/file.hpp"
#include "traits.hpp"

namespace bell::peek {
namespace {

struct Side {
    sys::Process process;
    std::vector<Trait> traits;
};

/// What isn't the same: nothing where one of the two has no such thing.
struct Difference {
    std::string_view section;
    std::string name;
    std::optional<std::string> left;
    std::optional<std::string> right;
};

struct Comparison {
    std::vector<Difference> differences;
    std::vector<std::string> same;    ///< sections without any; "namespaces (user, time)" where some are
    std::vector<std::string> untold;  ///< what isn't ours to look at
};

Side side_of(const sys::ProcDirectory& directory, unsigned last_capability) {
    const narrate::Section why("proc-peek", text::cat("what ", directory.path(), " tells"), "proc(5)");
    std::optional<sys::Process> process = sys::read_process(directory);
    if (!process || process->is_zombie()) throw Error::bad(text::cat(directory.path(), ": the process has ended"));
    std::vector<Trait> traits = traits_of(*process, directory, last_capability);
    return {*std::move(process), std::move(traits)};
}

const Trait* find(const std::vector<Trait>& traits, const Trait& wanted) {
    const auto found = std::find_if(traits.begin(), traits.end(), [&](const Trait& each) {
        return each.section == wanted.section && each.name == wanted.name;
    });
    return found == traits.end() ? nullptr : &*found;
}

// The left one's traits, then those that only the right one has, section by section.
std::vector<const Trait*> all_traits(const Side& left, const Side& right) {
    std::vector<const Trait*> out;
    for (const Trait& trait : left.traits) out.push_back(&trait);
    for (const Trait& trait : right.traits) {
        if (find(left.traits, trait)) continue;
        const auto after =
            std::find_if(out.rbegin(), out.rend(), [&](const Trait* each) { return each->section == trait.section; });
        out.insert(after.base(), &trait);
    }
    return out;
}

bool is_unreadable(const Trait* trait) { return trait && !trait->value; }

// Where all of a section is the same, the section; where some is, as with namespaces, those by name.
void tell_same(Comparison& out, std::string_view section, const std::vector<std::string>& names, bool all) {
    if (all)
        out.same.emplace_back(section);
    else if (!names.empty() && section == "namespaces")
        out.same.push_back(text::cat(section, " (", text::join(names, " "), ")"));
}

Comparison compare(const Side& left, const Side& right) {
    Comparison out;
    const std::vector<const Trait*> traits = all_traits(left, right);
    for (std::size_t i = 0; i < traits.size();) {
        const std::string_view section = traits[i]->section;
        std::vector<std::string> same;
        bool all = true;
        for (; i < traits.size() && traits[i]->section == section; ++i) {
            const Trait* ours = find(left.traits, *traits[i]);
            const Trait* theirs = find(right.traits, *traits[i]);
            const std::string& name = traits[i]->name;
            if (ours && theirs && ours->value && ours->value == theirs->value) {
                same.push_back(name);
                continue;
            }
            all = false;
            if (is_unreadable(ours) || is_unreadable(theirs))
                out.untold.push_back(name.empty() ? std::string(section) : name);
            else
                out.differences.push_back(
                    {section, name, ours ? ours->value : std::nullopt, theirs ? theirs->value : std::nullopt});
        }
        tell_same(out, section, same, all);
    }
    return out;
}

std::string name_of(const Side& side) {
    std::string words = text::cat(side.process.pid, " ", side.process.status.name);
    return words;
}

// A section's name stands in its first row only.
std::string drawn(const Comparison& found, const Side& left, const Side& right, const cli::Paper& paper) {
    std::vector<cli::Cells> rows;
    std::string_view section;
    for (const Difference& each : found.differences) {
        rows.push_back({std::string(each.section == section ? "" : each.section), each.name, each.left.value_or("-"),
                        each.right.value_or("-")});
        section = each.section;
    }
    std::string out;
    if (!rows.empty()) out = cli::draw_table({"", "", name_of(left), name_of(right)}, rows, paper);
    if (!found.same.empty())
        out += text::cat(rows.empty() ? "" : "\n", cli::draw_fact("the same", text::join(found.same, ", "), paper));
    if (!found.untold.empty())
        out +=
            cli::draw_fact("not compared", text::cat("not yours to look at: ", text::join(found.untold, ", ")), paper);
    return out;
}

void put_side(cli::JsonWriter& json, std::string_view key, const Side& side) {
    json.key(key).object([&] {
        json.key("pid").number(side.process.pid);
        json.key("name").string(side.process.status.name);
    });
}

void put_value(cli::JsonWriter& json, std::string_view key, const std::optional<std::string>& value) {
    json.key(key);
    value ? json.string(*value) : json.null();
}

std::string to_json(const Comparison& found, const Side& left, const Side& right) {
    cli::JsonWriter json;
    json.object([&] {
        put_side(json, "left", left);
        put_side(json, "right", right);
        json.key("same").boolean(found.differences.empty() && found.untold.empty());
        json.key("differences").array([&] {
            for (const Difference& each : found.differences)
                json.object([&] {
                    json.key("section").string(each.section);
                    json.key("name").string(each.name);
                    put_value(json, "left", each.left);
                    put_value(json, "right", each.right);
                });
        });
        json.key("notCompared").array([&] {
            for (const std::string& each : found.untold) json.string(each);
        });
    });
    return json.text() + "\n";
}

std::vector<sys::ProcDirectory> two_subjects(const Options& options, const sys::ProcView& view) {
    std::vector<sys::ProcDirectory> out;
    if (!options.target.empty()) out.push_back(process_of_target(options.target, view));
    if (options.self) out.push_back(own_process());
    for (const std::string& word : options.pids)
        out.push_back(word == "self" ? own_process() : process_of_pid(word, view));
    if (out.size() != 2)
        throw Error::bad(text::cat("--diff compares two processes, not ", out.size()),
                         "as in: proc-peek --diff 4711 self, or --diff --target - 4711");
    return out;
}

}  // namespace

int report_differences(const Options& options, const sys::ProcView& view) {
    const std::vector<sys::ProcDirectory> subjects = two_subjects(options, view);
    const unsigned last = last_capability();
    const Side left = side_of(subjects[0], last);
    const Side right = side_of(subjects[1], last);
    const Comparison found = compare(left, right);
    const std::string out =
        options.show.json ? to_json(found, left, right) : drawn(found, left, right, cli::Paper::of_stdout(true));
    sys::write_all(STDOUT_FILENO, out, "stdout");
    if (!found.differences.empty()) return 1;
    if (!found.untold.empty())
        throw Error::bad("whether they are the same can't be told: some of it isn't yours to look at", "be root");
    return 0;
}

}  // namespace bell::peek
