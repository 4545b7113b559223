// error.hpp - what went wrong, said once and said whole.
//
// There is one exception type. It is thrown where a call fails and caught once, in the tool's main; in between
// nobody translates return codes. It carries what a user needs to act: the verb, the object, the reason and a
// way out. The way out comes from one table, hints.cpp, so that all lore about failures stands on one page.
//
//     chroot-only: chroot demo/rootfs: Operation not permitted
//       (hint: put 'ns-enter --new user --' in front)
//
// errno(3). Next: hints.hpp.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace bell {

/// Exit statuses of the small tools, those of env(1), chroot(1) and nice(1).
inline constexpr int exit_own_failure = 125;
inline constexpr int exit_cannot_run = 126;
inline constexpr int exit_not_found = 127;

class Error : public std::exception {
public:
    /// A system call failed: `call` on `subject` gave `errno_value`. The hint is looked up in the table.
    static Error os(std::string_view call, std::string_view subject, int errno_value);

    /// Input or a situation that is wrong by itself: `message`, and what to do about it (may be empty).
    static Error bad(std::string message, std::string hint = {});

    /// The program after `--` could not be run (126) or found (127).
    static Error program(std::string message, std::string hint, int exit_status);

    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] int code() const noexcept { return code_; }
    [[nodiscard]] int exit_status() const noexcept { return exit_status_; }

    /// The same error with words in front, for a caller that knows the circumstances: "mounts[3]: ...".
    [[nodiscard]] Error in(std::string_view where) const;
    /// The same error with a remark behind: "open /a/b: Not a directory ('a' is a file)". None if it is empty.
    [[nodiscard]] Error remark(std::string_view words) const;
    /// The same error with another way out.
    [[nodiscard]] Error advise(std::string hint) const;

    /// As bytes and back, so that a child's error reaches the user whole. from_bytes accepts anything: damaged bytes
    /// become an error that says so.
    [[nodiscard]] std::string to_bytes() const;
    static Error from_bytes(std::string_view bytes);

private:
    Error(std::string message, std::string hint, int code, int exit_status)
        : message_(std::move(message)), hint_(std::move(hint)), code_(code), exit_status_(exit_status) {}

    std::string message_;
    std::string hint_;
    int code_ = 0;
    int exit_status_ = exit_own_failure;
};

}  // namespace bell
