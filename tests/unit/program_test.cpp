// program_test.cpp - sys/program.hpp: finding a program, saying why it can't run, and the word tools hand on.
#include "sys/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>

#include "support.hpp"
#include "sys/exec_fault.hpp"
#include "sys/file.hpp"

using namespace bell;
using test::contains;
using test::error_of;
using test::TemporaryDirectory;

TEST_CASE("a program is searched as a shell does: the first executable file in PATH") {
    const TemporaryDirectory dir;
    (void)dir.file("a/tool", "", 0644);
    (void)dir.file("b/tool", "", 0755);
    (void)dir.file("c/tool", "", 0755);
    std::filesystem::create_directories(dir.path("d/tool"));
    const auto path = [&](std::string_view letters) {
        std::string out;
        for (const char letter : letters) out += text::cat(out.empty() ? "" : ":", dir.path(), "/", letter);
        return out;
    };
    CHECK(sys::find_program("tool", path("abc")) == dir.path("b/tool"));
    CHECK(sys::find_program("tool", path("dcb")) == dir.path("c/tool"));
    CHECK(sys::find_program(dir.path("c/tool"), "") == dir.path("c/tool"));
}

TEST_CASE("a program that is nowhere is 127, one that may not be run is 126") {
    const TemporaryDirectory dir;
    (void)dir.file("tool", "", 0644);
    const Error missing = error_of([&] { (void)sys::find_program("nowhere", dir.path()); });
    CHECK(missing.exit_status() == exit_not_found);
    CHECK(missing.message() == "run nowhere: executable file not found in $PATH");
    CHECK(contains(missing.hint(), dir.path()));
    const Error forbidden = error_of([&] { (void)sys::find_program("tool", dir.path()); });
    CHECK(forbidden.exit_status() == exit_cannot_run);
    CHECK(contains(forbidden.hint(), "isn't executable"));
    const Error no_file = error_of([&] { (void)sys::find_program(dir.path("x"), ""); });
    CHECK(no_file.exit_status() == exit_not_found);
    CHECK(error_of([&] { (void)sys::find_program(dir.path("tool"), ""); }).exit_status() == exit_cannot_run);
    CHECK(error_of([&] { (void)sys::find_program(dir.path(), ""); }).hint() == dir.path() + " is a directory");
}

TEST_CASE("the missing interpreter or loader is named") {
    const TemporaryDirectory dir;
    const std::string script = dir.file("script", "#!/no/such/shell -e\necho\n", 0755);
    CHECK(sys::explain_exec_failure(script, ENOENT) == script + " is there, but its interpreter /no/such/shell is not");
    CHECK(contains(sys::explain_exec_failure(dir.file("s2", "#! /no/blank\n"), ENOENT), "interpreter /no/blank is"));
    CHECK(contains(sys::explain_exec_failure(dir.file("s3", "#!/no/newline"), ENOENT), "interpreter /no/newline is"));
    std::string elf(
        "\x7f"
        "ELF\2\1\1",
        7);
    elf += std::string(600, '\0') + "/lib64/ld-linux-x86-64.so.2" + std::string(100, '\0');
    CHECK(
        contains(sys::explain_exec_failure(dir.file("elf", elf), ENOENT), "its loader /lib64/ld-linux-x86-64.so.2 is"));
}

TEST_CASE("a program for another machine is called that") {
    const TemporaryDirectory dir;
    std::string elf(20, '\0');
    elf.replace(0, 6,
                "\x7f"
                "ELF\2\1");
    elf[18] = static_cast<char>(183);
    CHECK(contains(sys::explain_exec_failure(dir.file("little", elf), ENOEXEC), "for aarch64, and this machine is "));
    elf[5] = 2;
    elf[18] = 0;
    elf[19] = 22;
    CHECK(contains(sys::explain_exec_failure(dir.file("big", elf), ENOEXEC), "for s390x"));
}

TEST_CASE("nothing is said about a failed exec that isn't known") {
    const TemporaryDirectory dir;
    CHECK(sys::explain_exec_failure(dir.file("empty", ""), ENOENT).empty());
    CHECK(sys::explain_exec_failure(dir.file("zeros", std::string(5000, '\0')), ENOENT).empty());
    CHECK(sys::explain_exec_failure(dir.file("slashes", std::string(5000, '/')), ENOENT).empty());
    CHECK(sys::explain_exec_failure("/no/such/file", ENOENT).empty());
    CHECK(sys::explain_exec_failure("/bin/sh", EIO).empty());
    CHECK(contains(sys::explain_exec_failure(dir.file("words", "no program"), ENOEXEC), "#!"));
    CHECK(contains(sys::explain_exec_failure("/bin/sh", EACCES), "noexec"));
}

TEST_CASE("a program needs a name") {
    CHECK_THROWS_AS(sys::Program({}, {}), Error);
    CHECK_THROWS_AS(sys::Program({""}, {}), Error);
    CHECK(sys::Program({"sh", "-c"}, {}).name() == "sh");
}

TEST_CASE("the first tool of a chain notes the mount namespace it was started in") {
    const sys::Chain chain = sys::Chain::take_over("");
    CHECK(chain.session_mount_namespace == sys::read_link("/proc/self/ns/mnt"));
    CHECK(chain.programs.empty());
}

TEST_CASE("what a chain hands on comes back the same") {
    sys::Chain chain = sys::Chain::take_over("");
    chain.programs.emplace_back("priv-drop", sys::open("/dev/null", O_RDONLY));
    const int number = chain.programs[0].second.get();
    const std::string word = chain.word();
    CHECK(word == text::cat("--chain=;", chain.session_mount_namespace, ";priv-drop=", number));
    (void)chain.programs[0].second.release();
    const sys::Chain next = sys::Chain::take_over(std::string_view(word).substr(sys::chain_option.size()));
    CHECK(next.session_mount_namespace == chain.session_mount_namespace);
    REQUIRE(next.programs.size() == 1);
    CHECK(next.programs[0].first == "priv-drop");
    CHECK(next.programs[0].second.get() == number);
    CHECK((fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a chain word that no tool wrote is refused, and closes nothing") {
    for (const std::string word : {";;x", ";;x=", ";;x=y", ";;x=0", ";;x=2", ";;x=-1", ";;x=99999", ";;x=3x"}) {
        CAPTURE(word);
        CHECK_THROWS_AS(sys::Chain::take_over(word), Error);
    }
    CHECK(fcntl(STDERR_FILENO, F_GETFD) >= 0);
    CHECK_NOTHROW(sys::Chain::take_over("nonsense"));
}

TEST_CASE("a sealed copy has the same bytes and can't be changed by anybody") {
    const TemporaryDirectory dir;
    const std::string content(100'000, 'b');
    const Fd original = sys::open(dir.file("tool", content, 0755), O_RDONLY);
    const Fd copy = sys::sealed_copy(original.get(), "tool");
    CHECK(sys::read_file(copy.path()) == content);
    CHECK(::pwrite(copy.get(), "x", 1, 0) < 0);
    CHECK(::ftruncate(copy.get(), 0) < 0);
    CHECK(::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SHRINK) < 0);
    CHECK((::fcntl(copy.get(), F_GET_SEALS) & F_SEAL_WRITE) != 0);
}
