// support.hpp - what several unit tests need: the error that something throws, what is written to stderr, a directory.
#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"

namespace bell::test {

/// The error that `body` throws; fails the test if it throws none.
inline Error error_of(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return Error::bad("");
}

inline bool contains(std::string_view whole, std::string_view part) {
    return whole.find(part) != std::string_view::npos;
}

/// A directory of its own that goes with the object.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "bell-test.XXXXXX").string();
        if (!mkdtemp(name.data())) FAIL("mkdtemp");
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string path(std::string_view name = {}) const {
        return name.empty() ? path_ : text::cat(path_, "/", name);
    }
    /// Makes a file in it and returns its path.
    [[nodiscard]] std::string file(std::string_view name, std::string_view content, mode_t mode = 0644) const {
        const std::string where = path(name);
        std::filesystem::create_directories(std::filesystem::path(where).parent_path());
        std::ofstream(where, std::ios::binary) << content;
        chmod(where.c_str(), mode);
        return where;
    }

private:
    std::string path_;
};

inline std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The lines that `body` writes to descriptor 2 while the narration stands at `wanted`.
inline std::vector<std::string> told(const narrate::Switch& wanted, const std::function<void()>& body) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    const int saved = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    narrate::configure(wanted);
    try {
        body();
        narrate::flush();
    } catch (...) {
        narrate::configure({});
        dup2(saved, STDERR_FILENO);
        close(saved);
        std::fclose(file);
        throw;
    }
    narrate::configure({});
    dup2(saved, STDERR_FILENO);
    close(saved);
    std::string out;
    std::rewind(file);
    for (int letter = std::fgetc(file); letter != EOF; letter = std::fgetc(file)) out += static_cast<char>(letter);
    std::fclose(file);
    std::vector<std::string> lines = text::split(out, '\n');
    lines.pop_back();
    return lines;
}

}  // namespace bell::test
