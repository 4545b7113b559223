// verb_plan.cpp - the steps bundle-run would take with a config, field by field, and what to be warned of. Runs
// nothing.
//
//     2 ns-enter       a process with its own pid, network, ipc, uts, mount
//        /linux/namespaces/*/type x6   clone3, unshare  namespaces(7)
//
// The tables are in plan_*.cpp; here they are printed, for people (80 columns) and for programs (--json).
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/json_writer.hpp"
#include "cli/table.hpp"
#include "config_source.hpp"
#include "oci/pointers.hpp"
#include "plan.hpp"
#include "plan_checks.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

using plan::FieldRow;
using plan::Step;
using plan::Taken;

/// A row of the table that the config has fields of.
struct Line {
    const FieldRow* row;
    std::vector<oci::Leaf> leaves;
};

struct Chapter {
    Taken step;
    std::vector<Line> lines;
};

struct Plan {
    std::vector<Chapter> chapters;
    std::vector<plan::Warning> warnings;
};

std::string call_of(const FieldRow& row, const plan::Situation& here) {
    return std::string(here.host.is_pure_v2() && !row.call_v2.empty() ? row.call_v2 : row.call);
}

Chapter* chapter_of(std::vector<Chapter>& chapters, Step step) {
    if (step == Step::program) {  // the last thing that priv-drop does
        const auto last = std::find_if(chapters.rbegin(), chapters.rend(),
                                       [](const Chapter& each) { return each.step.row->tool == "priv-drop"; });
        return last == chapters.rend() ? nullptr : &*last;
    }
    const auto found = std::find_if(chapters.begin(), chapters.end(),
                                    [&](const Chapter& each) { return each.step.row->step == step; });
    return found == chapters.end() ? nullptr : &*found;
}

// Each field that is set goes to the step that reads it; in the order of the table.
Plan make_plan(const plan::Situation& here, const std::vector<oci::Leaf>& leaves) {
    plan::check_rows();
    Plan out;
    for (Taken& step : plan::steps_of(here)) out.chapters.push_back({std::move(step), {}});
    const std::vector<std::string> known = oci::known_fields();
    std::vector<Line> lines;
    for (const FieldRow& row : plan::field_rows()) lines.push_back({&row, {}});
    for (const oci::Leaf& leaf : leaves) {
        if (!oci::unknown_part(leaf.pointer, known).empty() || plan::says_no(leaf)) continue;
        const FieldRow* row = &plan::row_of(leaf.pointer);
        for (Line& line : lines)
            if (line.row == row) line.leaves.push_back(leaf);
    }
    for (Line& line : lines) {
        Chapter* chapter = line.leaves.empty() ? nullptr : chapter_of(out.chapters, line.row->step);
        if (chapter) chapter->lines.push_back(std::move(line));
    }
    out.warnings = plan::warnings_of(here, leaves);
    return out;
}

// ---- for people

constexpr std::size_t width = 80;
constexpr std::size_t pointer_column = 4, call_column = 36;

// "/mounts/*/type,source x7"
std::string words_of(const Line& line) {
    const FieldRow& row = *line.row;
    std::string out(row.place);
    if (!row.names.empty()) {
        std::string names = text::join(text::split(row.names, ' '), ",");
        if (out.size() + names.size() + 6 > call_column - pointer_column)
            names = row.place.ends_with("*") || row.names.find(' ') != std::string_view::npos ? "" : names;
        if (!names.empty()) out += "/" + names;
    }
    if (row.place.find('*') == std::string_view::npos) return out;
    std::vector<std::string> places;
    const std::size_t depth = text::split(row.place, '/').size();
    for (const oci::Leaf& leaf : line.leaves) {
        std::vector<std::string> part = text::split(leaf.pointer, '/');
        part.resize(std::min(part.size(), depth));
        const std::string place = text::join(part, "/");
        if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    return places.size() < 2 ? out : text::cat(out, " x", places.size());
}

std::string draw(const Line& line, const plan::Situation& here) {
    std::string out = std::string(pointer_column, ' ') + words_of(line);
    const std::string rest = text::cat(call_of(*line.row, here), "  ", line.row->source);
    if (out.size() + 2 > call_column || call_column + rest.size() > width) {
        if (out.size() + 2 + rest.size() <= width) return text::cat(out, "  ", rest, "\n");
        out += '\n' + std::string(2 * pointer_column, ' ');
    } else {
        out.resize(call_column, ' ');
    }
    return text::cat(out, rest, "\n");
}

std::string draw(const Plan& wanted, const plan::Situation& here, const std::string& title) {
    std::string out = text::cat(title, " in ", wanted.chapters.size(), " steps; nothing is done\n");
    std::size_t number = 0;
    for (const Chapter& chapter : wanted.chapters) {
        std::string line = text::cat(++number, " ", chapter.step.row->tool);
        line.resize(std::max<std::size_t>(line.size() + 1, 17), ' ');
        out += text::cat(line, chapter.step.sentence, "\n");
        for (const Line& each : chapter.lines) out += draw(each, here);
    }
    for (const plan::Warning& each : wanted.warnings) {
        const std::string remedy = each.remedy.empty() ? "" : text::cat(" (", each.remedy, ")");
        out += cli::draw_fact(plan::word_of(each.kind), text::cat(each.pointer, ": ", each.reason, remedy), {});
    }
    return out;
}

// ---- for programs

void write_leaf(cli::JsonWriter& json, const oci::Leaf& leaf, const FieldRow& row, const plan::Situation& here) {
    json.object([&] {
        json.key("pointer").string(leaf.pointer);
        json.key("value").json(leaf.value);
        json.key("call").string(call_of(row, here));
        json.key("source").string(row.source);
    });
}

void write_chapter(cli::JsonWriter& json, const Chapter& chapter, const plan::Situation& here) {
    json.object([&] {
        json.key("tool").string(chapter.step.row->tool);
        json.key("why").string(chapter.step.sentence);
        json.key("source").string(chapter.step.row->source);
        json.key("fields").array([&] {
            for (const Line& line : chapter.lines)
                for (const oci::Leaf& leaf : line.leaves) write_leaf(json, leaf, *line.row, here);
        });
    });
}

std::string as_json(const Plan& wanted, const plan::Situation& here) {
    cli::JsonWriter json;
    json.object([&] {
        json.key("steps").array([&] {
            for (const Chapter& chapter : wanted.chapters) write_chapter(json, chapter, here);
        });
        json.key("warnings").array([&] {
            for (const plan::Warning& each : wanted.warnings)
                json.object([&] {
                    json.key("kind").string(plan::word_of(each.kind));
                    json.key("pointer").string(each.pointer);
                    json.key("reason").string(each.reason);
                    json.key("remedy").string(each.remedy);
                });
        });
    });
    return json.text() + "\n";
}

// ---- the table itself

std::string all_fields() {
    plan::check_rows();
    std::vector<cli::Cells> lines;
    for (const FieldRow& row : plan::field_rows())
        for (const std::string& field : plan::fields_of(row))
            lines.push_back({field, std::string(row.call), std::string(row.source)});
    return cli::draw_table({"field", "call", "written in"}, lines, {});
}

}  // namespace

int verb_plan(const Globals& globals, int argc, char** argv) {
    (void)globals;
    cli::Command command({
        .name = "bundle-run plan",
        .summary = "print the steps run would take, field by field, and warnings",
        .usage = {"bundle-run plan [OPTIONS] [ID]"},
        .examples = {"bundle-run spec | cgroup-setter --pids 20 | bundle-run plan --config -"},
        .more = "Warnings: refused (run would fail), unknown (ignored), idle (does nothing here),\n"
                "weak (weakens the sandbox). Exit status 1 if run would refuse the config.",
    });
    ConfigSource source;
    bool json = false, fields = false;
    source.add_to(command);
    command.flag("--json", json, "for programs");
    command.flag("--fields", fields, "instead: every field there is, and what it comes to");
    if (!command.parse(argc, argv)) return 0;
    if (fields) {
        sys::write_all(STDOUT_FILENO, all_fields(), "stdout");
        return 0;
    }
    const oci::Document document = source.read();
    const plan::Situation here = plan::look_around(document, source.bundle(), source.id());
    const Plan wanted = make_plan(here, document.leaves());
    const std::string title = text::cat(source.id(), ": ", source.file());
    sys::write_all(STDOUT_FILENO, json ? as_json(wanted, here) : draw(wanted, here, title), "stdout");
    const bool refused = std::any_of(wanted.warnings.begin(), wanted.warnings.end(),
                                     [](const auto& each) { return each.kind == plan::Kind::refused; });
    return refused ? 1 : 0;
}

}  // namespace bell
