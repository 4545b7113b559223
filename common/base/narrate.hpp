// narrate.hpp - nothing happens in the dark.
//
// With --explain every tool tells on stderr what it does to the kernel, as it does it. A Section is one step: a
// sentence that says why, with the name of the tool that does this step alone. The calls made while it is open are
// told by the thin wrappers of sys/ (see sys/call.hpp): the code that makes a call is the code that tells it, so the
// narration can't drift from what happens. Each line is one write(2): parent and child never mix within a line.
// Off, all this costs one branch a call.
//
//     2 ns-enter       a name only it sees
//                      -> sethostname("box")
//
// The switch is the only mutable global of the project. It goes to the next program only if that is one of the
// toolkit, as an argument (sys/program.hpp), so the payload's environment never shows it.   Next: sys/call.hpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace bell::narrate {

enum class Level : unsigned char { off, brief, full, json };

struct Switch {
    Level level = Level::off;
    bool step = false;     ///< wait for Enter on /dev/tty before each section
    bool dry_run = false;  ///< tell, but leave out every call that changes something
};

namespace detail {
extern Switch current;
}

inline bool on() { return detail::current.level != Level::off; }
inline bool dry_run() { return detail::current.dry_run; }
inline bool full() { return detail::current.level >= Level::full; }

/// Sets the switch; --step and --dry-run imply at least the brief level. Sections are numbered from `first_step`.
void configure(Switch wanted, int first_step = 1);

/// The switch and the number of the next step as one word for the next program of the toolkit, and back. What was
/// configured before take_over() wins over what was handed on.
[[nodiscard]] std::string carried();
void take_over(std::string_view carried);

/// One step: told when constructed; the calls until its end belong to it.
class Section {
public:
    /// `tool` does this step alone; `sentence` says why; `source` is a man page or a section of a specification.
    Section(std::string_view tool, std::string_view sentence, std::string_view source = {});
    ~Section();
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
};

/// A detail is told by --explain=full only.
enum class Weight : unsigned char { principal, detail };

struct Event {
    std::string_view call;  ///< the system call's name
    std::string arguments;  ///< decoded
    std::string result;     ///< "", "4711", or "EPERM (Operation not permitted)"
    Weight weight = Weight::principal;
    bool failed = false;
};

void tell(const Event& event);

/// What changed, or didn't: "outside: still "laptop"".
void note(std::string_view line);

/// A line of its own above the steps: "box: demo/config.json in 7 steps".
void title(std::string_view line);

/// Something the user should know though the work goes on: told always, narration or not. "priv-drop: warning: ...".
void warn(std::string_view line);
/// Who else is told of warnings from here on: a log. Nobody: {}.
void log_warnings(std::function<void(std::string_view line)> log);

/// Writes what is held back for folding. To be called before fork, exec, or loading a seccomp filter.
void flush();

// Decoded arguments: strings are quoted, numbers decimal, Raw as it is.
struct Raw {
    std::string_view words;
};
namespace detail {
inline void append_argument(std::string& out, Raw raw) { out += raw.words; }
inline void append_argument(std::string& out, std::string_view words) { out += text::quote(words); }
inline void append_argument(std::string& out, const std::string& words) { out += text::quote(words); }
inline void append_argument(std::string& out, const char* words) { out += text::quote(words); }
template <std::integral Number>
void append_argument(std::string& out, Number number) {
    out += text::cat(number);
}
}  // namespace detail

template <class... Values>
[[nodiscard]] std::string arguments(const Values&... values) {
    std::string out;
    [[maybe_unused]] const auto one = [&out](const auto& value) {
        if (!out.empty()) out += ", ";
        detail::append_argument(out, value);
    };
    (one(values), ...);
    return out;
}

}  // namespace bell::narrate
