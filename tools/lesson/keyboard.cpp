// keyboard.cpp - see keyboard.hpp.
#include "keyboard.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "base/error.hpp"

namespace bell {
namespace {

struct Key {
    std::string_view bytes;
    char meaning;
};
constexpr std::array meanings = {
    Key{"\r", ' '},      Key{"\n", ' '},      Key{"\033[C", ' '}, Key{"\033[B", ' '},
    Key{"\033[6~", ' '}, Key{"\033OC", ' '},  Key{"\033OB", ' '}, Key{"\033[D", 'b'},
    Key{"\033[A", 'b'},  Key{"\033[5~", 'b'}, Key{"\033OD", 'b'}, Key{"\033OA", 'b'},
    Key{"\177", 'b'},    Key{"=", '+'},       Key{"\004", 'q'},   Key{"\003", ctrl_c},
};

Fd signals_as_descriptor() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) sigaddset(&wanted, signal);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    Fd out{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (!out) throw Error::os("signalfd", "", errno);
    return out;
}

// How many bytes belong to the key at the start: an escape sequence ends with a letter or '~'.
std::size_t length_of_key(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    if (bytes.size() > 2 && bytes.front() == '\033' && (bytes[1] == '[' || bytes[1] == 'O')) {
        const auto* const end =
            std::find_if(bytes.begin() + 2, bytes.end(), [](char letter) { return letter >= '@' && letter <= '~'; });
        return end == bytes.end() ? bytes.size() : static_cast<std::size_t>(end - bytes.begin()) + 1;
    }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    return std::min(size, bytes.size());
}

}  // namespace

Keyboard::Keyboard() : raw_(STDIN_FILENO), signals_(signals_as_descriptor()), is_there_(raw_.is_terminal()) {}

void Keyboard::read_keys() {
    std::array<char, 256> buffer;
    const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (size <= 0) {  // the terminal is gone
        is_there_ = false;
        ending_ = SIGHUP;
        return;
    }
    for (std::string_view rest(buffer.data(), static_cast<std::size_t>(size)); !rest.empty();) {
        const std::size_t length = length_of_key(rest);
        keys_.emplace_back(rest.substr(0, length));
        rest.remove_prefix(length);
    }
}

bool Keyboard::read_signal() {
    bool resized = false;
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGWINCH)
            resized = true;
        else
            ending_ = static_cast<int>(info.ssi_signo);
    }
    return resized;
}

std::string Keyboard::take() {
    if (keys_.empty()) return "";
    std::string key = std::move(keys_.front());
    keys_.pop_front();
    return key;
}

std::deque<std::string> Keyboard::set_aside() {
    std::deque<std::string> out;
    out.swap(keys_);
    return out;
}

void Keyboard::put_back(std::deque<std::string> earlier) {
    keys_.swap(earlier);
    keys_.insert(keys_.end(), earlier.begin(), earlier.end());
}

std::string Keyboard::take_for_program() {
    const auto other = [](const std::string& key) { return key == "\r" || meaning_of(key) != ' '; };
    const auto found = std::find_if(keys_.begin(), keys_.end(), other);
    if (found == keys_.end()) return "";
    std::string key = std::move(*found);
    keys_.erase(found);
    return key;
}

char meaning_of(const std::string& key) {
    const auto* const found =
        std::find_if(meanings.begin(), meanings.end(), [&](const Key& each) { return each.bytes == key; });
    if (found != meanings.end()) return found->meaning;
    return key.size() == 1 ? key.front() : '\0';
}

}  // namespace bell
