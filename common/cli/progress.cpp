// progress.cpp - see progress.hpp.
#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/units.hpp"

namespace bell::cli {
namespace {

constexpr std::chrono::milliseconds patience{400};
constexpr std::chrono::milliseconds interval{100};

std::size_t columns() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string bar(std::uint64_t done, std::uint64_t all, std::size_t width) {
    const auto filled =
        static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(all) * static_cast<double>(width));
    std::string out(std::min(filled, width), '=');
    if (out.size() < width) out += '>';
    out.resize(width, ' ');
    return text::cat("  [", out, "]");
}

void write_line(const std::string& line) {
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

Progress::Progress(std::string name, bool wanted)
    : name_(std::move(name)), wanted_(wanted && ::isatty(STDERR_FILENO) == 1), next_(Clock::now() + patience) {}

Progress::~Progress() { clear(); }

void Progress::show(std::uint64_t done, std::uint64_t all) {
    if (!wanted_ || Clock::now() < next_) return;
    next_ = Clock::now() + interval;
    std::string line = text::cat(name_, ": ", human_bytes(done));
    if (all > 0) line += text::cat(" of ", human_bytes(all));
    constexpr std::size_t brackets = 4, widest = 40;
    const std::size_t room = columns() - 1;
    if (all > 0 && line.size() + brackets + 5 < room)
        line += bar(std::min(done, all), all, std::min(widest, room - line.size() - brackets));
    line.resize(std::min(line.size(), room));
    write_line("\r" + line + "\x1b[K");
    drawn_ = true;
}

void Progress::make_room() {
    if (drawn_) write_line("\r\x1b[K");
    drawn_ = false;
}

// Whoever forks draws in the child and clears in the parent, which doesn't know what was drawn.
void Progress::clear() {
    if (wanted_) write_line("\r\x1b[K");
    wanted_ = false;
}

}  // namespace bell::cli
