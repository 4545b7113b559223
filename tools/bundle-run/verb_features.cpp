// verb_features.cpp - what this runtime can do, for programs: the specification's features document.
//
// It is about the runtime, not the host it is on. Every list comes from the table that the code itself goes by, so that
// none can promise what isn't there. runtime-spec, features.md and features-linux.md.
#include <seccomp.h>
#include <unistd.h>

#include <algorithm>

#include "base/capability_names.hpp"
#include "base/text.hpp"
#include "base/toolkit.hpp"
#include "cli/command.hpp"
#include "cli/json_writer.hpp"
#include "concepts/mount_options.hpp"
#include "concepts/namespaces.hpp"
#include "concepts/scheduling.hpp"
#include "concepts/seccomp_words.hpp"
#include "oci/document.hpp"
#include "oci/fields.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

using Names = std::vector<std::string>;

/// Visits a structure and keeps the names of its fields.
struct FieldNames {
    Names names;
    void field(const char* name, const auto&) { names.emplace_back(name); }
    void plain(const char* name, const auto&) { names.emplace_back(name); }
    void required(const char* name, const auto&) { names.emplace_back(name); }
};

Names hook_names() {
    FieldNames visitor;
    const oci::Hooks hooks;
    oci::fields(visitor, hooks);
    return visitor.names;
}

Names namespace_names() {
    Names out;
    for (const namespaces::Kind& kind : namespaces::kinds()) out.emplace_back(kind.type);
    return out;
}

Names capability_names() { return {capability::names.begin(), capability::names.end()}; }

void list(cli::JsonWriter& json, std::string_view key, Names names) {
    std::sort(names.begin(), names.end());
    json.key(key).array([&] {
        for (const std::string& name : names) json.string(name);
    });
}

void yes(cli::JsonWriter& json, std::string_view key) { json.key(key).boolean(true); }

void write_seccomp(cli::JsonWriter& json) {
    yes(json, "enabled");
    list(json, "actions", seccomp::known_actions());
    list(json, "operators", seccomp::known_operators());
    list(json, "archs", seccomp::known_architectures());
    list(json, "knownFlags", seccomp::known_flags());
    list(json, "supportedFlags", seccomp::flags_of_this_kernel());
}

void write_linux(cli::JsonWriter& json) {
    list(json, "namespaces", namespace_names());
    json.key("capabilities").array([&] {  // in the order of their numbers
        for (const std::string& name : capability_names()) json.string(name);
    });
    json.key("cgroup").object([&] {
        for (const char* what : {"v1", "v2", "systemd", "systemdUser", "rdma"}) yes(json, what);
    });
    json.key("seccomp").object([&] { write_seccomp(json); });
    json.key("apparmor").object([&] { yes(json, "enabled"); });
    json.key("selinux").object([&] { yes(json, "enabled"); });
    json.key("intelRdt").object([&] {
        for (const char* what : {"enabled", "schemata", "monitoring"}) yes(json, what);
    });
    json.key("memoryPolicy").object([&] {
        list(json, "modes", scheduling::known_memory_modes());
        list(json, "flags", scheduling::known_memory_flags());
    });
    json.key("mountExtensions").object([&] { json.key("idmap").object([&] { yes(json, "enabled"); }); });
    json.key("netDevices").object([&] { yes(json, "enabled"); });
}

std::string libseccomp_version() {
    const scmp_version* version = ::seccomp_version();
    return text::cat(version->major, ".", version->minor, ".", version->micro);
}

std::string document() {
    cli::JsonWriter json;
    json.object([&] {
        json.key("ociVersionMin").string("1.0.0");
        json.key("ociVersionMax").string(oci::newest_version);
        list(json, "hooks", hook_names());
        list(json, "mountOptions", mounts::known_words());
        json.key("linux").object([&] { write_linux(json); });
        json.key("annotations").object([&] {
            json.key("io.github.seccomp.libseccomp.version").string(libseccomp_version());
            json.key("diving-bell.bundle-run.version").string(toolkit::version);
        });
        // No annotation of a config changes what this runtime does; systemd's properties are set by the driver.
        json.key("potentiallyUnsafeConfigAnnotations").array([&] { json.string("org.systemd.property."); });
    });
    return json.text() + "\n";
}

}  // namespace

int verb_features(const Globals& globals, int argc, char** argv) {
    (void)globals;
    cli::Command command({
        .name = "bundle-run features",
        .summary = "what this runtime can do, for programs",
        .usage = {"bundle-run features"},
        .examples = {"bundle-run features | jq .linux.namespaces"},
        .more = "The features document of the OCI runtime-spec: about the runtime, not about this host.",
    });
    if (!command.parse(argc, argv)) return 0;
    sys::write_all(STDOUT_FILENO, document(), "stdout");
    return 0;
}

}  // namespace bell
