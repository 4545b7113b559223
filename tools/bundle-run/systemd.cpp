// systemd.cpp - starts the helper that speaks D-Bus, and asks it.
//
// The helper is a process of the host: it is started before anything is joined or mounted, from bundle-run's own
// directory, and its environment is these few variables of our caller's, by which libsystemd finds the bus. Nothing of
// config.json's gets there but the properties, as bytes in messages.
#include "systemd.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/program.hpp"

namespace bell {
namespace {

constexpr std::string_view helper_name = "bundle-run-systemd";

std::vector<std::string> environment() {
    constexpr std::array names = {"DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR",
                                  "SYSTEMD_BUS_TIMEOUT"};
    std::vector<std::string> out;
    for (const char* name : names)
        if (const char* value = std::getenv(name)) out.push_back(text::cat(name, "=", value));
    return out;
}

void become(const std::string& file, bool of_user, const sys::Channel& channel) {
    // What it prints must not mix with what the payload prints.
    if (::dup2(channel.descriptor(), STDIN_FILENO) < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        throw Error::os("dup2", file, errno);
    if (::chdir("/") < 0) throw Error::os("chdir", "/", errno);
    sys::close_on_exec_from(3);
    const std::vector<std::string> variables = environment();
    const std::vector<std::string> argv = {file, of_user ? "--user" : "--system"};
    // Not told: it is our own hand, and changes nothing by itself.
    ::execve(file.c_str(), sys::pointers(argv).data(), sys::pointers(variables).data());
    throw Error::os("execve", file, errno);
}

void check_helper(const std::string& file) {
    if (!file.empty() && ::access(file.c_str(), X_OK) == 0) return;
    const std::string where = file.empty() ? text::cat(helper_name,
                                                       " is neither beside bundle-run nor in "
                                                       "../libexec/diving-bell")
                                           : text::cat(file, ": ", std::strerror(errno));
    throw Error::bad(text::cat("the systemd cgroup driver's helper is missing: ", where),
                     "it is built where libsystemd-dev is installed; --cgroup-manager cgroupfs does without it");
}

sys::Child start_helper(const std::string& file, bool of_user, sys::Channel& channel) {
    check_helper(file);
    sys::Child child = sys::fork();
    if (child.is_me()) {
        channel.become_child();
        sys::exit_now(channel.report_errors([&] {
            try {
                become(file, of_user, channel);
            } catch (const Error&) {
                (void)channel.next();  // a socket closed with messages unread loses what was sent on it
                throw;
            }
        }));
    }
    channel.become_parent();
    return child;
}

std::string words_of(const std::string& unit, const std::vector<sys::BusProperty>& properties) {
    std::string out = narrate::arguments(unit);
    for (const sys::BusProperty& each : properties)
        out += text::cat(", ", each.name, "=", text::printable(text::join(each.values, " ")));
    return out;
}

}  // namespace

std::string Systemd::find_helper() {
    const std::string directory = sys::own_directory();
    if (directory.empty()) return {};
    for (const std::string& place : {directory, directory + "/../libexec/diving-bell"}) {
        std::string file = text::cat(place, "/", helper_name);
        if (::access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

Systemd::Systemd(const std::string& helper, bool of_user)
    : channel_(sys::Channel::pair()), helper_(start_helper(helper, of_user, channel_)), of_user_(of_user) {}

Systemd::~Systemd() {
    // Closing isn't enough: init may hold a copy of our end until its exec.
    ::shutdown(channel_.descriptor(), SHUT_RDWR);
    try {
        (void)sys::wait_for(helper_);
    } catch (const Error&) {
        // It is gone: that is all that was wanted.
    }
}

std::vector<std::string> Systemd::ask(const sys::BusRequest& request) const {
    channel_.send(sys::to_message(request));
    std::vector<std::string> answer = sys::parse_bus_words(channel_.next());
    if (answer.empty()) throw Error::bad("the systemd helper ended without an answer");
    return answer;
}

cgroup::Manager Systemd::manager() const {
    const std::vector<std::string> answer = ask({"describe", "", {}});
    cgroup::Manager out;
    out.of_user = of_user_;
    if (answer.size() != 2) throw Error::bad("the systemd helper's answer is damaged");
    out.group = answer[0] == "/" ? "" : answer[0];
    // "252.38-1~deb12u1", "v256-rc2"
    const std::size_t first = std::min(answer[1].find_first_of("0123456789"), answer[1].size());
    const std::size_t last = std::min(answer[1].find_first_not_of("0123456789", first), answer[1].size());
    out.version = text::number<unsigned>(answer[1].substr(first, last - first)).value_or(0);
    return out;
}

void Systemd::start(const std::string& unit, const std::vector<sys::BusProperty>& properties) const {
    sys::call(
        "StartTransientUnit", unit, [&] { return words_of(unit, properties); },
        [&] {
            return ask({"start", unit, properties}).empty() ? -1 : 0;
        });
}

void Systemd::set(const std::string& unit, const std::vector<sys::BusProperty>& properties) const {
    sys::call(
        "SetUnitProperties", unit, [&] { return words_of(unit, properties); },
        [&] {
            return ask({"set", unit, properties}).empty() ? -1 : 0;
        });
}

void Systemd::stop(const std::string& unit) const {
    sys::call(
        "StopUnit", unit, [&] { return words_of(unit, {}); },
        [&] {
            return ask({"stop", unit, {}}).empty() ? -1 : 0;
        });
}

}  // namespace bell
