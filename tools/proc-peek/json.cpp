// json.cpp - see json.hpp.
#include "json.hpp"

#include <algorithm>

#include "base/capability_names.hpp"
#include "base/text.hpp"
#include "cli/json_writer.hpp"

namespace bell::peek {
namespace {

using cli::JsonWriter;

void text_or_null(JsonWriter& json, std::string_view key, const sys::Fact<std::string>& fact) {
    json.key(key);
    fact ? json.string(*fact) : json.null();
}

template <class Number>
void number_or_null(JsonWriter& json, std::string_view key, const std::optional<Number>& value) {
    json.key(key);
    value ? json.number(*value) : json.null();
}

void limit_value(JsonWriter& json, std::string_view key, std::uint64_t value) {
    json.key(key);
    value == sys::unlimited ? json.string("unlimited") : json.number(value);
}

template <class Items, class One>
void list(JsonWriter& json, std::string_view key, const Items& items, One&& one) {
    json.key(key).array([&] {
        for (const auto& item : items) one(item);
    });
}

void put_ids(JsonWriter& json, std::string_view key, const sys::IdSet& ids) {
    json.key(key).object([&] {
        json.key("real").number(ids.real);
        json.key("effective").number(ids.effective);
        json.key("saved").number(ids.saved);
        json.key("filesystem").number(ids.filesystem);
    });
}

void put_map(JsonWriter& json, std::string_view key, const sys::Fact<std::vector<sys::IdRange>>& map) {
    if (!map) return json.key(key).null();
    list(json, key, *map, [&](const sys::IdRange& range) {
        json.object([&] {
            json.key("containerID").number(range.inside);
            json.key("hostID").number(range.outside);
            json.key("size").number(range.count);
        });
    });
}

void put_process(JsonWriter& json, const Look& look) {
    const sys::Process& process = look.process;
    json.key("pid").number(process.pid);
    list(json, "pidInside", process.status.pids_inside, [&](pid_t pid) { json.number(pid); });
    json.key("parent").number(process.status.parent);
    json.key("name").string(process.status.name);
    list(json, "args", process.command, [&](const std::string& word) { json.string(word); });
    json.key("state").string(sys::state_word(process.status.state));
    json.key("threads").number(process.status.threads);
    text_or_null(json, "program", process.executable);
    text_or_null(json, "root", process.root);
    text_or_null(json, "cwd", process.directory);
    number_or_null(json, "umask", process.status.umask);
    number_or_null(json, "openFiles", process.open_files.value);
    number_or_null(json, "oomScoreAdj", process.oom_score_adj);
    json.key("label");
    process.label.empty() ? json.null() : json.string(process.label);
}

void put_user(JsonWriter& json, const Look& look) {
    const sys::ProcStatus& status = look.process.status;
    put_ids(json, "uids", status.users);
    put_ids(json, "gids", status.groups);
    list(json, "additionalGids", status.supplementary_groups, [&](std::uint32_t gid) { json.number(gid); });
    put_map(json, "uidMappings", look.process.user_map);
    put_map(json, "gidMappings", look.process.group_map);
}

void put_namespace(JsonWriter& json, const Look& look, std::size_t kind) {
    const std::uint64_t id = look.process.namespaces.ids[kind];
    const auto sharers = std::count_if(look.census.begin(), look.census.end(),
                                       [&](const sys::ListedProcess& each) { return each.namespaces.ids[kind] == id; });
    json.object([&] {
        json.key("type").string(sys::namespace_kinds[kind].name);
        json.key("id").number(id);
        json.key(look.is_self ? "parents" : "yours");
        look.other ? json.boolean(look.same_namespace_as_other(kind)) : json.null();
        json.key("machines");
        sys::first_namespace_is_known(kind) ? json.boolean(look.is_first_namespace(kind)) : json.null();
        json.key("processes").number(sharers);
    });
}

void put_namespaces(JsonWriter& json, const Look& look) {
    if (!look.process.namespaces.readable) return json.key("namespaces").null();
    json.key("namespaces").array([&] {
        for (std::size_t kind = 0; kind < sys::namespace_kinds.size(); ++kind)
            if (look.process.namespaces.ids[kind] != 0) put_namespace(json, look, kind);
    });
    json.key("timeOffsets");
    const auto& offsets = look.process.time_offsets;
    if (!offsets) return json.null();
    json.object([&] {
        json.key("monotonic").object([&] {
            json.key("secs").number(offsets->monotonic.seconds);
            json.key("nanosecs").number(offsets->monotonic.nanoseconds);
        });
        json.key("boottime").object([&] {
            json.key("secs").number(offsets->boottime.seconds);
            json.key("nanosecs").number(offsets->boottime.nanoseconds);
        });
    });
}

void put_mount(JsonWriter& json, const sys::MountInfo& mount) {
    json.object([&] {
        json.key("id").number(mount.id);
        json.key("parent").number(mount.parent);
        json.key("device").string(text::cat(mount.major, ":", mount.minor));
        json.key("destination").string(mount.mount_point);
        json.key("type").string(mount.type);
        json.key("source").string(mount.source);
        json.key("root").string(mount.root);
        json.key("options").string(mount.options);
        list(json, "propagation", mount.optional_fields, [&](const std::string& field) { json.string(field); });
        json.key("fileSystemOptions").string(mount.super_options);
    });
}

void put_mounts(JsonWriter& json, const Look& look) {
    if (!look.process.mounts) return json.key("mounts").null();
    list(json, "mounts", *look.process.mounts, [&](const sys::MountInfo& mount) { put_mount(json, mount); });
}

void put_amount(JsonWriter& json, const Amount& amount) {
    json.key(amount.what).object([&] {
        if (amount.unit == Unit::thousandths) json.key("unit").string("thousandths of a cpu");
        number_or_null(json, "use", amount.use);
        limit_value(json, "limit", amount.limit);
        json.key("limitAt");
        amount.limit_at.empty() ? json.null() : json.string(amount.limit_at);
    });
}

void put_cgroups(JsonWriter& json, const Look& look) {
    list(json, "cgroups", look.budgets, [&](const Budget& budget) {
        json.object([&] {
            json.key("version").number(budget.group.is_v2() ? 2 : 1);
            list(json, "controllers", budget.group.controllers, [&](const std::string& name) { json.string(name); });
            json.key("path").string(budget.group.path);
            json.key("directory");
            budget.where ? json.string(budget.where->directory) : json.null();
            for (const Amount& amount : budget.amounts) put_amount(json, amount);
            json.key("settings").object([&] {
                for (const auto& setting : budget.settings) json.key(setting.first).string(setting.second);
            });
        });
    });
}

void put_set(JsonWriter& json, std::string_view key, std::uint64_t set) {
    json.key(key).array([&] {
        for (unsigned number = 0; number < 64; ++number) {
            if ((set >> number & 1) == 0) continue;
            const std::string_view name = capability::name(number);
            json.string(name.empty() ? text::cat(number) : name);
        }
    });
}

void put_powers(JsonWriter& json, const Look& look) {
    const sys::ProcStatus& status = look.process.status;
    json.key("capabilities").object([&] {
        put_set(json, "bounding", status.capabilities.bounding);
        put_set(json, "effective", status.capabilities.effective);
        put_set(json, "inheritable", status.capabilities.inheritable);
        put_set(json, "permitted", status.capabilities.permitted);
        put_set(json, "ambient", status.capabilities.ambient);
    });
    json.key("noNewPrivileges");
    status.no_new_privileges ? json.boolean(*status.no_new_privileges) : json.null();
    json.key("seccomp").object([&] {
        number_or_null(json, "mode", status.seccomp_mode);
        number_or_null(json, "filters", status.seccomp_filters);
    });
    list(json, "rlimits", look.process.limits, [&](const sys::ResourceLimit& limit) {
        json.object([&] {
            json.key("type").string(limit.name);
            limit_value(json, "soft", limit.soft);
            limit_value(json, "hard", limit.hard);
        });
    });
}

}  // namespace

std::string to_json(const Look& look) {
    JsonWriter json;
    json.object([&] {
        put_process(json, look);
        put_user(json, look);
        put_namespaces(json, look);
        put_mounts(json, look);
        put_cgroups(json, look);
        put_powers(json, look);
    });
    return json.text() + "\n";
}

}  // namespace bell::peek
