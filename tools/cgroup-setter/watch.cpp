// watch.cpp - look, draw, wait.
//
// On a terminal the view is drawn over itself: the cursor goes up by as many lines as were drawn, each line is cleared
// behind its end. Nothing else of the terminal is changed, so there is nothing to restore, however this program ends.
// Elsewhere each look is one line. Signals are taken by a descriptor (signalfd(2)), so that one poll(2) waits for all
// there is: the next look, the end of the target, Ctrl-C, another size of the window.
#include "watch.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "concepts/cgroup.hpp"
#include "sample.hpp"
#include "sys/file.hpp"
#include "view.hpp"

namespace bell {
namespace {

Fd signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&wanted, signal);
    sigprocmask(SIG_BLOCK, &wanted, nullptr);
    Fd out{signalfd(-1, &wanted, SFD_CLOEXEC)};
    if (!out) throw Error::os("signalfd", "", errno);
    return out;
}

int next_signal(const Fd& signals) {
    signalfd_siginfo info{};
    return ::read(signals.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

std::size_t terminal_width() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The first `width` columns; what switches colours takes none.
std::string cut(const std::string& line, std::size_t width) {
    std::string out;
    bool escape = false;
    for (const char letter : line) {
        if (letter == '\033') escape = true;
        if (!escape && width == 0) continue;
        if (!escape) --width;
        out += letter;
        if (escape && letter == 'm') escape = false;
    }
    return out;
}

/// Where the looks are drawn.
class Screen {
public:
    explicit Screen(const Watch& watch) : json_(watch.json), terminal_(!watch.json && isatty(STDOUT_FILENO)) {
        const char* no_colour = std::getenv("NO_COLOR");
        const char* kind = std::getenv("TERM");
        colours_ = !(no_colour && *no_colour) && !(kind && std::string_view(kind) == "dumb");
    }

    void draw(const std::string& group, const Sample& before, const Sample& now) {
        std::string out;
        if (json_)
            out = json_line(group, before, now);
        else if (!terminal_)
            out = plain_line(before, now);
        else
            out = over_the_last(draw_view(group, before, now, colours_));
        try {
            sys::write_all(STDOUT_FILENO, out, "stdout");
        } catch (const Error& error) {
            // `| head` has seen enough, and SIGPIPE is ignored here: the end, no failure.
            if (error.code() != EPIPE) throw;
            is_open_ = false;
        }
    }
    [[nodiscard]] bool is_open() const { return is_open_; }

private:
    std::string over_the_last(const std::vector<std::string>& lines) {
        std::string out = drawn_ > 0 ? text::cat("\033[", drawn_, "A") : std::string{};
        for (const std::string& line : lines) out += text::cat("\r", cut(line, terminal_width()), "\033[K\n");
        drawn_ = lines.size();
        return out;
    }
    bool json_;
    bool terminal_;
    bool colours_ = false;
    bool is_open_ = true;
    std::size_t drawn_ = 0;
};

cgroup::Group group_of(const cli::Target* target, const std::optional<std::string>& name) {
    if (target) return cgroup::Group::of_process(target->pid);
    if (!name) return cgroup::Group::of_process(getpid());
    return {cgroup::Host::detect(), *name};
}

// As it is called in the hierarchy that counts memory, or in the first.
std::string name_of(const cgroup::Group& group) {
    const std::vector<std::string> directories = group.directories();
    const cgroup::Hierarchy* owner = group.host().owner_of("memory");
    for (std::size_t i = 0; i < directories.size(); ++i) {
        const cgroup::Hierarchy& each = group.host().hierarchies()[i];
        if (owner && &each != owner) continue;
        const std::string path = directories[i].substr(each.mount.size());
        return path.empty() ? "/" : path;
    }
    return "/";
}

// Until the time is up (true), or the end: of the target, or because we are asked to.
bool wait(const Fd& signals, const cli::Target* target, std::int64_t interval) {
    pollfd events[2] = {{signals.get(), POLLIN, 0}, {target ? target->pidfd.get() : -1, POLLIN, 0}};
    const int ready = ::poll(events, 2, static_cast<int>(interval / 1000));
    if (ready < 0 && errno != EINTR) throw Error::os("poll", "", errno);
    if (ready <= 0) return true;
    if (events[1].revents != 0) return false;
    return next_signal(signals) == SIGWINCH;
}

}  // namespace

void watch_group(const Watch& watch, const cli::Target* target, const std::optional<std::string>& name) {
    const cgroup::Group group = group_of(target, name);
    if (!group.exists()) throw Error::bad(text::cat("cgroup ", text::printable(name.value_or("")), ": there is none"));
    const Fd asked_to_end = signals();
    const std::string shown = name_of(group);
    Screen screen(watch);
    Sample before = take_sample(group);
    screen.draw(shown, before, before);
    while (screen.is_open() && wait(asked_to_end, target, watch.interval) && group.exists()) {
        const Sample now = take_sample(group);
        screen.draw(shown, before, now);
        before = now;
    }
}

}  // namespace bell
