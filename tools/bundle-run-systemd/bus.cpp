// bus.cpp - see bus.hpp.
//
// A unit is started by a *job*: StartTransientUnit returns at once with the job's path, and the signal JobRemoved tells
// how it ended. So the signals are subscribed to before, and those that come early are kept.
//
// org.freedesktop.systemd1(5), sd-bus(3). How long to wait is said as libsystemd takes it: $SYSTEMD_BUS_TIMEOUT, 25 s.
#include "bus.hpp"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell {
namespace {

constexpr const char* service = "org.freedesktop.systemd1";
constexpr const char* object = "/org/freedesktop/systemd1";
constexpr const char* manager = "org.freedesktop.systemd1.Manager";

using Message = std::shared_ptr<sd_bus_message>;

Message own(sd_bus_message* message) { return {message, sd_bus_message_unref}; }

void must(int result, std::string_view what) {
    if (result < 0) throw Error::bad(text::cat("D-Bus: ", what, ": ", std::strerror(-result)));
}

Error not_here(bool of_user, std::string_view reason) {
    if (of_user)
        return Error::bad(text::cat("no systemd of this user's runs here: ", reason),
                          "log in, or 'loginctl enable-linger USER', and see that XDG_RUNTIME_DIR is set; "
                          "--cgroup-manager cgroupfs does without it");
    return Error::bad(text::cat("systemd isn't running here: ", reason),
                      "leave --systemd-cgroup out: with --cgroup-manager cgroupfs bundle-run keeps the cgroup itself");
}

// Where no message bus runs, systemd listens at a place of its own.
std::string private_address(bool of_user) {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (of_user) return runtime ? text::cat("unix:path=", runtime, "/systemd/private") : std::string{};
    return "unix:path=/run/systemd/private";
}

std::shared_ptr<sd_bus> connect(bool of_user) {
    sd_bus* bus = nullptr;
    const int error = of_user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
    if (error >= 0) return {bus, sd_bus_flush_close_unref};
    const bool told = std::getenv(of_user ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS") != nullptr;
    const std::string address = told ? std::string{} : private_address(of_user);
    if (!address.empty() && sd_bus_new(&bus) >= 0) {
        const std::shared_ptr<sd_bus> direct(bus, sd_bus_flush_close_unref);
        if (sd_bus_set_address(bus, address.c_str()) >= 0 && sd_bus_start(bus) >= 0) return direct;
    }
    throw not_here(of_user, text::cat("connect to the ", of_user ? "user" : "system", " bus: ", std::strerror(-error)));
}

std::uint64_t now_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

template <class Number>
Number number(const std::string& word) {
    const auto out = text::number<Number>(word);
    if (!out) throw Error::bad(text::cat("a property's value is no number: ", text::quote(word)));
    return *out;
}

// One value of a basic type.
void append(sd_bus_message* message, char type, const std::string& word) {
    const int flag = word == "true" ? 1 : 0;
    if (type == 's') return must(sd_bus_message_append(message, "s", word.c_str()), word);
    if (type == 'b') return must(sd_bus_message_append(message, "b", flag), word);
    if (type == 'i') return must(sd_bus_message_append(message, "i", number<std::int32_t>(word)), word);
    if (type == 'u') return must(sd_bus_message_append(message, "u", number<std::uint32_t>(word)), word);
    if (type == 't') return must(sd_bus_message_append(message, "t", number<std::uint64_t>(word)), word);
    if (type == 'y') return must(sd_bus_message_append(message, "y", number<std::uint8_t>(word)), word);
    throw Error::bad(text::cat("a property of a type that isn't known here: ", type));
}

// "t", "as", "a(ss)".
void append_value(sd_bus_message* message, const sys::BusProperty& property) {
    const std::string& type = property.type;
    const auto& values = property.values;
    if (!type.starts_with("a")) {
        if (type.size() != 1 || values.size() != 1)
            throw Error::bad(text::cat("property ", property.name, ": one value is due"));
        return append(message, type[0], values[0]);
    }
    const bool pairs = type.starts_with("a(");
    const std::string members = pairs ? type.substr(2, type.size() - 3) : type.substr(1);
    if (members.empty() || values.size() % members.size() != 0)
        throw Error::bad(text::cat("property ", property.name, ": a value is missing"));
    must(sd_bus_message_open_container(message, 'a', type.c_str() + 1), type);
    for (std::size_t i = 0; i < values.size(); i += members.size()) {
        if (pairs) must(sd_bus_message_open_container(message, 'r', members.c_str()), type);
        for (std::size_t part = 0; part < members.size(); ++part) append(message, members[part], values[i + part]);
        if (pairs) must(sd_bus_message_close_container(message), type);
    }
    must(sd_bus_message_close_container(message), type);
}

void append_properties(sd_bus_message* message, const std::vector<sys::BusProperty>& properties) {
    must(sd_bus_message_open_container(message, 'a', "(sv)"), "properties");
    for (const sys::BusProperty& each : properties) {
        must(sd_bus_message_open_container(message, 'r', "sv"), each.name);
        must(sd_bus_message_append(message, "s", each.name.c_str()), each.name);
        must(sd_bus_message_open_container(message, 'v', each.type.c_str()), each.name);
        append_value(message, each);
        must(sd_bus_message_close_container(message), each.name);
        must(sd_bus_message_close_container(message), each.name);
    }
    must(sd_bus_message_close_container(message), "properties");
}

Message new_call(const std::shared_ptr<sd_bus>& bus, const char* method) {
    sd_bus_message* message = nullptr;
    must(sd_bus_message_new_method_call(bus.get(), &message, service, object, manager, method), method);
    return own(message);
}

int note_removed(sd_bus_message* message, void* data, sd_bus_error* /*error*/) {
    unsigned id = 0;
    const char *job = nullptr, *unit = nullptr, *result = nullptr;
    if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) >= 0)
        static_cast<std::vector<std::pair<std::string, std::string>>*>(data)->emplace_back(job, result);
    return 0;
}

bool is_error(std::string_view name, std::string_view last) {
    return name.starts_with("org.freedesktop.systemd1.") && name.ends_with(last);
}

Error refused(std::string_view verb, const std::string& unit, const std::string& name, const std::string& words) {
    std::string hint;
    if (is_error(name, ".UnitExists")) hint = text::cat("choose another id; 'systemctl stop ", unit, "' ends that one");
    if (name == SD_BUS_ERROR_ACCESS_DENIED || name == SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED)
        hint = "only root may ask the machine's systemd; an ordinary user's own is asked without root";
    if (name == SD_BUS_ERROR_TIMEOUT || name == SD_BUS_ERROR_NO_REPLY)
        hint = "systemd doesn't answer; SYSTEMD_BUS_TIMEOUT=SEC says how long to wait";
    return Error::bad(text::cat("systemd: ", verb, " ", unit, ": ", words), hint);
}

}  // namespace

Systemd::Systemd(bool of_user) : bus_(connect(of_user)), of_user_(of_user) {
    sd_bus_slot* slot = nullptr;
    must(sd_bus_match_signal(bus_.get(), &slot, service, object, manager, "JobRemoved", note_removed, &removed_),
         "listen for JobRemoved");
    removed_slot_ = {slot, sd_bus_slot_unref};
}

Systemd::Reply Systemd::call(sd_bus_message* message) {
    sd_bus_error error{};  // SD_BUS_ERROR_NULL, which is C
    sd_bus_message* answer = nullptr;
    const int result = sd_bus_call(bus_.get(), message, 0, &error, &answer);
    Reply out{own(answer), {}, {}};
    if (result < 0) {
        out.error_name = error.name ? error.name : "unknown";
        out.error_words = error.message ? error.message : std::strerror(-result);
    }
    sd_bus_error_free(&error);
    if (out.error_name == SD_BUS_ERROR_SERVICE_UNKNOWN || out.error_name == SD_BUS_ERROR_NAME_HAS_NO_OWNER ||
        out.error_name.find(".Spawn.") != std::string::npos)
        throw not_here(of_user_, text::cat("there is a message bus, but systemd isn't on it: ", out.error_words));
    return out;
}

std::string Systemd::property(const char* name) {
    sd_bus_message* message = nullptr;
    must(
        sd_bus_message_new_method_call(bus_.get(), &message, service, object, "org.freedesktop.DBus.Properties", "Get"),
        name);
    const Message asked = own(message);
    must(sd_bus_message_append(message, "ss", manager, name), name);
    const Reply reply = call(message);
    if (!reply.error_name.empty()) throw refused("ask for", name, reply.error_name, reply.error_words);
    const char* value = nullptr;
    must(sd_bus_message_read(reply.message.get(), "v", "s", &value), name);
    return value;
}

std::vector<std::string> Systemd::describe() { return {property("ControlGroup"), property("Version")}; }

Systemd::Reply Systemd::try_start(const std::string& unit, const std::vector<sys::BusProperty>& properties) {
    const Message message = new_call(bus_, "StartTransientUnit");
    must(sd_bus_message_append(message.get(), "ss", unit.c_str(), "replace"), unit);
    append_properties(message.get(), properties);
    must(sd_bus_message_append(message.get(), "a(sa(sv))", 0), unit);
    return call(message.get());
}

void Systemd::start(const std::string& unit, const std::vector<sys::BusProperty>& properties) {
    (void)call(new_call(bus_, "Subscribe").get());  // else the user's systemd sends no signals; twice is no harm
    Reply reply = try_start(unit, properties);
    if (is_error(reply.error_name, ".UnitExists")) {
        const Message reset = new_call(bus_, "ResetFailedUnit");
        must(sd_bus_message_append(reset.get(), "s", unit.c_str()), unit);
        (void)call(reset.get());
        reply = try_start(unit, properties);
    }
    await("start", unit, reply);
}

void Systemd::set(const std::string& unit, const std::vector<sys::BusProperty>& properties) {
    const Message message = new_call(bus_, "SetUnitProperties");
    must(sd_bus_message_append(message.get(), "sb", unit.c_str(), 1), unit);  // until it ends, not for good
    append_properties(message.get(), properties);
    const Reply reply = call(message.get());
    if (!reply.error_name.empty()) throw refused("change", unit, reply.error_name, reply.error_words);
}

void Systemd::stop(const std::string& unit) {
    (void)call(new_call(bus_, "Subscribe").get());
    const Message message = new_call(bus_, "StopUnit");
    must(sd_bus_message_append(message.get(), "ss", unit.c_str(), "replace"), unit);
    const Reply reply = call(message.get());
    if (!is_error(reply.error_name, ".NoSuchUnit")) await("stop", unit, reply);
    const Message reset = new_call(bus_, "ResetFailedUnit");
    must(sd_bus_message_append(reset.get(), "s", unit.c_str()), unit);
    (void)call(reset.get());  // mostly it hasn't failed, and is gone
}

std::uint64_t Systemd::deadline() const {
    std::uint64_t timeout = 0;
    (void)sd_bus_get_method_call_timeout(bus_.get(), &timeout);
    return now_microseconds() + timeout;
}

void Systemd::await(const std::string& verb, const std::string& unit, const Reply& started) {
    if (!started.error_name.empty()) throw refused(verb, unit, started.error_name, started.error_words);
    const char* path = nullptr;
    must(sd_bus_message_read(started.message.get(), "o", &path), "the job's path");
    const std::string job = path;
    const std::uint64_t end = deadline();
    for (;;) {
        const auto found =
            std::find_if(removed_.begin(), removed_.end(), [&](const auto& each) { return each.first == job; });
        if (found != removed_.end() && found->second == "done") return;
        if (found != removed_.end()) throw refused(verb, unit, "", text::cat("the job ended as '", found->second, "'"));
        const int done = sd_bus_process(bus_.get(), nullptr);
        must(done, "wait for systemd");
        const std::uint64_t now = now_microseconds();
        if (done == 0 && now >= end) throw refused(verb, unit, SD_BUS_ERROR_TIMEOUT, "the job has not ended in time");
        if (done == 0 && sd_bus_wait(bus_.get(), end - now) < 0 && errno != EINTR)
            throw Error::os("poll", "the bus", errno);
    }
}

}  // namespace bell
