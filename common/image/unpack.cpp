// unpack.cpp - the parent's part of it. See unpack.hpp; the child's part is assemble.cpp.
#include "image/unpack.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "image/assemble.hpp"
#include "image/select.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace bell::image {
namespace {

// One message through a pipe, at the child's end: "ok" and the outcome, or "no" and the error.
constexpr std::size_t longest_message = 60'000;  // below a pipe's 64 KiB, so that the child never waits for us

std::string message(const Outcome& outcome) {
    std::string out = text::cat("ok\n", outcome.layers, "\n", outcome.files);
    for (const std::string& warning : outcome.warnings) out += "\n" + warning;
    return out.substr(0, longest_message);
}

Outcome read_message(std::string_view bytes, int status) {
    if (bytes.starts_with("no\n")) throw Error::from_bytes(bytes.substr(3));
    const std::vector<std::string> line = text::split(bytes, '\n');
    if (line.size() >= 3 && line[0] == "ok")
        return {text::number<std::uint64_t>(line[1]).value_or(0), text::number<std::uint64_t>(line[2]).value_or(0),
                {line.begin() + 3, line.end()}};
    const int signal = status - 128;
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP)
        throw Error::program("interrupted; nothing was left behind", "", status);
    throw Error::bad(text::cat("the unpacking process ended unexpectedly, with status ", status));
}

[[noreturn]] void be_the_child(const UnpackOptions& options, const Fd& answer, int staging) {
    std::string out;
    try {
        sys::die_with_parent(SIGKILL);
        out = message(assemble(options, staging));
    } catch (const Error& error) {
        out = "no\n" + error.to_bytes();
    } catch (const std::exception& error) {
        out = "no\n" + Error::bad(error.what()).to_bytes();
    }
    [[maybe_unused]] const ssize_t ignored = ::write(answer.get(), out.data(), out.size());
    sys::exit_now(0);
}

Outcome unpack_into(const UnpackOptions& options, int staging) {
    int ends[2] = {};
    if (::pipe2(ends, O_CLOEXEC) < 0) throw Error::os("pipe", "", errno);
    const Fd read_end{ends[0]};
    Fd write_end{ends[1]};
    sys::Supervisor supervisor;
    const sys::Child child = sys::fork();
    if (child.is_me()) {
        supervisor.release();
        be_the_child(options, write_end, staging);
    }
    write_end.reset();
    const int status = supervisor.wait_for(child);
    return read_message(sys::read_all(read_end.get(), "the unpacking process"), status);
}

}  // namespace

Outcome unpack(const UnpackOptions& options) {
    if (narrate::dry_run()) return unpack_into(options, -1);
    std::optional<Staging> staging;
    {
        const narrate::Section why("layer-unpack", "a place to build it, out of sight", "mkdir(2)");
        staging.emplace(options.bundle, options.how);
    }
    const Outcome outcome = unpack_into(options, staging->directory().get());
    const narrate::Section why("layer-unpack", "all verified: it appears", "rename(2)");
    staging->publish();
    return outcome;
}

}  // namespace bell::image
