// cgroup_devices.cpp - see cgroup_devices.hpp.
//
// The program for version 2. The kernel gives it a context of three 32-bit words: access type (the kind of device in
// the lower half, what is wanted in the upper), major, minor; it answers 1 (yes) or 0. The rules are looked at from the
// last to the first, as a cascade of comparisons:
//
//     r2 = kind, r3 = wanted, r4 = major, r5 = minor
//     each rule:  kind, major or minor differ        -> next rule
//                 allow: wants more than the rule    -> next rule       deny: wants nothing of the rule -> next rule
//                 return allow
//     return 1    no rule fits
#include "concepts/cgroup_devices.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/call.hpp"
#include "sys/file.hpp"

namespace bell::cgroup {
namespace {

std::string kind_of(const oci::DeviceCgroup& rule) { return rule.type.value_or("a"); }

std::string number_or_star(const std::optional<std::int64_t>& number) {
    return number && *number >= 0 ? text::cat(*number) : "*";
}

std::uint32_t access_bits(const oci::DeviceCgroup& rule) {
    const std::string access = rule.access.value_or("rwm");
    std::uint32_t bits = 0;
    for (const char letter : access.empty() ? std::string("rwm") : access) {
        if (letter == 'r')
            bits |= BPF_DEVCG_ACC_READ;
        else if (letter == 'w')
            bits |= BPF_DEVCG_ACC_WRITE;
        else if (letter == 'm')
            bits |= BPF_DEVCG_ACC_MKNOD;
        else
            throw Error::bad(text::cat("device access ", text::quote(access), ": must be made of r, w and m"));
    }
    return bits;
}

}  // namespace

bool is_all(const oci::DeviceCgroup& rule) {
    const auto any = [](const std::optional<std::int64_t>& number) { return !number || *number < 0; };
    return kind_of(rule) == "a" && any(rule.major) && any(rule.minor) && access_bits(rule) == 7u;
}

void validate_devices(const std::vector<oci::DeviceCgroup>& rules) {
    for (const oci::DeviceCgroup& rule : rules) {
        const std::string type = kind_of(rule);
        if (type != "a" && type != "b" && type != "c")
            throw Error::bad(text::cat("device rule: type ", text::quote(type), " is none"), "there are a, b and c");
        for (const auto& number : {rule.major, rule.minor})
            if (number && (*number < -1 || *number > std::int64_t{0xffffffff}))
                throw Error::bad(text::cat("device rule: ", *number, " is no device number"));
        (void)access_bits(rule);
    }
}

namespace {

std::uint64_t instruction(unsigned code, unsigned to, unsigned from, int jump, std::int32_t value) {
    const bpf_insn one{static_cast<__u8>(code), static_cast<__u8>(to & 15u), static_cast<__u8>(from & 15u),
                       static_cast<__s16>(jump), value};
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, &one, sizeof one);
    return bytes;
}

constexpr unsigned r0 = 0, context = 1, kind = 2, wanted_access = 3, major_number = 4, minor_number = 5, scratch = 6;

using Program = std::vector<std::uint64_t>;

Program prologue() {
    const auto load = [](unsigned to, int offset) {
        return instruction(BPF_LDX | BPF_MEM | BPF_W, to, context, offset, 0);
    };
    return {
        load(kind, 0),          instruction(BPF_ALU | BPF_AND | BPF_K, kind, 0, 0, 0xffff),
        load(wanted_access, 0), instruction(BPF_ALU | BPF_RSH | BPF_K, wanted_access, 0, 0, 16),
        load(major_number, 4),  load(minor_number, 8),
    };
}

Program answer(bool allow) {
    return {instruction(BPF_ALU64 | BPF_MOV | BPF_K, r0, 0, 0, allow ? 1 : 0),
            instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
}

Program one_rule(const oci::DeviceCgroup& rule) {
    // Jumps to the next rule are filled in when the rule's length is known.
    struct Test {
        unsigned code, reg;
        std::int32_t value;
    };
    std::vector<Test> tests;
    const std::string type = kind_of(rule);
    if (type != "a") tests.push_back({BPF_JNE, kind, type == "b" ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR});
    if (rule.major && *rule.major >= 0)
        tests.push_back({BPF_JNE, major_number, static_cast<std::int32_t>(*rule.major)});
    if (rule.minor && *rule.minor >= 0)
        tests.push_back({BPF_JNE, minor_number, static_cast<std::int32_t>(*rule.minor)});
    const std::uint32_t bits = access_bits(rule);
    // allow: what is wanted beside the rule's bits must be nothing. deny: what is wanted of them must be something.
    const std::uint32_t mask = rule.allow ? ~bits & 7u : bits;
    const Program end = answer(rule.allow);
    const std::size_t length = tests.size() + 3 + end.size();
    Program out;
    const auto to_next = [&] { return static_cast<int>(length - out.size() - 1); };
    for (const Test& test : tests)
        out.push_back(instruction(BPF_JMP | test.code | BPF_K, test.reg, 0, to_next(), test.value));
    out.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_X, scratch, wanted_access, 0, 0));
    out.push_back(instruction(BPF_ALU64 | BPF_AND | BPF_K, scratch, 0, 0, static_cast<std::int32_t>(mask)));
    out.push_back(instruction(BPF_JMP | (rule.allow ? BPF_JNE : BPF_JEQ) | BPF_K, scratch, 0, to_next(), 0));
    out.insert(out.end(), end.begin(), end.end());
    return out;
}

long bpf(int command, bpf_attr& attributes) { return syscall(SYS_bpf, command, &attributes, sizeof attributes); }

std::vector<__u32> attached_programs(int directory) {
    std::vector<__u32> ids(64);
    bpf_attr query{};
    query.query.target_fd = static_cast<__u32>(directory);
    query.query.attach_type = BPF_CGROUP_DEVICE;
    query.query.prog_ids = reinterpret_cast<__u64>(ids.data());
    query.query.prog_cnt = static_cast<__u32>(ids.size());
    if (bpf(BPF_PROG_QUERY, query) < 0) return {};
    ids.resize(query.query.prog_cnt);
    return ids;
}

void detach(int directory, __u32 id) {
    bpf_attr get{};
    get.prog_id = id;
    const Fd program{static_cast<int>(bpf(BPF_PROG_GET_FD_BY_ID, get))};
    bpf_attr attributes{};
    attributes.target_fd = static_cast<__u32>(directory);
    attributes.attach_bpf_fd = static_cast<__u32>(program.get());
    attributes.attach_type = BPF_CGROUP_DEVICE;
    if (!program || bpf(BPF_PROG_DETACH, attributes) < 0) throw Error::os("bpf", "replace the device program", errno);
}

}  // namespace

std::vector<Write> device_words_v1(const std::vector<oci::DeviceCgroup>& rules) {
    std::vector<Write> out;
    for (const oci::DeviceCgroup& rule : rules) {
        (void)access_bits(rule);
        const std::string access = rule.access && !rule.access->empty() ? *rule.access : "rwm";
        const std::string file = rule.allow ? "devices.allow" : "devices.deny";
        if (is_all(rule)) {
            out.push_back({file, "a"});
            continue;
        }
        // To this version "a" is everything, whatever follows: of several kinds each is said by itself.
        const std::string type = kind_of(rule);
        for (const std::string& each : type == "a" ? std::vector<std::string>{"b", "c"} : std::vector{type})
            out.push_back(
                {file, text::cat(each, " ", number_or_star(rule.major), ":", number_or_star(rule.minor), " ", access)});
    }
    return out;
}

std::vector<std::uint64_t> device_program(const std::vector<oci::DeviceCgroup>& rules) {
    Program out = prologue();
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        const Program part = one_rule(*rule);
        out.insert(out.end(), part.begin(), part.end());
    }
    const Program end = answer(true);
    out.insert(out.end(), end.begin(), end.end());
    return out;
}

void attach_device_program(const std::string& directory, const std::vector<oci::DeviceCgroup>& rules) {
    const Program program = device_program(rules);
    const Fd group = narrate::dry_run() ? Fd{} : sys::open(directory, O_RDONLY | O_DIRECTORY);
    bpf_attr load{};
    load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    load.insns = reinterpret_cast<__u64>(program.data());
    load.insn_cnt = static_cast<__u32>(program.size());
    load.license = reinterpret_cast<__u64>("GPL");
    const Fd loaded = sys::call_fd(
        "bpf", "load the device program", [&] { return sys::arguments(sys::Raw{"PROG_LOAD"}, program.size()); },
        [&] { return bpf(BPF_PROG_LOAD, load); }, sys::Weight::detail);
    const std::vector<__u32> before = attached_programs(group.get());
    bpf_attr attach{};
    attach.target_fd = static_cast<__u32>(group.get());
    attach.attach_bpf_fd = static_cast<__u32>(loaded.get());
    attach.attach_type = BPF_CGROUP_DEVICE;
    attach.attach_flags = BPF_F_ALLOW_MULTI;
    sys::call(
        "bpf", text::cat("attach the device program to ", directory),
        [&] { return sys::arguments(sys::Raw{"PROG_ATTACH"}, directory); },
        [&] { return bpf(BPF_PROG_ATTACH, attach); });
    for (const __u32 id : before) detach(group.get(), id);
}

std::vector<oci::DeviceCgroup> always_allowed_devices() {
    struct Node {
        std::int64_t major, minor;
    };
    // null, zero, full, random, urandom, tty, ptmx, and all of devpts; not 5:1, the machine's console: a container's
    // /dev/console is one of devpts.
    constexpr std::array nodes = {Node{1, 3}, Node{1, 5}, Node{1, 7}, Node{1, 8},
                                  Node{1, 9}, Node{5, 0}, Node{5, 2}, Node{136, -1}};
    std::vector<oci::DeviceCgroup> out = {{true, "c", {}, {}, "m"}, {true, "b", {}, {}, "m"}};
    for (const Node& node : nodes) out.push_back({true, "c", node.major, node.minor, "rwm"});
    return out;
}

std::vector<oci::DeviceCgroup> container_devices(const std::vector<oci::DeviceCgroup>& rules) {
    std::vector<oci::DeviceCgroup> out;
    if (rules.empty() || rules.front().allow || !is_all(rules.front())) out.push_back({false, "a", {}, {}, "rwm"});
    out.insert(out.end(), rules.begin(), rules.end());
    const std::vector<oci::DeviceCgroup> always = always_allowed_devices();
    out.insert(out.end(), always.begin(), always.end());
    return out;
}

oci::DeviceCgroup parse_device_rule(const std::string& words, bool allow) {
    const std::vector<std::string> part = text::split(words, ' ');
    oci::DeviceCgroup rule{allow, part[0], {}, {}, part.size() > 2 ? part[2] : "rwm"};
    const std::string must = "must be 'a' or 'c|b MAJOR:MINOR [rwm]', as in 'c 1:3 rwm'";
    if (part[0] == "a" || part[0] == "all") {
        rule.type = "a";
        return rule;
    }
    const std::vector<std::string> numbers = text::split(part.size() > 1 ? part[1] : "", ':');
    const auto number = [&](const std::string& word) -> std::optional<std::int64_t> {
        if (word == "*") return std::nullopt;
        const auto value = text::number<std::int32_t>(word);
        if (!value || *value < 0) throw Error::bad(text::cat("device rule ", text::quote(words), ": ", must));
        return *value;
    };
    if ((part[0] != "c" && part[0] != "b") || numbers.size() != 2 || part.size() > 3)
        throw Error::bad(text::cat("device rule ", text::quote(words), ": ", must));
    rule.major = number(numbers[0]);
    rule.minor = number(numbers[1]);
    (void)access_bits(rule);
    return rule;
}

}  // namespace bell::cgroup
