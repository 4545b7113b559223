// stage.cpp - see stage.hpp.
#include "stage.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "course.hpp"
#include "sys/file.hpp"
#include "sys/program.hpp"
#include "sys/terminal.hpp"

namespace bell {
namespace {

constexpr std::string_view mark_begin = "\033]133;";
constexpr char mark_end = '\a';
constexpr std::size_t longest_mark = 64;

[[noreturn]] void become_shell(const Fd& inner, const std::string& directory,
                               const std::vector<std::string>& environment) {
    // The presenter takes its signals by a descriptor; the shell is to have them as usual.
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    sys::new_session();
    sys::take_terminal(inner);
    if (::chdir(directory.c_str()) < 0) sys::exit_now(exit_own_failure);
    const std::vector<std::string> words = {"bash", "--noprofile", "--rcfile", course_directory() + "/play.bashrc",
                                            "-i"};
    const std::vector<char*> argv = sys::pointers(words), variables = sys::pointers(environment);
    ::execve("/bin/bash", argv.data(), variables.data());
    sys::exit_now(exit_not_found);
}

}  // namespace

Stage::Stage(const std::string& directory, const std::vector<std::string>& environment, int like_terminal) {
    const winsize usual{24, 80, 0, 0};
    sys::TerminalPair pair = sys::open_terminal(sys::window_of(like_terminal).value_or(usual));
    shell_ = sys::fork();
    if (shell_.is_me()) become_shell(pair.inner, directory, environment);
    outer_ = std::move(pair.outer);
}

Stage::~Stage() {
    try {
        // What was started on its terminal gets SIGHUP when that goes.
        sys::send_signal(shell_.pidfd.get(), SIGKILL);
        (void)sys::wait_for(shell_);
    } catch (const std::exception&) {
        // It has ended by itself.
    }
}

std::string Stage::hear() {
    std::array<char, 8192> buffer;
    const ssize_t size = ::read(outer_.get(), buffer.data(), buffer.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return "";
    if (size <= 0) {  // EIO: nobody has the inner end any more
        ended_ = true;
        return "";
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(size));
    return without_marks();
}

std::string Stage::without_marks() {
    std::string shown;
    const auto put = [&](std::string_view bytes) { (in_prompt_ && held_ ? prompt_ : shown) += bytes; };
    for (;;) {
        const std::size_t begin = unread_.find('\033');
        put(std::string_view(unread_).substr(0, begin));
        unread_.erase(0, begin);
        if (unread_.empty()) return shown;
        const bool maybe =
            unread_.size() < mark_begin.size() ? mark_begin.starts_with(unread_) : unread_.starts_with(mark_begin);
        const std::size_t end = unread_.find(mark_end);
        if (maybe && end == std::string::npos && unread_.size() < longest_mark) return shown;  // its end comes
        if (!maybe || end == std::string::npos) {
            put(unread_.substr(0, 1));
            unread_.erase(0, 1);
            continue;
        }
        mark(std::string_view(unread_).substr(mark_begin.size(), end - mark_begin.size()));
        unread_.erase(0, end + 1);
    }
}

void Stage::mark(std::string_view words) {
    if (words.starts_with("D;")) {
        status_ = text::number<int>(words.substr(2)).value_or(0);
        held_ = keep_;
    }
    if (words == "A") {
        in_prompt_ = true;
        prompt_.clear();
    }
    if (words == "B") {
        in_prompt_ = false;
        ready_ = true;
    }
    if (words == "C") more_ = true;
    if (words == "L") left_ = keep_ = true;
}

void Stage::type(std::string_view keys) {
    if (keys.find('\r') != std::string_view::npos) forget_ready();
    try {
        sys::write_all(outer_.get(), keys, "the shell's terminal");
    } catch (const Error&) {
        ended_ = true;
    }
}

bool Stage::was_left() {
    const bool was = left_;
    left_ = false;
    return was;
}

std::string Stage::take_prompt() {
    std::string out;
    out.swap(prompt_);
    held_ = false;
    return out;
}

void Stage::pass_window_on(int from) const { sys::pass_window_on(from, outer_.get()); }

}  // namespace bell
