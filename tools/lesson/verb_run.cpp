// verb_run.cpp - all commands of a lesson, and whether they print what the lesson says. cram does it: it takes each "$
// " of the text, runs it, and compares.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "course.hpp"
#include "doctor.hpp"
#include "sys/file.hpp"
#include "sys/program.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {
namespace {

std::string cram() {
    const char* path = std::getenv("PATH");
    for (const char* name : {"cram3", "cram"}) {
        try {
            return sys::find_program(name, path ? path : sys::default_path);
        } catch (const Error&) {
            continue;
        }
    }
    throw Error::bad("cram, which compares what is printed, isn't installed", "sudo apt install python3-cram");
}

// cram leaves what came out instead beside the text: so it gets a copy of it, in a place that goes away.
class Scratch {
public:
    Scratch() {
        const char* chosen = std::getenv("TMPDIR");
        path_ = text::cat(chosen && *chosen != '\0' ? chosen : "/tmp", "/bell-lesson.XXXXXX");
        if (!::mkdtemp(path_.data())) throw Error::os("mkdtemp", path_, errno);
    }
    ~Scratch() {
        try {
            clear(mark(), path_);
        } catch (const std::exception&) {
            // What can't be removed stays in a temporary directory.
        }
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string mark() const { return path_.substr(path_.rfind('.') + 1); }

private:
    std::string path_;
};

int run_lesson(const Lesson& lesson) {
    require_all(lesson);
    const Scratch scratch;
    const std::string copy = text::cat(scratch.path(), "/", lesson.name(), ".md");
    sys::replace_file(copy, lesson.text, 0600, false);
    std::vector<std::string> environment = lesson_environment(scratch.mark());
    // Containers of the learner's own may have the same names.
    std::erase_if(environment, [](const std::string& each) {
        return each.starts_with("XDG_RUNTIME_DIR=") || each.starts_with("TMPDIR=");
    });
    environment.push_back("TMPDIR=" + scratch.path());
    environment.emplace_back("NO_COLOR=1");
    environment.push_back(text::cat("XDG_RUNTIME_DIR=", scratch.path(), "/run"));
    if (::mkdir((scratch.path() + "/run").c_str(), 0700) < 0) throw Error::os("mkdir", scratch.path(), errno);
    return attend_program({cram(), text::cat("--shell=", course_directory(), "/shell"), copy}, environment);
}

}  // namespace

int verb_run(int argc, char** argv) {
    cli::Command command({
        .name = "lesson run",
        .summary = "all commands of a lesson, and what should come out",
        .usage = {"lesson run LESSON"},
        .examples = {"lesson run 1"},
        .more = "Where something else came out, the difference is printed, and the status is 1.",
    });
    std::string word;
    command.positional("LESSON", word, true);
    if (!command.parse(argc, argv)) return 0;
    return run_lesson(find_lesson(word));
}

}  // namespace bell
