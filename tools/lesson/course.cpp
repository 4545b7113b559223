// course.cpp - see course.hpp.
#include "course.hpp"

#include <dirent.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/program.hpp"

namespace bell {
namespace {

constexpr std::string_view fence = "---\n";

void set_field(Lesson& lesson, std::string_view name, std::string_view value, const std::string& place) {
    const auto minutes = [&] {
        const auto number = text::number<unsigned>(value);
        if (!number) throw Error::bad(text::cat(place, ": ", name, ": must be a number of minutes"));
        return *number;
    };
    if (name == "title")
        lesson.title = value;
    else if (name == "teaching")
        lesson.teaching = minutes();
    else if (name == "exercises")
        lesson.exercises = minutes();
    else if (name == "optional")
        lesson.optional = value == "true";
    else if (name != "needs")
        throw Error::bad(text::cat(place, ": unknown field '", name, "' in the front matter"));
    else
        for (const std::string& word : text::split(value, ' '))
            if (!word.empty()) lesson.needs.push_back(word);
}

std::vector<std::string> lesson_names(const std::string& course) {
    const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir(course.c_str()), ::closedir);
    if (!list) throw Error::os("open", course, errno).advise("$BELL_LESSONS names the directory of the lessons");
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(list.get())) {
        const std::string name = entry->d_name;
        const bool numbered = name.size() > 3 && name[2] == '-' && text::number<unsigned>(name.substr(0, 2));
        if (numbered) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

Lesson parse_lesson(std::string_view readme, std::string_view place) {
    const std::string shown(place);
    if (!readme.starts_with(fence)) throw Error::bad(shown + ": doesn't begin with front matter (---)");
    readme.remove_prefix(fence.size());
    const std::size_t end = readme.find(fence);
    if (end == std::string_view::npos) throw Error::bad(shown + ": its front matter doesn't end (---)");
    Lesson lesson;
    for (const std::string& line : text::split(readme.substr(0, end), '\n')) {
        if (line.empty()) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) throw Error::bad(text::cat(shown, ": '", line, "': must be NAME: VALUE"));
        set_field(lesson, line.substr(0, colon), text::trim(std::string_view(line).substr(colon + 1)), shown);
    }
    if (lesson.title.empty()) throw Error::bad(shown + ": has no title");
    lesson.text = readme.substr(end + fence.size());
    return lesson;
}

std::string course_directory() {
    if (const char* named = std::getenv("BELL_LESSONS"); named && *named != '\0') return named;
    const std::string own = sys::own_directory();
    for (const char* place : {"/../share/diving-bell/lessons", "/../../../lessons"})
        if (sys::exists(own + place)) return sys::read_link(sys::open(own + place, O_PATH).path());
    throw Error::bad("the lessons aren't where this program belongs", "$BELL_LESSONS names their directory");
}

std::vector<Lesson> read_course() {
    const std::string course = course_directory();
    std::vector<Lesson> lessons;
    for (const std::string& name : lesson_names(course)) {
        const std::string directory = text::cat(course, "/", name), readme = directory + "/README.md";
        if (!sys::exists(readme)) continue;
        lessons.push_back(parse_lesson(sys::read_file(readme), text::cat(name, "/README.md")));
        lessons.back().directory = directory;
        lessons.back().number = name.substr(0, 2);
    }
    return lessons;
}

Lesson find_lesson(const std::string& word) {
    const std::string two = word.size() == 1 ? "0" + word : word;
    std::vector<std::string> names;
    for (Lesson& lesson : read_course()) {
        if (lesson.number == two || lesson.name() == word) return std::move(lesson);
        names.push_back(lesson.number);
    }
    throw Error::bad(
        text::cat("there is no lesson ", text::printable(word)),
        names.empty() ? "" : text::cat("there are ", names.front(), " to ", names.back(), ": lesson list"));
}

}  // namespace bell
