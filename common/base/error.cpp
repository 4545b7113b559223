// error.cpp - see error.hpp.
#include "base/error.hpp"

#include <cstring>

#include "base/hints.hpp"
#include "base/text.hpp"

namespace bell {

Error Error::os(std::string_view call, std::string_view subject, int errno_value) {
    std::string message(call);
    if (!subject.empty()) message += text::cat(" ", subject);
    message += text::cat(": ", std::strerror(errno_value));
    return {std::move(message), hints::find(call, subject, errno_value), errno_value, exit_own_failure};
}

Error Error::bad(std::string message, std::string hint) {
    return {std::move(message), std::move(hint), 0, exit_own_failure};
}

Error Error::program(std::string message, std::string hint, int exit_status) {
    return {std::move(message), std::move(hint), 0, exit_status};
}

Error Error::in(std::string_view where) const { return {text::cat(where, ": ", message_), hint_, code_, exit_status_}; }

Error Error::remark(std::string_view words) const {
    if (words.empty()) return *this;
    return {text::cat(message_, " (", words, ")"), hint_, code_, exit_status_};
}

Error Error::advise(std::string hint) const { return {message_, std::move(hint), code_, exit_status_}; }

namespace {
// A path may be longer than a message between processes ought to be; what was wrong with it stands at the end.
std::string shortened(const std::string& words, std::size_t most) {
    if (words.size() <= most) return words;
    constexpr std::string_view gap = " [...] ";
    const std::size_t half = (most - gap.size()) / 2;
    return text::cat(words.substr(0, half), gap, words.substr(words.size() - half));
}
}  // namespace

// Four fields, separated by NUL bytes: none of them can hold one.
std::string Error::to_bytes() const {
    std::string bytes = text::cat(code_, std::string_view("\0", 1), exit_status_, std::string_view("\0", 1));
    bytes += shortened(message_, 4000);
    bytes += '\0';
    bytes += shortened(hint_, 2000);
    return bytes;
}

Error Error::from_bytes(std::string_view bytes) {
    const std::vector<std::string> part = text::split(bytes, '\0');
    if (part.size() != 4) return bad("the container's first process sent an unreadable error");
    const int exit_status = text::number<int>(part[1]).value_or(exit_own_failure);
    // Whatever the bytes say: an error is never a success.
    const bool is_failure = exit_status > 0 && exit_status < 256;
    return {part[2], part[3], text::number<int>(part[0]).value_or(0), is_failure ? exit_status : exit_own_failure};
}

}  // namespace bell
