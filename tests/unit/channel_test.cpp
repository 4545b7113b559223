// channel_test.cpp - what two processes say to each other, when one of them goes.
#include "sys/channel.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <optional>

#include "base/error.hpp"

using namespace bell;

namespace {

struct Ends {
    sys::Channel ours;
    std::optional<sys::Channel> theirs;

    static Ends make() {
        int both[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == 0);
        return {sys::Channel::over(Fd{both[0]}), sys::Channel::over(Fd{both[1]})};
    }
    void fail_and_go() {
        CHECK(theirs->report_errors([] { throw Error::bad("the reason"); }) != 0);
        theirs.reset();
    }
};

}  // namespace

TEST_CASE("an error is read though the other side has gone without reading ours") {
    Ends ends = Ends::make();
    ends.ours.send("a word that nobody reads");
    ends.fail_and_go();
    CHECK_THROWS_WITH_AS(ends.ours.finish(), "the reason", Error);
}

TEST_CASE("who speaks to one that has gone learns why") {
    Ends ends = Ends::make();
    ends.fail_and_go();
    CHECK_THROWS_WITH_AS(ends.ours.send("a word"), "the reason", Error);
}

TEST_CASE("one that has gone without a word is told as that") {
    Ends ends = Ends::make();
    ends.ours.send("a word that nobody reads");
    ends.theirs.reset();
    CHECK(ends.ours.next().empty());
    CHECK_THROWS_AS(ends.ours.send("another one"), Error);
    CHECK_THROWS_AS(ends.ours.expect("an answer"), Error);
}
