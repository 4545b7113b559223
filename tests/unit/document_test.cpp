// document_test.cpp - oci/document.hpp: a config.json passes through many hands and loses nothing; mistakes are named
// by their place.
#include "oci/document.hpp"

#include <nlohmann/json.hpp>

#include "oci/defaults.hpp"
#include "oci/state.hpp"
#include "support.hpp"

using namespace bell;
using test::contains;
using test::error_of;
using Json = nlohmann::ordered_json;

namespace {

std::string message_for(const std::string& json, const oci::Budget& budget = {}) {
    return error_of([&] { (void)oci::Document::parse(json, "config.json", budget).config(); }).message();
}

/// What becomes of the document when `change` is made to its structures.
Json changed(const std::string& json, const std::function<void(oci::Config&)>& change) {
    oci::Document document = oci::Document::parse(json, "config.json");
    oci::Config config = document.config();
    change(config);
    document.put(config);
    return Json::parse(document.text());
}

}  // namespace

TEST_CASE("a document that nobody changes stays as it is, byte for byte of its compact form") {
    const std::string json = R"({"zebra":1,"ociVersion":"1.0.2","linux":{"x-vendor":{"deep":[1,2,{"a":null}]},)"
                             R"("namespaces":[{"type":"pid","x":true}]},"annotations":{"b":"1","a":"2"},"apple":1.5})";
    CHECK(changed(json, [](oci::Config&) {}).dump() == json);
}

TEST_CASE("unknown fields keep their value and their place when others change") {
    const std::string json = R"({"first":1,"ociVersion":"1.0.2","root":{"x":[1],"path":"a","y":2},"last":{"k":"v"}})";
    const Json after = changed(json, [](oci::Config& config) {
        config.root->path = "b";
        config.hostname = "box";
    });
    CHECK(after.dump() ==
          R"({"first":1,"ociVersion":"1.0.2","root":{"x":[1],"path":"b","y":2},"last":{"k":"v"},"hostname":"box"})");
}

TEST_CASE("a field that was unset by name is removed, and only that") {
    const std::string json = R"({"ociVersion":"1.0.2","hostname":"box","domainname":"sea","x":1})";
    CHECK(changed(json, [](oci::Config& config) { config.hostname.reset(); }).dump() ==
          R"({"ociVersion":"1.0.2","domainname":"sea","x":1})");
}

TEST_CASE("list elements are followed by their key: order may change, unknown fields stay with their element") {
    const std::string json = R"({"ociVersion":"1.0.2","mounts":[{"destination":"/a","x":"A"},)"
                             R"({"destination":"/b","type":"tmpfs","x":"B"}]})";
    const Json after = changed(json, [](oci::Config& config) {
        std::swap(config.mounts[0], config.mounts[1]);
        config.mounts[0].options = {"ro"};
        config.mounts.push_back({"/c", {}, {}, {}, {}, {}});
    });
    CHECK(after["mounts"].dump() == R"([{"destination":"/b","type":"tmpfs","x":"B","options":["ro"]},)"
                                    R"({"destination":"/a","x":"A"},{"destination":"/c"}])");
}

TEST_CASE("a new element in front of an old one with the same key doesn't take its unknown fields") {
    const std::string json = R"({"ociVersion":"1.0.2","linux":{"resources":{"devices":)"
                             R"([{"allow":true,"type":"c","major":1,"minor":3,"access":"rw","x":"null"}]}}})";
    const Json after = changed(json, [](oci::Config& config) {
        auto& devices = config.linux_->resources->devices;
        devices.insert(devices.begin(), oci::DeviceCgroup{true, "c", 1, 5, "r"});
    });
    const Json& devices = after["linux"]["resources"]["devices"];
    REQUIRE(devices.size() == 2);
    CHECK_FALSE(devices[0].contains("x"));
    CHECK(devices[1].value("x", "") == "null");
    CHECK(devices[1]["minor"] == 3);
}

TEST_CASE("removing one of several elements keeps the others' unknown fields") {
    const std::string json =
        R"({"ociVersion":"1.0.2","linux":{"namespaces":[{"type":"pid","x":1},{"type":"uts","x":2},)"
        R"({"type":"mount","x":3}]}})";
    const Json after = changed(json, [](oci::Config& config) {
        auto& spaces = config.linux_->namespaces;
        spaces.erase(spaces.begin() + 1);
    });
    CHECK(after["linux"]["namespaces"].dump() == R"([{"type":"pid","x":1},{"type":"mount","x":3}])");
}

TEST_CASE("a known field that was null or empty can be filled") {
    const Json after = changed(R"({"ociVersion":"1.0.2","root":null,"mounts":[],"linux":{}})", [](oci::Config& config) {
        config.root = oci::Root{"rootfs", true};
        config.mounts.push_back({"/proc", "proc", "proc", {}, {}, {}});
    });
    CHECK(after["root"].dump() == R"({"path":"rootfs","readonly":true})");
    CHECK(after["mounts"].size() == 1);
    CHECK(after["linux"].dump() == "{}");
}

TEST_CASE("64-bit integers stay exact, unlimited included") {
    const std::string json = R"({"ociVersion":"1.0.2","process":{"cwd":"/","rlimits":[{"type":"RLIMIT_NOFILE",)"
                             R"("hard":18446744073709551615,"soft":9007199254740993}]},"x":18446744073709551615,)"
                             R"("linux":{"resources":{"memory":{"limit":-9223372036854775808}}}})";
    const oci::Config config = oci::Document::parse(json, "c").config();
    CHECK(config.process->rlimits[0].hard == UINT64_MAX);
    CHECK(config.process->rlimits[0].soft == 9007199254740993u);
    CHECK(config.linux_->resources->memory->limit == INT64_MIN);
    const Json after = changed(json, [](oci::Config& it) { it.process->rlimits[0].soft = UINT64_MAX - 1; });
    CHECK(contains(after.dump(), R"("soft":18446744073709551614)"));
    CHECK(contains(after.dump(), R"("x":18446744073709551615)"));
}

TEST_CASE("a wrong type is named by its place and its value") {
    CHECK(message_for(R"({"ociVersion":"1","linux":{"resources":{"memory":{"limit":"64M"}}}})") ==
          R"(config.json: /linux/resources/memory/limit: must be an integer, is "64M")");
    CHECK(message_for(R"({"ociVersion":1})") == "config.json: /ociVersion: must be a string, is 1");
    CHECK(message_for(R"({"ociVersion":"1","mounts":[{"destination":"/a"},{"destination":"/b","options":"ro"}]})") ==
          R"(config.json: /mounts/1/options: must be a list, is "ro")");
    CHECK(message_for(R"({"ociVersion":"1","root":[]})") == "config.json: /root: must be an object, is []");
    CHECK(message_for(R"({"ociVersion":"1","annotations":{"a/b~c":7}})") ==
          "config.json: /annotations/a~1b~0c: must be a string, is 7");
    CHECK(message_for(R"({"ociVersion":"1","root":{"path":"x","readonly":"yes"}})") ==
          R"(config.json: /root/readonly: must be true or false, is "yes")");
}

TEST_CASE("what is missing is named by its place") {
    CHECK(message_for("{}") == "config.json: /ociVersion: is missing");
    CHECK(message_for(R"({"ociVersion":"1","mounts":[{}]})") == "config.json: /mounts/0/destination: is missing");
}

TEST_CASE("a number that doesn't fit is no number") {
    const auto user = [](const std::string& uid) {
        return R"({"ociVersion":"1","process":{"cwd":"/","user":{"uid":)" + uid + "}}}";
    };
    CHECK(message_for(user("4294967296")) ==
          "config.json: /process/user/uid: must be between 0 and 4294967295, is 4294967296");
    CHECK(message_for(user("-1")) == "config.json: /process/user/uid: must be between 0 and 4294967295, is -1");
    for (const std::string number : {"1.0", "1e3", "18446744073709551616", "true", "null"})
        if (number != "null") CHECK(contains(message_for(user(number)), "must be an integer"));
    CHECK(oci::Document::parse(user("4294967295"), "c").config().process->user.uid == UINT32_MAX);
}

TEST_CASE("a string with a NUL byte is refused: the kernel would see another one") {
    CHECK(contains(message_for("{\"ociVersion\":\"1\",\"hostname\":\"a\\u0000b\"}"),
                   "/hostname: must be a string without"));
}

TEST_CASE("a syntax error has a line and a column") {
    CHECK(contains(message_for("{\n  \"ociVersion\": \"1\",\n  oops\n}"),
                   "config.json: not valid JSON, line 3, column 3"));
    CHECK(contains(message_for("{"), "line 1, column 2"));
    CHECK(contains(message_for("{\"a\":1,}"), "line 1, column 8"));
    CHECK(contains(message_for("{} {}"), "not valid JSON, line 1"));
    CHECK(contains(message_for("{\"a\":\"\xff\"}"), "not valid JSON"));
    CHECK(contains(message_for("{\"a\":1e999}"), "config.json: not valid JSON"));
}

TEST_CASE("a syntax error can't drive the terminal") {
    CHECK_FALSE(contains(message_for("{\"a\": \x1b[31m}"), "\x1b"));
}

TEST_CASE("what isn't an object is no config") {
    for (const std::string json : {"[]", "1", "\"x\"", "null"})
        CHECK(message_for(json) == "config.json: must be a JSON object, a config.json");
}

TEST_CASE("a state where a config was due names --target") {
    const Error error = error_of([] {
        (void)oci::Document::parse(R"({"ociVersion":"1.0.2","id":"web","status":"running","pid":1,"bundle":"/b"})",
                                   "stdin");
    });
    CHECK(error.message() == "stdin: this is a container's state, not a config.json");
    CHECK(contains(error.hint(), "--target -"));
    // A config with fields of these names is still one.
    CHECK_NOTHROW(oci::Document::parse(R"({"ociVersion":"1","id":"a","status":"b","process":{"cwd":"/"}})", "stdin"));
}

TEST_CASE("a config where a state was due is told by the field it lacks") {
    const Error error =
        error_of([] { (void)oci::parse_state(R"({"ociVersion":"1.0.2","root":{"path":"r"}})", "stdin"); });
    CHECK(error.message() == "stdin: /id: is missing");
}

TEST_CASE("the state of a container goes to JSON and back, and hooks don't see our own fields") {
    oci::State state;
    state.ociVersion = "1.0.2";
    state.id = "web";
    state.status = "running";
    state.pid = 4711;
    state.bundle = "/b";
    state.annotations = {{"k", "v"}};
    state.pidStartTime = UINT64_MAX;
    state.cgroupDirectories = {"/sys/fs/cgroup/box"};
    CHECK(oci::parse_state(oci::to_json(state), "s") == state);
    CHECK(oci::parse_state(oci::to_json(state, false), "s") == state);
    const std::string shown = oci::to_json(oci::without_own_fields(state), false);
    CHECK(shown ==
          R"({"ociVersion":"1.0.2","id":"web","pid":4711,"status":"running","bundle":"/b","annotations":{"k":"v"}})"
          "\n");
}

TEST_CASE("every default config goes to JSON and back") {
    for (const oci::Config& config :
         {oci::bare_config(), oci::default_config(false, 0, 0), oci::default_config(true, 1000, 1000)}) {
        oci::Document document = oci::Document::empty("new");
        document.put(config);
        CHECK(oci::Document::parse(document.text(), "again").config() == config);
    }
}

TEST_CASE("changes are told one a leaf, lists by what came and went") {
    oci::Document document = oci::Document::parse(
        R"({"ociVersion":"1.0.2","hostname":"a","linux":{"namespaces":[{"type":"pid"}]}})", "config.json");
    const oci::Document before = document.copy();
    CHECK(document.changes_since(before).empty());
    oci::Config config = document.config();
    config.hostname = "box";
    config.linux_->resources.emplace().pids.emplace().limit = 20;
    config.linux_->namespaces = {{"uts", {}}};
    document.put(config);
    const std::vector<std::string> expected{
        R"(/hostname: "a" -> "box")",
        R"(/linux/namespaces: + {"type":"uts"})",
        R"(/linux/namespaces: - {"type":"pid"})",
        "/linux/resources/pids/limit: unset -> 20",
    };
    CHECK(document.changes_since(before) == expected);
}
