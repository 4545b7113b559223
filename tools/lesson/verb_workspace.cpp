// verb_workspace.cpp - what `lesson start` makes, without the shell: for scripts, and for the lessons' own test.
#include "cli/command.hpp"
#include "verbs.hpp"
#include "workspace.hpp"

namespace bell {

int verb_workspace(int argc, char** argv) {
    cli::Command command({
        .name = "lesson workspace",
        .summary = "make a lesson's directory without starting a shell",
        .usage = {"lesson workspace DIR"},
        .examples = {"lesson workspace /tmp/lesson"},
    });
    std::string directory;
    command.positional("DIR", directory, true);
    if (!command.parse(argc, argv)) return 0;
    fill_workspace(directory);
    return 0;
}

}  // namespace bell
