// verb_update.cpp - change the limits of a container that has a cgroup; `events --stats` and later updates see the new
// ones. Next: resources.hpp, concepts/cgroup.hpp.

#include <limits>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/units.hpp"
#include "concepts/cgroup.hpp"
#include "concepts/intel_rdt.hpp"
#include "group.hpp"
#include "oci/document.hpp"
#include "resources.hpp"
#include "store.hpp"
#include "sys/file.hpp"
#include "sys/mountinfo.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();

/// What was typed.
struct Wishes {
    oci::Memory memory;
    oci::Cpu cpu;
    oci::BlockIo io;
    oci::Pids pids;
    std::string file;
    std::optional<std::string> cache_schema, bandwidth_schema;
};

// One option that holds a number between the two. `0`: as it was.
template <class Number>
void number(cli::Command& command, const std::string& name, std::optional<Number>& out, std::int64_t least,
            std::int64_t most, std::string_view help, cli::Help level = cli::Help::shown) {
    command.each(
        name,
        [&out, name, least, most](const std::string& words) {
            out = static_cast<Number>(cli::integer(name, words, least, most));
        },
        "N", help, level);
}

void bytes(cli::Command& command, const std::string& name, std::optional<std::int64_t>& out, std::string_view help) {
    command.each(
        name, [&out, name](const std::string& words) { out = cli::bytes(name, words); }, "BYTES", help);
}

void ignored(cli::Command& command, const std::string& name) {
    command.each(
        name,
        [name](const std::string&) {
            narrate::warn(
                text::cat("bundle-run update: warning: ", name, " is ignored: the kernel has no such limit any more"));
        },
        "BYTES", "ignored", cli::Help::all);
}

void add_options(cli::Command& command, Wishes& to) {
    constexpr cli::Help all = cli::Help::all;
    command.text("-r,--resources", to.file, "FILE|-",
                 "config.json's linux.resources, alone; other options are ignored");
    bytes(command, "--memory", to.memory.limit, "memory; -1: unlimited");
    bytes(command, "--memory-swap", to.memory.swap, "memory and swap together; -1: unlimited");
    bytes(command, "--memory-reservation", to.memory.reservation, "what it keeps when memory is short");
    number(command, "--cpu-quota", to.cpu.quota, -1, any, "microseconds of CPU time in each period; -1: unlimited");
    number(command, "--cpu-period", to.cpu.period, 0, any, "the period, microseconds");
    number(command, "--cpu-burst", to.cpu.burst, 0, any, "microseconds saved up from earlier periods", all);
    number(command, "--cpu-share", to.cpu.shares, 0, any, "weight among its neighbours; 1024 is usual");
    number(command, "--cpu-idle", to.cpu.idle, 0, 1, "1: only time that nobody else wants", all);
    number(command, "--cpu-rt-period", to.cpu.realtimePeriod, 0, any, "realtime period, microseconds", all);
    number(command, "--cpu-rt-runtime", to.cpu.realtimeRuntime, -1, any, "realtime microseconds in each", all);
    command.text("--cpuset-cpus", to.cpu.cpus, "LIST", "CPUs: 0-3,7");
    command.text("--cpuset-mems", to.cpu.mems, "LIST", "memory nodes", all);
    number(command, "--blkio-weight", to.io.weight, 0, 1000, "weight at the disks: 10 to 1000");
    number(command, "--pids-limit", to.pids.limit, -1, any, "processes; -1: unlimited");
    command.text("--l3-cache-schema", to.cache_schema, "SCHEMA", "Intel RDT: its part of the cache", all);
    command.text("--mem-bw-schema", to.bandwidth_schema, "SCHEMA", "Intel RDT: its memory bandwidth", all);
    ignored(command, "--kernel-memory");
    ignored(command, "--kernel-memory-tcp");
}

oci::Resources wanted(const Wishes& from) {
    if (from.file == "-") return oci::parse_resources(cli::read_document_from_stdin("linux.resources"), "stdin");
    if (!from.file.empty()) return oci::parse_resources(sys::read_file(from.file), from.file);
    oci::Resources out;
    out.memory = from.memory;
    out.cpu = from.cpu;
    out.blockIO = from.io;
    out.pids = from.pids;
    return out;
}

// Memory without a limit is meant to swap without one, too.
void unlimit_swap(oci::Resources& changes, const oci::Resources& old) {
    const bool had_swap_limit = old.memory && old.memory->swap;
    if (changes.memory && changes.memory->limit == -1 && !changes.memory->swap && had_swap_limit)
        changes.memory->swap = -1;
}

// v2 would end a process to get below the new limit.
void check_usage(const cgroup::Group& group, const oci::Resources& all) {
    const auto& memory = all.memory;
    if (!memory || !memory->checkBeforeUpdate.value_or(false) || memory->limit.value_or(-1) < 0) return;
    const std::string directory = group.directory_of("memory").value_or("");
    for (const char* file : {"/memory.current", "/memory.usage_in_bytes"}) {
        const auto usage = text::number<std::int64_t>(text::trim(sys::try_read_file(directory + file).value_or("")));
        if (usage && *usage >= *memory->limit)
            throw Error::bad(text::cat("rejecting memory limit ", *memory->limit, ": ", *usage, " bytes are in use"),
                             "checkBeforeUpdate asks for this");
    }
}

// All or nothing: what was changed before the failure is set back.
void apply(const cgroup::Group& group, const oci::Resources& changes, oci::Resources old) {
    try {
        group.apply(changes);
    } catch (const Error& error) {
        old.devices.clear();
        try {
            group.apply(old);
        } catch (const Error&) {
            // The first error says more.
        }
        throw error.in("update");
    }
}

// A class that is there gets other shares; one that isn't is made, and goes with the container.
void set_cache(const Wishes& from, oci::State state, const oci::Config& config, const Record& record) {
    if (!from.cache_schema && !from.bandwidth_schema) return;
    const auto mount = intel_rdt::find_mount(sys::read_mountinfo());
    if (!mount)
        throw Error::bad(from.cache_schema ? "Intel RDT/CAT: l3 cache schema is not enabled"
                                           : "Intel RDT/MBA: memory bandwidth schema is not enabled");
    oci::IntelRdt wanted = config.linux_->intelRdt.value_or(oci::IntelRdt{});
    if (from.cache_schema) wanted.l3CacheSchema = from.cache_schema;
    if (from.bandwidth_schema) wanted.memBwSchema = from.bandwidth_schema;
    const intel_rdt::Groups groups = intel_rdt::groups_of(wanted, *mount, state.id);
    if (groups.made.empty()) {
        for (const std::string& line : intel_rdt::schemata_lines(wanted))
            sys::write_value(groups.service_class + "/schemata", line + "\n");
        return;
    }
    state.resctrlDirectories.insert(state.resctrlDirectories.end(), groups.made.begin(), groups.made.end());
    record.write_state(state);
    intel_rdt::prepare(wanted, groups);
    intel_rdt::join(groups, state.pid.value_or(0));
}

void record_limits(const Record& record, const oci::Resources& all) {
    const std::string file = record.path("config.json");
    oci::Document document = oci::Document::parse(sys::read_file(file), file);
    oci::Config config = document.config();
    config.linux_->resources = all;
    document.put(config);
    record.write_config(document.text());
}

}  // namespace

int verb_update(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run update",
        .summary = "change a container's limits",
        .usage = {"bundle-run update OPTIONS ID", "bundle-run update --resources FILE|- ID"},
        .examples = {"bundle-run update --memory 64M --pids-limit 20 box"},
        .more = "0 and what isn't named stay as they are. config-linux.md#control-groups",
    });
    std::string id;
    Wishes wishes;
    command.positional("ID", id, true);
    add_options(command, wishes);
    if (!command.parse(argc, argv)) return 0;
    const Record record = Store::open(globals.root).find(id, true);
    const oci::State state = record.state();
    if (state.status == "stopped" || state.status == "creating")
        throw Error::bad("container not running", text::cat("it is ", state.status));
    const oci::Config config = record.config();
    const oci::Resources old = config.linux_->resources.value_or(oci::Resources{});
    oci::Resources changes = asked_changes(wanted(wishes));
    unlimit_swap(changes, old);
    const oci::Resources all = merged(old, changes);
    const narrate::Section why("cgroup-setter", "another budget while it runs", "config-linux.md#control-groups");
    if (wishes.file.empty()) set_cache(wishes, state, config, record);
    if (changes == oci::Resources{}) return 0;
    if (state.cgroupDirectories.empty())
        throw Error::bad(text::cat("container ", id, " has no cgroup of its own: there is nothing to limit"));
    const auto group = cgroup::Group::of_directories(cgroup::Host::detect(), state.cgroupDirectories);
    check_usage(group, all);
    tell_systemd(state, changes);
    apply(group, with_companions(changes, all), old);
    if (!narrate::dry_run()) record_limits(record, all);
    return 0;
}

}  // namespace bell
