// verb_events.cpp - what a container uses, and when it runs out of memory: a JSON document a line.
//
// With --stats one document, else one every --interval, and "oom" when the kernel ended a process for lack of memory.
// The kernel tells that without being asked: v1 counts an eventfd up, v2 changes a file that inotify watches. It ends
// when the container ends.
//
// eventfd(2), inotify(7), cgroup-v1/memory.rst "OOM Control", cgroup-v2.rst "memory.events". Next: usage.cpp.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/units.hpp"
#include "concepts/cgroup.hpp"
#include "store.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "usage.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

void print(const std::string& type, const std::string& id, const cgroup::Group* usage_of) {
    cli::JsonWriter json;
    json.object([&] {
        json.key("type").string(type);
        json.key("id").string(id);
        if (!usage_of) return;
        json.key("data");
        write_usage(json, *usage_of);
    });
    sys::write_all(STDOUT_FILENO, json.text() + "\n", "stdout");
}

/// How often the memory ran out, since it was asked last.
class OutOfMemory {
public:
    explicit OutOfMemory(const std::string& directory) : directory_(directory) {
        if (directory.empty()) return;
        if (::access((directory + "/memory.events").c_str(), F_OK) == 0)
            watch_v2();
        else
            watch_v1();
    }
    [[nodiscard]] int descriptor() const { return told_.get(); }
    /// To be called when the descriptor is readable, and at the end.
    [[nodiscard]] std::uint64_t times() {
        if (!told_) return 0;
        if (control_) return times_v1();
        std::array<char, 4096> ignored;
        while (::read(told_.get(), ignored.data(), ignored.size()) > 0) {
        }
        const std::uint64_t before = std::exchange(seen_, kills());
        return seen_ > before ? seen_ - before : 0;
    }

private:
    void watch_v1() {
        told_ = Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        control_ = sys::open(directory_ + "/memory.oom_control", O_RDONLY);
        sys::write_value(directory_ + "/cgroup.event_control", text::cat(told_.get(), " ", control_.get()));
    }
    void watch_v2() {
        told_ = Fd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
        const std::string file = directory_ + "/memory.events";
        if (::inotify_add_watch(told_.get(), file.c_str(), IN_MODIFY) < 0)
            throw Error::os("inotify_add_watch", file, errno);
        seen_ = kills();
    }
    // The kernel counts up once more when the group is removed.
    std::uint64_t times_v1() {
        std::uint64_t count = 0;
        if (::read(told_.get(), &count, sizeof count) != sizeof count) return 0;
        return ::access((directory_ + "/cgroup.event_control").c_str(), F_OK) == 0 ? count : 0;
    }
    [[nodiscard]] std::uint64_t kills() const {
        for (const std::string& line :
             text::split(sys::try_read_file(directory_ + "/memory.events").value_or(""), '\n'))
            if (line.starts_with("oom_kill ")) return text::number<std::uint64_t>(line.substr(9)).value_or(0);
        return seen_;  // the group is gone
    }
    std::string directory_;
    Fd told_, control_;
    std::uint64_t seen_ = 0;
};

std::int64_t now_milliseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

void stream(const oci::State& state, const cgroup::Group& group, std::int64_t interval) {
    const Fd init = sys::open_pidfd(*state.pid);
    OutOfMemory memory(group.directory_of("memory").value_or(""));
    const auto tell_oom = [&] {
        for (std::uint64_t times = memory.times(); times > 0; --times) print("oom", state.id, nullptr);
    };
    std::array<pollfd, 2> waiting = {{{init.get(), POLLIN, 0}, {memory.descriptor(), POLLIN, 0}}};
    for (std::int64_t next = now_milliseconds() + interval;;) {
        const std::int64_t left = std::max<std::int64_t>(0, next - now_milliseconds());
        const int ready =
            ::poll(waiting.data(), waiting.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready < 0 && errno != EINTR) throw Error::os("poll", state.id, errno);
        tell_oom();
        if (ready > 0 && waiting[0].revents != 0) return;
        if (now_milliseconds() < next) continue;
        print("stats", state.id, &group);
        next += interval;
    }
}

// "5s", "500ms", "1m30s": as Go has durations.
std::int64_t milliseconds(const std::string& words) {
    const std::size_t minutes_end = words.find('m');
    const bool has_minutes = minutes_end != std::string::npos && words.substr(minutes_end, 2) != "ms";
    std::int64_t out = 0;
    if (has_minutes) out = cli::integer("--interval", words.substr(0, minutes_end), 0, 1'000'000) * 60'000;
    const std::string rest = has_minutes ? words.substr(minutes_end + 1) : words;
    if (!rest.empty()) out += (cli::microseconds("--interval", rest) + 999) / 1000;
    if (out <= 0) throw Error::bad("duration interval must be greater than 0", "as in 5s, 500ms or 1m30s");
    return out;
}

}  // namespace

int verb_events(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run events",
        .summary = "what a container uses, and when it runs out of memory",
        .usage = {"bundle-run events [--interval TIME] ID   a JSON document a line, until it ends",
                  "bundle-run events --stats ID             one, of now"},
        .examples = {"bundle-run events --stats box | jq .data.memory.usage"},
    });
    std::string id, interval = "5s";
    bool once = false;
    command.positional("ID", id, true);
    command.text("--interval", interval, "TIME", "how often (default: 5s)");
    command.flag("--stats", once, "once, and no more");
    if (!command.parse(argc, argv)) return 0;
    const std::int64_t pause = milliseconds(interval);
    const oci::State state = Store::open(globals.root).find(id, false).state();
    if (state.status == "stopped" || state.status == "creating")
        throw Error::bad(text::cat("container with id ", id, " is not running"), text::cat("it is ", state.status));
    if (state.cgroupDirectories.empty())
        throw Error::bad(text::cat("container ", id, " has no cgroup of its own: nobody counts what it uses"));
    const auto group = cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories);
    if (once)
        print("stats", id, &group);
    else
        stream(state, group, pause);
    return 0;
}

}  // namespace bell
