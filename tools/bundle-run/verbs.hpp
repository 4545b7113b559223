// verbs.hpp - bundle-run's verbs: one file each, one function each. Each parses its own options and returns an exit
// status.
#pragma once

#include <string>

namespace bell {

/// Options in front of the verb.
struct Globals {
    std::string root;  ///< where states are kept
    std::string log;   ///< errors go there too
    std::string log_format = "text";
    bool strict = false;
    int failure = 1;                          ///< the exit status of an error, as runc has it for the verb
    bool debug = false;                       ///< tell in the log what is begun and how it ends, too
    std::string rootless = "auto";            ///< whether cgroups that can't be written are passed over
    std::string cgroup_manager = "cgroupfs";  ///< or systemd, or disabled
    std::string systemd_helper;               ///< the program that speaks with it; empty: where it is looked for
};

struct Verb {
    const char* name;
    const char* summary;
    int (*run)(const Globals& globals, int argc, char** argv);
    bool enters_containers;  ///< runs from a protected copy of the program
    int failure = 1;         ///< the exit status of an error
};

int verb_spec(const Globals& globals, int argc, char** argv);
int verb_run(const Globals& globals, int argc, char** argv);
int verb_create(const Globals& globals, int argc, char** argv);
int verb_start(const Globals& globals, int argc, char** argv);
int verb_exec(const Globals& globals, int argc, char** argv);
int verb_state(const Globals& globals, int argc, char** argv);
int verb_kill(const Globals& globals, int argc, char** argv);
int verb_delete(const Globals& globals, int argc, char** argv);
int verb_plan(const Globals& globals, int argc, char** argv);
int verb_chain(const Globals& globals, int argc, char** argv);
int verb_list(const Globals& globals, int argc, char** argv);
int verb_ps(const Globals& globals, int argc, char** argv);
int verb_pause(const Globals& globals, int argc, char** argv);
int verb_resume(const Globals& globals, int argc, char** argv);
int verb_update(const Globals& globals, int argc, char** argv);
int verb_events(const Globals& globals, int argc, char** argv);
int verb_features(const Globals& globals, int argc, char** argv);

}  // namespace bell
