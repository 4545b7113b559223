// program.cpp - see program.hpp.
#include "sys/program.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "base/toolkit.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

namespace bell::sys {
namespace {

// The directory of the running program; empty when it runs from a sealed copy, which has none.
std::string own_directory() {
    char target[4096];
    const ssize_t size = ::readlink("/proc/self/exe", target, sizeof target);
    if (size <= 0) return {};  // no /proc here
    const std::string self(target, static_cast<std::size_t>(size));
    return self.starts_with('/') && !self.starts_with("/memfd:") ? self.substr(0, self.rfind('/')) : std::string{};
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> out;
    for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
}

char** environment_pointers(const std::vector<std::string>* environment, std::vector<char*>& storage) {
    if (!environment) return environ;
    storage = pointers(*environment);
    return storage.data();
}

bool set_close_on_exec(int fd, bool on) { return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) == 0; }

void tell_exec(std::string_view shown, const std::vector<std::string>& argv, std::string result = {}) {
    if (!narrate::on()) return;
    const bool failed = !result.empty();
    narrate::tell({"execve", narrate::arguments(shown, narrate::Raw{text::cat("[", text::join(argv, " "), "]")}),
                   std::move(result), narrate::Weight::principal, failed});
    narrate::flush();
}

}  // namespace

Chain Chain::take_over(std::string_view word) {
    Chain chain;
    if (word.empty()) {
        // Without /proc there is nothing to compare with later; empty says so.
        char target[64];
        const ssize_t size = ::readlink("/proc/self/ns/mnt", target, sizeof target);
        if (size > 0) chain.session_mount_namespace.assign(target, static_cast<std::size_t>(size));
        return chain;
    }
    chain.first_tool = false;
    const std::vector<std::string> parts = text::split(word, ';');
    narrate::take_over(parts[0]);
    if (parts.size() > 1) chain.session_mount_namespace = parts[1];
    for (std::size_t i = 2; i < parts.size(); ++i) {
        const std::size_t equals = parts[i].find('=');
        const std::optional<int> number =
            equals == std::string::npos ? std::nullopt : text::number<int>(parts[i].substr(equals + 1));
        if (!number || *number < 3 || !set_close_on_exec(*number, true))
            throw Error::bad(text::cat("--chain: not handed on by a tool of this kit: ", text::quote(parts[i])));
        chain.programs.emplace_back(parts[i].substr(0, equals), Fd{*number});
    }
    return chain;
}

std::string Chain::word() const {
    std::string out = text::cat(chain_option, narrate::carried(), ";", session_mount_namespace);
    for (const auto& [name, fd] : programs) out += text::cat(";", name, "=", fd.get());
    return out;
}

Program::Program(std::vector<std::string> argv, Chain chain) : argv_(std::move(argv)), chain_(std::move(chain)) {
    if (argv_.empty() || argv_.front().empty()) throw Error::bad("no program after '--'", "name the one to run");
}

void Program::keep_toolkit_programs() {
    const std::string directory = own_directory();
    const auto kept = [this](const std::string& name) {
        return std::any_of(chain_.programs.begin(), chain_.programs.end(),
                           [&](const auto& program) { return program.first == name; });
    };
    bool at_program = true;  // the first word, and each one after a further '--', names a program
    for (const std::string& word : argv_) {
        if (at_program && toolkit::contains(word) && !kept(word) && !directory.empty()) {
            if (const auto file = open_if_there(AT_FDCWD, text::cat(directory, "/", word), O_RDONLY))
                chain_.programs.emplace_back(word, sealed_copy(file->get(), word));
        }
        at_program = word == "--";
    }
}

void Program::become(const std::vector<std::string>* environment) {
    close_on_exec_from(3 + preserved_);
    if (toolkit::contains(name())) {
        for (const auto& [program, fd] : chain_.programs)
            if (program == name()) become_tool(fd, environment);
        const std::string directory = own_directory();
        if (!directory.empty())
            if (const auto file = open_if_there(AT_FDCWD, text::cat(directory, "/", name()), O_PATH))
                become_tool(*file, environment);
    }
    const char* own_path = std::getenv("PATH");
    std::string path = own_path ? own_path : std::string(default_path);
    if (environment)
        for (const std::string& variable : *environment)
            if (variable.starts_with("PATH=")) path = variable.substr(5);
    // In a dry run this is still the old root: where the program would be found, nobody knows yet.
    const std::string file = narrate::dry_run() ? name() : find_program(name(), path);
    const int error = try_execute(file, argv_, environment, last_);
    if (error == 0) std::exit(0);  // a dry run
    throw Error::program(text::cat("run ", name(), ": ", std::strerror(error)), explain_exec_failure(file, error),
                         error == ENOENT ? exit_not_found : exit_cannot_run);
}

void Program::become_tool(const Fd& tool, const std::vector<std::string>* environment) {
    std::vector<std::string> argv = argv_;
    argv.insert(argv.begin() + 1, chain_.word());
    for (const auto& [name, fd] : chain_.programs) set_close_on_exec(fd.get(), false);
    tell_exec(name(), argv_);
    if (last_) last_();
    std::vector<char*> storage;
    syscall(SYS_execveat, tool.get(), "", pointers(argv).data(), environment_pointers(environment, storage),
            AT_EMPTY_PATH);
    throw Error::os("execve", name(), errno);
}

int try_execute(const std::string& file, const std::vector<std::string>& argv,
                const std::vector<std::string>* environment, const std::function<void()>& last) {
    tell_exec(file, argv);
    if (narrate::dry_run()) return 0;
    if (last) last();
    std::vector<char*> storage;
    ::execve(file.c_str(), pointers(argv).data(), environment_pointers(environment, storage));
    const int error = errno;
    tell_exec(file, argv, std::strerror(error));
    return error;
}

int try_execute(const Fd& file, const std::string& shown, const std::vector<std::string>& argv,
                const std::vector<std::string>* environment, const std::function<void()>& last) {
    tell_exec(shown, argv);
    if (narrate::dry_run()) return 0;
    if (last) last();
    std::vector<char*> storage;
    syscall(SYS_execveat, file.get(), "", pointers(argv).data(), environment_pointers(environment, storage),
            AT_EMPTY_PATH);
    const int error = errno;
    tell_exec(shown, argv, std::strerror(error));
    return error;
}

namespace {

Error not_executable(const std::string& name, std::string hint) {
    return Error::program(text::cat("run ", name, ": ", std::strerror(EACCES)), std::move(hint), exit_cannot_run);
}

}  // namespace

std::string find_program(const std::string& name, std::string_view path) {
    if (name.find('/') != std::string::npos) {
        struct stat found {};
        if (::stat(name.c_str(), &found) == 0) {
            if (S_ISDIR(found.st_mode)) throw not_executable(name, "it is a directory");
            if (::faccessat(AT_FDCWD, name.c_str(), X_OK, AT_EACCESS) < 0 && errno == EACCES)
                throw not_executable(name, explain_exec_failure(name, EACCES));
            return name;
        }
        throw Error::program(text::cat("run ", name, ": ", std::strerror(errno)),
                             "is the path one inside the new root?",
                             errno == EACCES ? exit_cannot_run : exit_not_found);
    }
    std::string without_x;
    for (const std::string& directory : text::split(path, ':')) {
        const std::string file = text::cat(directory.empty() ? "." : directory, "/", name);
        struct stat found {};
        if (::stat(file.c_str(), &found) < 0 || !S_ISREG(found.st_mode)) continue;
        if (::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0) return file;
        without_x = file;
    }
    if (!without_x.empty()) throw not_executable(name, text::cat(without_x, " is there, but isn't executable"));
    throw Error::program(text::cat("run ", name, ": not found"),
                         text::cat("looked in ", text::join(text::split(path, ':'), " ").substr(0, 200)),
                         exit_not_found);
}

namespace {

// "#!/usr/bin/env python3" -> "/usr/bin/env".
std::string script_interpreter(std::string_view head) {
    const std::string_view line = text::trim(head.substr(2, head.find('\n') - 2));
    return std::string(line.substr(0, line.find_first_of(" \t")));
}

// The loader named by an ELF file's PT_INTERP, which stands near the start of every linked program: the first string
// that begins with '/' and whose file name holds "ld". Reading the header properly would need both word sizes and byte
// orders.
std::string elf_loader(std::string_view head) {
    for (std::size_t at = head.find('/'); at != std::string_view::npos; at = head.find('/', at + 1)) {
        const std::string_view candidate = head.substr(at, head.find('\0', at) - at);
        const std::string_view file = candidate.substr(candidate.rfind('/') + 1);
        if (candidate.size() < 256 && file.starts_with("ld")) return std::string(candidate);
    }
    return {};
}

}  // namespace

std::string explain_exec_failure(const std::string& file, int errno_value) {
    if (errno_value == EAGAIN) return "this user has more processes than RLIMIT_NPROC allows";
    if (errno_value == ENOEXEC) return "not a program for this machine, or a script without a '#!' line";
    if (errno_value == EACCES) return "is it executable, and its file system mounted without noexec?";
    if (errno_value != ENOENT) return {};
    const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    char buffer[4096];
    const ssize_t size = fd ? ::read(fd.get(), buffer, sizeof buffer) : -1;
    if (size < 4) return {};
    const std::string_view head(buffer, static_cast<std::size_t>(size));
    const bool script = head.starts_with("#!");
    const std::string needed = script ? script_interpreter(head) : elf_loader(head);
    if (needed.empty()) return {};
    return text::cat(file, " is there, but its ", script ? "interpreter " : "loader ", needed, " is not");
}

Fd sealed_copy(int file, const std::string& name) {
    Fd copy{::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC)};
    if (!copy && errno == EINVAL) copy = Fd{::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!copy) throw Error::os("memfd_create", name, errno);
    const off_t size = status(file, name).st_size;
    for (off_t done = 0; done < size;) {
        const ssize_t sent = ::sendfile(copy.get(), file, &done, static_cast<std::size_t>(size - done));
        if (sent < 0) throw Error::os("sendfile", name, errno);
        if (sent == 0) break;
    }
    if (::fchmod(copy.get(), 0555) < 0) throw Error::os("fchmod", name, errno);
    constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (fcntl(copy.get(), F_ADD_SEALS, seals | F_SEAL_EXEC) < 0 && fcntl(copy.get(), F_ADD_SEALS, seals) < 0)
        throw Error::os("seal", name, errno);
    return copy;
}

}  // namespace bell::sys
