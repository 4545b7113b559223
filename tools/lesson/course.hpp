// course.hpp - the lessons: a directory each, with a README.md that is read, run and checked.
//
//     lessons/03-who-is-root/README.md     front matter, then the lesson
//     lessons/03-who-is-root/check         what to look for on the learner's own system (verb_check.cpp)
//     lessons/03-who-is-root/hints.md      one after the other, for who asks
//
// Front matter is flat, "name: value" between two lines of "---":
//
//     ---
//     title: Who is root here?
//     teaching: 10
//     exercises: 5
//     needs: userns
//     ---
//
// Next: page.hpp, doctor.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bell {

struct Lesson {
    std::string number;     ///< "03"
    std::string directory;  ///< absolute
    std::string title;
    unsigned teaching = 0;   ///< minutes
    unsigned exercises = 0;  ///< minutes
    std::vector<std::string> needs;
    bool optional = false;
    std::string text;  ///< README.md without the front matter

    [[nodiscard]] std::string name() const { return directory.substr(directory.rfind('/') + 1); }
};

/// Pure: a lesson's README.md. Throws for front matter that isn't of the form above; `place` says where it stood.
[[nodiscard]] Lesson parse_lesson(std::string_view readme, std::string_view place);

/// Where the lessons are: $BELL_LESSONS, else those that belong to this program (beside the checkout's build directory,
/// or in ../share/diving-bell/lessons).
[[nodiscard]] std::string course_directory();

/// In their order.
[[nodiscard]] std::vector<Lesson> read_course();

/// "3", "03" or "03-who-is-root". Throws, and says which there are.
[[nodiscard]] Lesson find_lesson(const std::string& word);

}  // namespace bell
