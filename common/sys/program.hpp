// program.hpp - what comes after `--`: finding a program and becoming it.
//
// A tool in do mode changes its own process and then execs the next program, as env(1) and nice(1) do. Once the root
// directory has changed, the next tool of a chain can't be found any more: it isn't in the rootfs. So before a tool
// changes the root it opens every program of this toolkit that the rest of the chain names, as a copy that nobody can
// write to (a sealed memfd: else root in the container could overwrite the host's program through /proc/self/exe,
// as in runc's CVE-2019-5736), and hands the descriptors on from tool to tool.
//
// What tools tell each other stands in one word in front of the next tool's arguments, never in the environment:
//     --chain=brief@3;mnt:[4026531841];priv-drop=5
//
// execveat(2), memfd_create(2), fcntl(2) F_ADD_SEALS. Next: concepts/.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"

namespace bell::sys {

/// What the tools of a chain hand on to each other.
struct Chain {
    std::string session_mount_namespace;               ///< that of the first tool: "mnt:[4026531841]"
    bool first_tool = true;                            ///< nobody handed anything on to this one
    std::vector<std::pair<std::string, Fd>> programs;  ///< sealed copies, opened before the root changed

    /// The chain that a `--chain=` word describes, or the start of a new one.
    static Chain take_over(std::string_view word);
    [[nodiscard]] std::string word() const;
};

inline constexpr std::string_view chain_option = "--chain=";

class Program {
public:
    /// argv[0] is the program's name. The chain is the one this tool is part of.
    Program(std::vector<std::string> argv, Chain chain);

    [[nodiscard]] const std::string& name() const { return argv_.front(); }
    [[nodiscard]] const Chain& chain() const { return chain_; }

    /// To be called before the root changes: opens the toolkit's programs named anywhere in the rest of the chain.
    void keep_toolkit_programs();

    /// Lets the payload inherit descriptors 3 to 2+count as well; otherwise 0, 1 and 2 only.
    void preserve_descriptors(unsigned count) { preserved_ = count; }

    /// What is done between the last word of the narration and execve(2), when all files have been looked up: loading a
    /// seccomp filter, which may forbid looking and talking.
    void before_exec(std::function<void()> last) { last_ = std::move(last); }

    /// execve. `environment` is what the program gets: our own if null. In a dry run the next tool still runs (dry), a
    /// payload doesn't. Throws Error::program: 127 if there is none, 126 if it can't be run.
    [[noreturn]] void become(const std::vector<std::string>* environment = nullptr);

private:
    [[noreturn]] void become_tool(const Fd& tool, const std::vector<std::string>* environment);
    std::vector<std::string> argv_;
    Chain chain_;
    unsigned preserved_ = 0;
    std::function<void()> last_;
};

/// The file a shell would run for `name`: as it is when it has a slash, else searched in `path` (a PATH value). Throws
/// Error::program with 127 or 126.
[[nodiscard]] std::string find_program(const std::string& name, std::string_view path);

/// A copy of the file in memory that can't be changed any more by anybody.
[[nodiscard]] Fd sealed_copy(int file, const std::string& name);

/// execve(2) or execveat(2) on a descriptor; told before, since nothing can be told after. `last` is done in between.
/// Returns errno.
[[nodiscard]] int try_execute(const std::string& file, const std::vector<std::string>& argv,
                              const std::vector<std::string>* environment, const std::function<void()>& last = {});
[[nodiscard]] int try_execute(const Fd& file, const std::string& shown, const std::vector<std::string>& argv,
                              const std::vector<std::string>* environment, const std::function<void()>& last = {});

/// The directory of the running program; empty when it runs from a protected copy, which has none.
[[nodiscard]] std::string own_directory();

/// What execve(2) takes. The words must outlive it.
[[nodiscard]] std::vector<char*> pointers(const std::vector<std::string>& words);

inline constexpr std::string_view default_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace bell::sys
