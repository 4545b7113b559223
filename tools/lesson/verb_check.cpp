// verb_check.cpp - did it work? Each lesson has a check that looks at the learner's own system and says what it found.
//
// lessons/NN-TITLE/check is a bash script on top of lessons/check.bash. It prints a line a finding, with tabs between:
//
//     about   4711   sh                                     what it looked at
//     ok      own mount namespace    mnt:[4026532301]
//     no      old root still at /old    /proc/4711/mountinfo    cat /old/etc/shadow works in there.    pivot_root moves
//     ...
//
// name, evidence, and for what isn't right: so what, and why.
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/json_writer.hpp"
#include "cli/table.hpp"
#include "course.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

struct Finding {
    bool good = false;
    std::string name, evidence, so, why;
};

struct Findings {
    std::string about;
    std::vector<Finding> all;
    [[nodiscard]] std::size_t good() const {
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [](const auto& each) { return each.good; }));
    }
};

Findings parse(const std::string& lines) {
    Findings out;
    for (const std::string& line : text::split(lines, '\n')) {
        std::vector<std::string> part = text::split(line, '\t');
        part.resize(5);
        if (part[0] == "about") out.about = text::cat("pid ", part[1], " (", part[2], ")");
        if (part[0] == "ok" || part[0] == "no")
            out.all.push_back({part[0] == "ok", part[1], part[2], part[3], part[4]});
    }
    return out;
}

Findings look(const Lesson& lesson) {
    const std::string script = lesson.directory + "/check";
    if (!sys::exists(script)) throw Error::bad(text::cat("lesson ", lesson.number, " has nothing to check"));
    const Use use = use_here(lesson);
    const std::string command = text::cat("BELL_CHECK=", mark_of(lesson, use), " BELL_WORKSPACE='",
                                          workspace_of(lesson, use), "' exec bash '", script, "'");
    Findings findings = parse(output_of(command));
    if (findings.all.empty()) throw Error::bad(text::cat("the check of lesson ", lesson.number, " said nothing"));
    return findings;
}

std::string drawn(const Lesson& lesson, const Findings& findings) {
    std::string out = text::cat("Lesson ", lesson.number, ": ", lesson.title);
    if (!findings.about.empty()) out += "        " + text::printable(findings.about);
    out += "\n";
    for (const Finding& each : findings.all) {
        std::string line = text::cat("  ", each.good ? "ok" : "NO", "  ", text::printable(each.name));
        line.resize(std::max<std::size_t>(line.size(), 30), ' ');
        out += text::cat(line, each.evidence.empty() ? "" : "  ", text::printable(each.evidence), "\n");
        if (!each.so.empty()) out += text::cat("      So:  ", text::printable(each.so), "\n");
        if (!each.why.empty()) out += text::cat("      Why: ", text::printable(each.why), "\n");
    }
    const bool all = findings.good() == findings.all.size();
    return text::cat(out, findings.good(), " of ", findings.all.size(), ". ",
                     all ? "Well done." : text::cat("Next: lesson hint ", lesson.number), "\n");
}

std::string as_json(const Lesson& lesson, const Findings& findings) {
    cli::JsonWriter json;
    json.object([&] {
        json.key("lesson").string(lesson.number);
        json.key("good").number(findings.good());
        json.key("findings").array([&] {
            for (const Finding& each : findings.all)
                json.object([&] {
                    json.key("good").boolean(each.good);
                    json.key("name").string(each.name);
                    json.key("evidence").string(each.evidence);
                    json.key("so").string(each.so);
                    json.key("why").string(each.why);
                });
        });
    });
    return json.text() + "\n";
}

}  // namespace

int verb_check(int argc, char** argv) {
    cli::Command command({
        .name = "lesson check",
        .summary = "did it work? Looks at your own system",
        .usage = {"lesson check [OPTIONS] LESSON"},
        .examples = {"lesson check 1"},
        .more = "Exit status: 0 if all is as it should be, 1 if not.",
    });
    std::string word;
    bool json = false;
    command.positional("LESSON", word, true);
    command.flag("--json", json, "print the result for programs");
    if (!command.parse(argc, argv)) return 0;
    const Lesson lesson = find_lesson(word);
    const Findings findings = look(lesson);
    sys::write_all(STDOUT_FILENO, json ? as_json(lesson, findings) : drawn(lesson, findings), "stdout");
    return findings.good() == findings.all.size() ? 0 : 1;
}

}  // namespace bell
