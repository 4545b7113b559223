// directory_ends_test.cpp - notes come back the deepest first, the last of each path, however many there are.
#include "image/directory_ends.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace bell;
using image::DirectoryEnds;

namespace {

constexpr int in_memory = -1;

std::vector<std::pair<std::string, mode_t>> settled(DirectoryEnds& ends) {
    std::vector<std::pair<std::string, mode_t>> out;
    ends.settle([&](const std::string& path, const DirectoryEnds::End& end) { out.emplace_back(path, end.mode); });
    return out;
}

}  // namespace

TEST_CASE("a few stay in memory") {
    DirectoryEnds ends(in_memory);
    ends.note("", {{}, 1});
    ends.note("a", {{}, 2});
    ends.note("a/b", {{}, 3});
    ends.note("a", {{}, 4});
    CHECK(settled(ends) == std::vector<std::pair<std::string, mode_t>>{{"a/b", 3}, {"a", 4}, {"", 1}});
    CHECK(settled(ends).empty());
}

TEST_CASE("many go to a file, and come back just so") {
    DirectoryEnds ends(in_memory);
    std::map<std::string, mode_t> expected;
    for (mode_t i = 0; i < 60'000; ++i) {
        // In no order, some of them again and again.
        std::string path = std::to_string(i * 7919u % 30'011u) + "/" + std::string(i % 97, 'd');
        ends.note(path, {{static_cast<time_t>(i), 999'999'999}, i});
        expected[std::move(path)] = i;
    }
    auto next = expected.rbegin();
    int wrong = 0;
    ends.settle([&](const std::string& path, const DirectoryEnds::End& end) {
        REQUIRE(next != expected.rend());
        wrong += path != next->first || end.mode != next->second || end.mtime.tv_nsec != 999'999'999 ||
                 end.mtime.tv_sec != static_cast<time_t>(next->second);
        ++next;
    });
    CHECK(wrong == 0);
    CHECK(next == expected.rend());
    ends.note("once more", {{}, 5});
    CHECK(settled(ends).size() == 1);
}

TEST_CASE("a path longer than what is read at a time") {
    DirectoryEnds ends(in_memory);
    const std::string endless(3'000'000, 'x');
    ends.note(endless, {{}, 7});
    ends.note("y", {{}, 8});
    CHECK(settled(ends) == std::vector<std::pair<std::string, mode_t>>{{"y", 8}, {endless, 7}});
}
