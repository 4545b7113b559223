// log.cpp - see log.hpp. The log's lines have the form of logrus, which runc uses and engines parse:
//     {"level":"error","msg":"...","time":"2024-05-01T10:00:00Z"}      or      time="..." level=error msg="..."
#include "log.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/json_writer.hpp"

namespace bell::log {
namespace {

std::string now() {
    const time_t seconds = ::time(nullptr);
    tm parts{};
    gmtime_r(&seconds, &parts);
    char words[32];
    return {words, strftime(words, sizeof words, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string line(const Globals& globals, std::string_view level, const std::string& message) {
    if (globals.log_format != "json")
        return text::cat("time=\"", now(), "\" level=", level, " msg=", text::quote(message), "\n");
    cli::JsonWriter json;
    json.object([&] {
        json.key("level").string(level);
        json.key("msg").string(message);
        json.key("time").string(now());
    });
    return json.text() + "\n";
}

void append(const Globals& globals, std::string_view level, const std::string& message) {
    if (globals.log.empty()) return;
    const Fd file{::open(globals.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    const std::string words = line(globals, level, message);
    // A log that can't be written must not hide the error, which goes to stderr in any case.
    [[maybe_unused]] const ssize_t ignored = file ? ::write(file.get(), words.data(), words.size()) : -1;
}

void write(const Globals& globals, const Error& error) {
    append(globals, "error",
           error.hint().empty() ? error.message() : text::cat(error.message(), " (", error.hint(), ")"));
}

}  // namespace

void debug(const Globals& globals, const std::string& message) {
    if (!globals.debug) return;
    if (!globals.log.empty()) return append(globals, "debug", message);
    const std::string words = line(globals, "debug", message);
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, words.data(), words.size());
}

void warnings(const Globals& globals) {
    if (globals.log.empty()) return;
    narrate::log_warnings([&globals](std::string_view line) { append(globals, "warning", std::string(line)); });
}

void no_warnings() { narrate::log_warnings({}); }

int guarded(const Globals& globals, const std::function<int()>& body) {
    try {
        return body();
    } catch (const Error& error) {
        write(globals, error);
        cli::report("bundle-run", error);
    } catch (const std::exception& error) {
        const Error wrapped = Error::bad(error.what());
        write(globals, wrapped);
        cli::report("bundle-run", wrapped);
    }
    return globals.failure;
}

}  // namespace bell::log
