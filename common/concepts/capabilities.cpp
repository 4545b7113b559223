// capabilities.cpp - see capabilities.hpp.
#include "concepts/capabilities.hpp"

#include <linux/capability.h>

#include <algorithm>
#include <bit>

#include "base/capability_names.hpp"
#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/identity.hpp"

namespace bell::capabilities {
namespace {

// The name as the narration has it: "net_raw".
std::string short_name(unsigned number) {
    const std::string_view name = capability::without_prefix(capability::name(number));
    if (name.empty()) return text::cat(number);
    std::string out(name);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

std::vector<std::string> all_short_names() {
    std::vector<std::string> out;
    for (unsigned number = 0; number < capability::names.size(); ++number) out.push_back(short_name(number));
    return out;
}

std::string lower(std::string_view word) {
    std::string out(word);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out.starts_with("cap_") ? out.substr(4) : out;
}

// " (did you mean 'CAP_KILL'?)": a config has the whole name, in capitals.
std::string nearest_name(std::string_view name) {
    std::string word = text::cat("CAP_", lower(name));
    for (char& letter : word) letter = capability::detail::upper(letter);
    return text::did_you_mean(word, {capability::names.begin(), capability::names.end()});
}

// A numbered capability: for kernels newer than the table.
std::optional<unsigned> number_of(std::string_view word) {
    if (const auto known = capability::number(word)) return known;
    const auto number = text::number<unsigned>(word);
    return number && *number < 64 ? number : std::nullopt;
}

// Nothing for a name that is none, or that this kernel doesn't have.
std::optional<unsigned> usable(const std::string& name) {
    const auto number = capability::number(name);
    const bool is_here = number && name.starts_with("CAP_") && (all() >> *number & 1u) != 0;
    return is_here ? number : std::nullopt;
}

std::uint64_t set_from(const std::optional<std::vector<std::string>>& names) {
    std::uint64_t set = 0;
    for (const std::string& name : names.value_or(std::vector<std::string>{}))
        if (const auto number = usable(name)) set |= std::uint64_t{1} << *number;
    return set;
}

}  // namespace

Sets from(const oci::Capabilities& names) {
    return {set_from(names.bounding), set_from(names.effective), set_from(names.inheritable), set_from(names.permitted),
            set_from(names.ambient)};
}

// In runc's words, which logs are searched for.
void warn_of_unknown(const oci::Capabilities& names) {
    std::vector<std::string> unknown;
    for (const auto* set : {&names.bounding, &names.effective, &names.inheritable, &names.permitted, &names.ambient})
        for (const std::string& name : set->value_or(std::vector<std::string>{}))
            if (!usable(name) && std::find(unknown.begin(), unknown.end(), name) == unknown.end())
                unknown.push_back(name);
    if (unknown.empty()) return;
    const std::string nearest = unknown.size() == 1 ? nearest_name(unknown.front()) : std::string{};
    narrate::warn(text::cat("ignoring unknown or unavailable capabilities: [",
                            text::printable(text::join(unknown, " ")), "]", nearest));
}

std::vector<std::string> names(std::uint64_t set) {
    std::vector<std::string> out;
    for (unsigned number = 0; number < capability::names.size(); ++number)
        if ((set >> number & 1u) != 0) out.emplace_back(capability::name(number));
    return out;
}

oci::Capabilities names(const Sets& sets) {
    return {names(sets.bounding), names(sets.effective), names(sets.inheritable), names(sets.permitted),
            names(sets.ambient)};
}

std::uint64_t bit(std::string_view word) {
    if (const auto number = number_of(word)) return std::uint64_t{1} << *number;
    throw Error::bad(text::cat("capability ", text::printable(word), ": unknown",
                               text::did_you_mean(lower(word), all_short_names())),
                     "capabilities(7) lists them");
}

std::string words(std::uint64_t set) {
    if (set == 0) return "none";
    if (set == all()) return "all";
    if (std::popcount(set) > 5) return count(set);
    std::string out;
    for (unsigned number = 0; number < 64; ++number)
        if ((set >> number & 1u) != 0) out += text::cat(out.empty() ? "" : ",", short_name(number));
    return out;
}

std::string count(std::uint64_t set) { return text::cat(std::popcount(set), " of ", std::popcount(all())); }

std::uint64_t all() {
    static const std::uint64_t every = capability::all_up_to(sys::last_capability());
    return every;
}

Sets of_this_process(std::uint64_t bounding) {
    const sys::CapabilitySets three = sys::capabilities();
    return {sys::bounding_set(bounding), three.effective, three.inheritable, three.permitted, sys::ambient_set(three)};
}

Sets grantable(Sets wanted) {
    const Sets held = of_this_process(wanted.bounding);
    if (!guard::on(guard::Guard::own_inheritable)) wanted.inheritable |= held.inheritable;
    Sets granted;
    granted.bounding = wanted.bounding & held.bounding;
    granted.permitted = wanted.permitted & held.permitted;
    granted.effective = wanted.effective & granted.permitted;
    // capset(2): only what was inheritable before, or is permitted, and in the bounding set as it will be by then.
    granted.inheritable = wanted.inheritable & (held.inheritable | (held.permitted & granted.bounding));
    granted.ambient = wanted.ambient & granted.permitted & granted.inheritable;
    const auto tell = [](std::uint64_t missing, std::string_view which) {
        if (missing != 0)
            narrate::warn(text::cat("capabilities/", which,
                                    ": can't be granted here, left out: ", text::join(names(missing), " ")));
    };
    tell(wanted.bounding & ~granted.bounding, "bounding");
    tell(wanted.permitted & ~granted.permitted, "permitted");
    tell(wanted.effective & ~granted.effective & ~(wanted.permitted & ~granted.permitted), "effective");
    tell(wanted.inheritable & ~granted.inheritable, "inheritable");
    // runc's own default asks for ambient ones that aren't inheritable: it passes over them, and nobody misses them.
    const std::uint64_t consistent = wanted.ambient & wanted.permitted & wanted.inheritable;
    if (wanted.ambient != consistent)
        narrate::note(text::cat("ambient without being permitted and inheritable, so without effect: ",
                                words(wanted.ambient & ~consistent)));
    tell(consistent & ~granted.ambient, "ambient");
    return granted;
}

void drop_bounding(const Sets& sets) {
    std::uint64_t unwanted = all() & ~sets.bounding;
    // Who may drop them need not ask which are there: to drop one that isn't is no error. Who may not fails at the
    // first that is.
    const bool may_drop = (sys::capabilities().effective >> CAP_SETPCAP & 1u) != 0;
    if (!may_drop) unwanted = sys::bounding_set(unwanted);
    for (unsigned number = 0; number < 64; ++number)
        if ((unwanted >> number & 1u) != 0) sys::drop_from_bounding(number, short_name(number));
}

void keep_over_change(bool keep) { sys::keep_capabilities(keep); }

void apply(const Sets& sets) {
    const sys::CapabilitySets three{sets.effective, sets.permitted, sets.inheritable};
    const sys::CapabilitySets held = sys::capabilities();
    if (sys::ambient_set(held) != 0) sys::clear_ambient();
    if (held != three) {
        const bool same = sets.effective == sets.permitted;
        sys::set_capabilities(
            three, same ? words(sets.permitted)
                        : text::cat("effective ", words(sets.effective), ", permitted ", words(sets.permitted)));
    }
    for (unsigned number = 0; number < 64; ++number)
        if ((sets.ambient >> number & 1u) != 0) sys::raise_ambient(number, short_name(number));
}

void verify(const Sets& sets) {
    if (narrate::dry_run()) return;
    const Sets now = of_this_process();
    const auto same = [](std::uint64_t wanted, std::uint64_t is, std::string_view which) {
        if (wanted != is)
            throw Error::bad(
                text::cat("the kernel left the ", which, " capabilities ", words(is), " instead of ", words(wanted)));
    };
    same(sets.bounding, now.bounding, "bounding");
    same(sets.permitted, now.permitted, "permitted");
    same(sets.effective, now.effective, "effective");
    same(sets.inheritable, now.inheritable, "inheritable");
    same(sets.ambient, now.ambient, "ambient");
}

}  // namespace bell::capabilities
