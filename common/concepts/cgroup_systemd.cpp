// cgroup_systemd.cpp - names of units, and the annotations that are taken. See cgroup_systemd.hpp; the limits are in
// cgroup_systemd_limits.cpp.
#include "concepts/cgroup_systemd.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::cgroup {
namespace {

constexpr std::string_view slice_end = ".slice";
constexpr std::size_t longest_name = 255;  // UNIT_NAME_MAX

bool is_letter_of_unit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           std::string_view(":-_.\\@").find(letter) != std::string_view::npos;
}

// As systemd-escape(1) does it: an id may have a '+', a unit may not.
std::string escaped(std::string_view words) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char letter : words) {
        const auto byte = static_cast<unsigned char>(letter);
        if (is_letter_of_unit(letter))
            out += letter;
        else
            out += text::cat("\\x", digits[byte / 16], digits[byte % 16]);
    }
    return out;
}

std::string checked_name(std::string name) {
    if (name.size() <= longest_name) return name;
    throw Error::bad(text::cat("systemd unit ", name.substr(0, 40), "...: a name has at most 255 letters"),
                     "choose a shorter id, or name the unit with linux.cgroupsPath");
}

}  // namespace

std::string expand_slice(const std::string& slice) {
    if (slice == "-.slice") return {};
    const std::string stem = slice.substr(0, slice.size() - std::min(slice.size(), slice_end.size()));
    const std::vector<std::string> parts = text::split(stem, '-');
    const bool good = slice.ends_with(slice_end) && slice.size() <= longest_name &&
                      std::all_of(stem.begin(), stem.end(), is_letter_of_unit) &&
                      std::none_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
    if (!good)
        throw Error::bad(text::cat("invalid slice name ", text::quote(slice)),
                         "a slice is named a.slice, or a-b.slice below it");
    std::string path, name;
    for (const std::string& part : parts) {
        name += text::cat(name.empty() ? "" : "-", part);
        path += text::cat("/", name, slice_end);
    }
    return path;
}

std::string Unit::path() const { return is_slice() ? expand_slice(name) : expand_slice(slice) + "/" + name; }

Unit unit_of(const std::string& cgroups_path, const std::string& id, bool of_user) {
    const std::string default_slice = of_user ? "user.slice" : "system.slice";
    if (cgroups_path.empty()) return {checked_name(text::cat("bundle-run-", escaped(id), ".scope")), default_slice};
    const std::vector<std::string> parts = text::split(cgroups_path, ':');
    if (parts.size() != 3 || parts[2].empty())
        throw Error::bad(
            text::cat("expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got ",
                      text::quote(cgroups_path), " instead"),
            "change linux.cgroupsPath, or leave --systemd-cgroup out");
    const std::string slice = parts[0].empty() ? default_slice : parts[0];
    (void)expand_slice(slice);
    if (!parts[2].ends_with(slice_end))
        return {checked_name(text::cat(escaped(parts[1]), parts[1].empty() ? "" : "-", escaped(parts[2]), ".scope")),
                slice};
    (void)expand_slice(parts[2]);
    return {parts[2], slice};
}

std::vector<sys::BusProperty> unit_properties(const Unit& unit, const std::string& id, int pid,
                                              const Manager& manager) {
    std::vector<sys::BusProperty> out = {
        {"Description", "s", {text::cat("bundle-run container ", id)}},
        // Nobody keeps it: it goes with its last process, also when that failed.
        {"CollectMode", "s", {"inactive-or-failed"}},
        // Not stopped before the things that it stands on at shutdown: the engine above it does that.
        {"DefaultDependencies", "b", {"false"}},
        // Counting is on from the start: a process that changes its group later takes its past along nowhere.
        {"MemoryAccounting", "b", {"true"}},
        {"CPUAccounting", "b", {"true"}},
        {manager.v2 ? "IOAccounting" : "BlockIOAccounting", "b", {"true"}},
        {"TasksAccounting", "b", {"true"}},
    };
    if (unit.is_slice()) {  // a slice has no processes of systemd's making; its place is in its name
        out.push_back({"Wants", "as", {unit.slice}});
        return out;
    }
    out.push_back({"Slice", "s", {unit.slice}});
    out.push_back({"Delegate", "b", {"true"}});
    out.push_back({"PIDs", "au", {text::cat(pid)}});
    return out;
}

namespace {

struct Taken {
    std::string_view name;
    std::string_view type;
};

// What an annotation may say. Not here, and why: limits and DeviceAllow loosen what config.json sets; Wants, Requires
// and BindsTo start units of the host's; SendSIGKILL=no keeps processes alive; Slice, PIDs, Delegate are ours.
constexpr std::array taken = {
    Taken{"Description", "s"},     Taken{"Documentation", "as"}, Taken{"After", "as"},
    Taken{"Before", "as"},         Taken{"PartOf", "as"},        Taken{"CollectMode", "s"},
    Taken{"TimeoutStopUSec", "t"}, Taken{"TimeoutStopSec", "t"}, Taken{"RuntimeMaxUSec", "t"},
    Taken{"RuntimeMaxSec", "t"},   Taken{"KillSignal", "i"},     Taken{"SendSIGHUP", "b"},
};

constexpr std::string_view prefix = "org.systemd.property.";

// GVariant's text form, as much of it as those types need. Pure, strict: the whole of the words counts.
class Variant {
public:
    explicit Variant(std::string_view words) : left_(text::trim(words)) {}

    std::vector<std::string> read(std::string_view type) {
        std::vector<std::string> out;
        if (type == "as")
            read_list(out);
        else if (type == "s")
            out.push_back(read_string());
        else if (type == "b")
            out.push_back(read_bool());
        else
            out.push_back(read_number(type));
        if (!left_.empty()) bad_ = true;
        return bad_ ? std::vector<std::string>{} : out;
    }
    [[nodiscard]] bool is_bad() const { return bad_; }

private:
    bool take(std::string_view word) {
        if (!left_.starts_with(word)) return false;
        left_ = text::trim(left_.substr(word.size()));
        return true;
    }
    std::string read_string() {
        const char quote = left_.empty() ? ' ' : left_.front();
        const std::size_t end = quote == '\'' || quote == '"' ? left_.find(quote, 1) : std::string_view::npos;
        const std::string_view inside = end == std::string_view::npos ? left_ : left_.substr(1, end - 1);
        if (end == std::string_view::npos || inside.find('\\') != std::string_view::npos) return bad_ = true, "";
        left_ = text::trim(left_.substr(end + 1));
        return std::string(inside);
    }
    void read_list(std::vector<std::string>& out) {
        if (!take("[")) bad_ = true;
        while (!bad_ && !take("]")) {
            out.push_back(read_string());
            if (!take(",") && !left_.starts_with("]")) bad_ = true;
        }
    }
    std::string read_bool() {
        for (const std::string_view word : {"true", "false"})
            if (take(word)) return std::string(word);
        return bad_ = true, "";
    }
    std::string read_number(std::string_view type) {
        (void)take(type == "t" ? "uint64 " : "int32 ");
        const std::string digits(std::exchange(left_, {}));
        const bool good = type == "t" ? text::number<std::uint64_t>(digits).has_value()
                                      : text::number<std::int32_t>(digits).has_value();
        if (!good) bad_ = true;
        return digits;
    }

    std::string_view left_;
    bool bad_ = false;
};

// "TimeoutStopSec" is a word of unit files; D-Bus has it in microseconds.
void in_microseconds(sys::BusProperty& property, const std::string& key) {
    if (!property.name.ends_with("Sec") || property.name.ends_with("USec")) return;
    property.name.insert(property.name.size() - 3, "U");
    const auto seconds = text::number<std::uint64_t>(property.values[0]);
    if (!seconds || *seconds > UINT64_MAX / 1'000'000) throw Error::bad(text::cat("annotation ", key, ": too long"));
    property.values[0] = text::cat(*seconds * 1'000'000);
}

sys::BusProperty annotated(const std::string& key, const std::string& value) {
    const std::string_view name = std::string_view(key).substr(prefix.size());
    const auto found = std::find_if(taken.begin(), taken.end(), [&](const Taken& each) { return each.name == name; });
    if (found == taken.end()) {
        std::vector<std::string> names;
        for (const Taken& each : taken) names.emplace_back(each.name);
        throw Error::bad(text::cat("annotation ", text::printable(key), ": not a property that an annotation may set",
                                   text::did_you_mean(std::string(name), names)),
                         text::cat("there are: ", text::join(names, " "), "; limits stand in linux.resources"));
    }
    Variant variant(value);
    sys::BusProperty out{std::string(name), std::string(found->type), variant.read(found->type)};
    if (variant.is_bad())
        throw Error::bad(
            text::cat("annotation ", key, ": must be a value of type ", found->type, ", is ", text::quote(value)),
            "\"'text'\", \"uint64 5\", \"true\", \"['a', 'b']\"");
    in_microseconds(out, key);
    return out;
}

}  // namespace

std::vector<sys::BusProperty> annotated_properties(const std::map<std::string, std::string>& annotations) {
    std::vector<sys::BusProperty> out;
    for (const auto& [key, value] : annotations)
        if (key.starts_with(prefix)) out.push_back(annotated(key, value));
    return out;
}

}  // namespace bell::cgroup
