// workspace.cpp - see workspace.hpp.
#include "workspace.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "oci/state.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "sys/proc_list.hpp"
#include "sys/process.hpp"
#include "sys/program.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it declared by whoever wants it

namespace bell {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::string tool(const char* name) { return text::cat(sys::own_directory(), "/", name); }

void make_directories(const std::string& path) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
        ::mkdir(path.substr(0, slash).c_str(), 0755);
    if (::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST) throw Error::os("mkdir", path, errno);
}

std::string image() {
    const std::string named = variable("BELL_IMAGE");
    const std::string path = named.empty() ? course_directory() + "/../images/busybox" : named;
    if (!sys::exists(path)) throw Error::bad(path + ": the lessons' image isn't there", "./scripts/demo makes it");
    return path;
}

// This process, and those above it: a reset in a lesson's shell leaves that shell.
std::set<pid_t> own_line() {
    std::set<pid_t> line;
    for (pid_t pid = getpid(); pid > 1;) {
        line.insert(pid);
        const auto stat = sys::parse_stat(sys::try_read_file(text::cat("/proc/", pid, "/stat")).value_or(""));
        pid = stat ? stat->parent : 0;
    }
    return line;
}

bool has_mark(pid_t pid, const std::string& mark) {
    const std::string all = sys::try_read_file(text::cat("/proc/", pid, "/environ")).value_or("");
    const std::string wanted = text::cat(mark_variable, "=", mark);
    const std::vector<std::string> each = text::split(all, '\0');
    return std::find(each.begin(), each.end(), wanted) != each.end();
}

// Directories of the groups that the processes are in, and we are not.
std::set<std::string> groups_of(const std::vector<pid_t>& pids) {
    std::set<std::string> out;
    const std::string ours = sys::try_read_file("/proc/self/cgroup").value_or("");
    for (const pid_t pid : pids)
        for (const std::string& line :
             text::split(sys::try_read_file(text::cat("/proc/", pid, "/cgroup")).value_or(""), '\n')) {
            const std::vector<std::string> part = text::split(line, ':');
            if (part.size() < 3 || part[2] == "/" || ours.find(line + "\n") != std::string::npos) continue;
            for (const sys::MountInfo& mount : sys::read_mountinfo())
                if (mount.type == "cgroup2" || mount.type == "cgroup") out.insert(mount.mount_point + part[2]);
        }
    return out;
}

void end_all(const std::string& mark) {
    // They may be making others: until nobody is left.
    for (int i = 0; i < 100; ++i) {
        const std::vector<pid_t> pids = marked_processes(mark);
        if (pids.empty()) return;
        for (const pid_t pid : pids) ::kill(pid, SIGKILL);
        ::usleep(20'000);
    }
}

void remove_groups(const std::set<std::string>& groups) {
    // From the longest name on: those below first. A group whose last process is just ending is busy for a moment.
    for (int i = 0; i < 20; ++i) {
        bool busy = false;
        for (auto each = groups.rbegin(); each != groups.rend(); ++each)
            busy |= ::rmdir(each->c_str()) < 0 && errno == EBUSY;
        if (!busy) return;
        ::usleep(20'000);
    }
}

// Directories in the workspace with states of containers: "bundle-run --root states", and what `lesson run` makes.
std::vector<std::string> places_of_states(const std::string& directory) {
    const std::string command =
        "find '" + directory + "' -maxdepth 3 -name states -o -maxdepth 2 -path '*/run/bundle-run' 2>/dev/null";
    std::vector<std::string> out;
    for (const std::string& each : text::split(output_of(command), '\n'))
        if (!each.empty()) out.push_back(each);
    return out;
}

// Those of this user, and those whose states are kept in the workspace.
void delete_containers(const std::string& directory) {
    const std::string runtime = tool("bundle-run");
    std::vector<std::string> commands = {text::cat("'", runtime, "'")};
    for (const std::string& place : places_of_states(directory))
        commands.push_back(text::cat("'", runtime, "' --root '", place, "'"));
    for (const std::string& command : commands)
        for (const std::string& id : text::split(output_of(command + " list --quiet 2>/dev/null"), '\n')) {
            if (id.empty()) continue;
            const std::string state = output_of(text::cat(command, " state '", id, "' 2>/dev/null"));
            if (state.empty() || !oci::parse_state(state, "the state").bundle.starts_with(directory + "/")) continue;
            (void)output_of(text::cat(command, " delete --force '", id, "' 2>/dev/null"));
        }
}

void unmount_below(const std::string& directory) {
    std::vector<sys::MountInfo> mounts = sys::read_mountinfo();
    std::reverse(mounts.begin(), mounts.end());
    for (const sys::MountInfo& mount : mounts)
        if (mount.mount_point.starts_with(directory + "/")) ::umount2(mount.mount_point.c_str(), MNT_DETACH);
}

[[noreturn]] void become(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                         Quiet quiet) {
    const Fd nowhere{quiet == Quiet::no ? -1 : ::open("/dev/null", O_RDWR | O_CLOEXEC)};
    if (quiet != Quiet::no)
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(nowhere.get(), stream);
    if (quiet == Quiet::all) ::dup2(nowhere.get(), STDERR_FILENO);
    const std::vector<char*> argv = sys::pointers(words), variables = sys::pointers(environment);
    ::execve(words.front().c_str(), argv.data(), variables.data());
    sys::exit_now(exit_not_found);
}

// What an ordinary user can't remove, root of a user namespace can: directories without write permission, as images
// have them, and files of subordinate ids.
void remove_tree(const std::string& directory) {
    const std::vector<std::string> remove = {"/bin/rm", "-rf", "--one-file-system", directory};
    for (const char* ids : {"", "--map-auto", "--new=user"}) {
        if (!sys::exists(directory)) return;
        std::vector<std::string> words;
        if (*ids != '\0') words = {tool("ns-enter"), "--new", "user", ids, "--"};
        words.insert(words.end(), remove.begin(), remove.end());
        (void)run_program(words, lesson_environment(""), Quiet::all);
    }
    if (sys::exists(directory)) (void)run_program(remove, {}, Quiet::no);  // rm says what it can't
}

}  // namespace

std::string mark_of(const Lesson& lesson, Use use) {
    return use == Use::play ? lesson.number + "-play" : lesson.number;
}

Use use_here(const Lesson& lesson) {
    return variable(mark_variable) == mark_of(lesson, Use::play) ? Use::play : Use::start;
}

std::string workspace_of(const Lesson& lesson, Use use) {
    const std::string state = variable("XDG_STATE_HOME"), home = variable("HOME");
    if (state.empty() && home.empty()) throw Error::bad("$HOME isn't set", "it is where a lesson is done");
    return text::cat(state.empty() ? home + "/.local/state" : state, "/diving-bell/", mark_of(lesson, use));
}

void fill_workspace(const std::string& directory) {
    make_directories(directory);
    if (sys::exists(directory + "/demo")) return;
    const int status =
        run_program({tool("layer-unpack"), image(), directory + "/demo"}, lesson_environment(""), Quiet::output);
    if (status != 0) throw Error::bad(text::cat(directory, ": could not be filled"), "layer-unpack says why");
}

std::vector<pid_t> marked_processes(const std::string& mark) {
    const std::set<pid_t> mine = own_line();
    std::vector<pid_t> out;
    for (const sys::ListedProcess& each : sys::list_processes(sys::ListCgroups::no))
        if (!mine.contains(each.stat.pid) && has_mark(each.stat.pid, mark)) out.push_back(each.stat.pid);
    return out;
}

void clear(const std::string& mark, const std::string& directory) {
    const std::set<std::string> groups = groups_of(marked_processes(mark));
    end_all(mark);
    delete_containers(directory);
    remove_groups(groups);
    unmount_below(directory);
    remove_tree(directory);
}

std::string output_of(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe) throw Error::os("popen", command, errno);
    std::string out(65536, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), pipe));
    ::pclose(pipe);
    return out;
}

int run_program(const std::vector<std::string>& words, const std::vector<std::string>& environment, Quiet quiet) {
    const sys::Child child = sys::fork();
    if (child.is_me()) become(words, environment, quiet);
    return sys::wait_for(child);
}

int attend_program(const std::vector<std::string>& words, const std::vector<std::string>& environment) {
    sys::Supervisor supervisor;
    const sys::Child child = sys::fork();
    if (!child.is_me()) return supervisor.wait_for(child);
    supervisor.release();
    become(words, environment, Quiet::no);
}

std::vector<std::string> lesson_environment(const std::string& mark) {
    std::vector<std::string> out;
    for (char** each = environ; *each; ++each) {
        const std::string_view word = *each;
        const std::string_view name = word.substr(0, word.find('='));
        if (name != "PATH" && name != "R" && name != "BELL_LESSONS" && name != mark_variable) out.emplace_back(word);
    }
    const std::string path = variable("PATH");
    out.push_back(text::cat("PATH=", sys::own_directory(), ":", path.empty() ? sys::default_path : path));
    out.emplace_back("R=demo/rootfs");
    out.push_back("BELL_LESSONS=" + course_directory());
    if (!mark.empty()) out.push_back(text::cat(mark_variable, "=", mark));
    return out;
}

}  // namespace bell
