// error_test.cpp - base/error.hpp and the table of hints: an error says what, why and what to do, and survives a pipe.
#include "base/error.hpp"

#include <unistd.h>

#include <cerrno>

#include "base/hints.hpp"
#include "support.hpp"

using namespace bell;

TEST_CASE("a failed call is told as verb, object, reason") {
    const Error error = Error::os("chroot", "demo/rootfs", ENOTDIR);
    CHECK(error.message() == "chroot demo/rootfs: Not a directory");
    CHECK(error.code() == ENOTDIR);
    CHECK(error.exit_status() == exit_own_failure);
    CHECK(Error::os("setsid", "", EPERM).message() == "setsid: Operation not permitted");
}

TEST_CASE("words in front and another way out leave the rest as it was") {
    const Error error = Error::os("chroot", "x", ENOENT).in("mounts[3]").advise("look");
    CHECK(error.message() == "mounts[3]: chroot x: No such file or directory");
    CHECK(error.hint() == "look");
    CHECK(error.code() == ENOENT);
    CHECK(std::string(error.what()) == error.message());
}

TEST_CASE("an error survives the way through a pipe") {
    for (const Error& error : {Error::os("mount", "proc", EPERM), Error::bad("no", "yes"), Error::bad(""),
                               Error::program("run x: not found", "", exit_not_found)}) {
        const Error back = Error::from_bytes(error.to_bytes());
        CHECK(back.message() == error.message());
        CHECK(back.hint() == error.hint());
        CHECK(back.code() == error.code());
        CHECK(back.exit_status() == error.exit_status());
    }
}

TEST_CASE("an error is never longer than a message between processes") {
    const std::string bytes = Error::bad(std::string(100'000, 'm'), std::string(100'000, 'h')).to_bytes();
    CHECK(bytes.size() < 8192);
    const Error back = Error::from_bytes(bytes);
    CHECK(back.message().size() <= 4000);
    CHECK(test::contains(back.message(), "m [...] m"));  // what was wrong stands at the end
    CHECK(back.hint().size() <= 2000);
}

TEST_CASE("damaged bytes become an error that says so") {
    using namespace std::string_view_literals;
    for (const std::string_view bytes : {""sv, "x"sv, "\0"sv, "1\0002"sv, "1\0002\0a\0b\0c"sv, "\0\0\0\0"sv}) {
        const Error error = Error::from_bytes(bytes);
        CHECK(test::contains(error.message(), "unreadable"));
        CHECK(error.exit_status() == exit_own_failure);
    }
}

TEST_CASE("damaged numbers in an error don't become a success") {
    using namespace std::string_view_literals;
    const Error error = Error::from_bytes("x\0y\0message\0hint"sv);
    CHECK(error.message() == "message");
    CHECK(error.code() == 0);
    CHECK(error.exit_status() == exit_own_failure);
    CHECK(Error::from_bytes("0\0000\0message\0"sv).exit_status() != 0);
}

TEST_CASE("the hint depends on the call, the errno, the subject and who calls") {
    const bool root = geteuid() == 0;
    const std::string chroot_hint = hints::find("chroot", "R", EPERM);
    CHECK(test::contains(chroot_hint, root ? "CAP_SYS_CHROOT" : "ns-enter --new user --"));
    CHECK(hints::find("chroot", "R", EXDEV).empty());
    CHECK(hints::find("no such call", "", EPERM).empty());
    CHECK(test::contains(hints::find("write", "/sys/fs/cgroup/box/cgroup.subtree_control", EBUSY), "leaf"));
    CHECK(test::contains(hints::find("write", "/sys/fs/cgroup/box/memory.max", EBUSY), "in use"));
    CHECK(hints::find("write", "stdout", EBUSY).empty());
}

TEST_CASE("special rows of the hints stand before the general ones") {
    CHECK(hints::find("mount", "proc on /proc", EPERM) == hints::find("fsmount", "proc", EPERM));
    CHECK(test::contains(hints::find("mount_setattr", "/srv (idmap)", EPERM), "idmapped"));
    CHECK(test::contains(hints::find("mount_setattr", "/srv", EPERM), "locked"));
}
