// main.cpp - doctest's implementation, compiled once for all unit tests.
//
// `unit-tests --list-test-cases` lists them, `unit-tests -tc='a number*'` runs some.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
