// path_marks_test.cpp - marks on many paths, of which each keeps its own.
#include "image/path_marks.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bell;
using image::PathMarks;

TEST_CASE("a path has the marks it was given") {
    PathMarks marks;
    CHECK_FALSE(marks.has("a", PathMarks::touched));
    CHECK(marks.set("a", PathMarks::touched));
    CHECK_FALSE(marks.set("a", PathMarks::touched));
    CHECK(marks.has("a", PathMarks::touched));
    CHECK_FALSE(marks.has("a", PathMarks::clean));
    CHECK(marks.set("a", PathMarks::clean));
    CHECK(marks.has("a", PathMarks::touched));
    marks.clear();
    CHECK_FALSE(marks.has("a", PathMarks::touched));
}

TEST_CASE("and so have those above it, if that is wanted") {
    PathMarks marks;
    marks.set_upwards("a/b/c", PathMarks::touched);
    for (const char* path : {"", "a", "a/b", "a/b/c"}) CHECK(marks.has(path, PathMarks::touched));
    for (const char* path : {"b", "a/b/c/d", "a/", "ab"}) CHECK_FALSE(marks.has(path, PathMarks::touched));
}

TEST_CASE("a hundred thousand don't get into each other's way") {
    PathMarks marks;
    const auto name = [](int i) { return "usr/lib/" + std::to_string(i); };
    constexpr int count = 100'000;
    for (int i = 0; i < count; i += 2) marks.set(name(i), PathMarks::touched);
    for (int i = 0; i < count; i += 3) marks.set(name(i), PathMarks::clean);
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
        wrong += marks.has(name(i), PathMarks::touched) != (i % 2 == 0);
        wrong += marks.has(name(i), PathMarks::clean) != (i % 3 == 0);
    }
    CHECK(wrong == 0);
}
