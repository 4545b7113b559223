// verbs.hpp - what the command `lesson` can do: a file each (verb_*.cpp).
#pragma once

namespace bell {

struct LessonVerb {
    const char* name;
    const char* summary;
    int (*run)(int argc, char** argv);
};

int verb_list(int argc, char** argv);
int verb_read(int argc, char** argv);
int verb_run(int argc, char** argv);
int verb_play(int argc, char** argv);
int verb_notes(int argc, char** argv);
int verb_start(int argc, char** argv);
int verb_check(int argc, char** argv);
int verb_hint(int argc, char** argv);
int verb_reset(int argc, char** argv);
int verb_workspace(int argc, char** argv);

}  // namespace bell
