// rlimits.cpp - see rlimits.hpp.
#include "concepts/rlimits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/identity.hpp"

namespace bell::rlimits {
namespace {

struct Kind {
    std::string_view name;  ///< "nofile"
    int resource;
    bool in_bytes = false;
};

constexpr std::array kinds = {
    Kind{"as", RLIMIT_AS, true},
    Kind{"core", RLIMIT_CORE, true},
    Kind{"cpu", RLIMIT_CPU},
    Kind{"data", RLIMIT_DATA, true},
    Kind{"fsize", RLIMIT_FSIZE, true},
    Kind{"locks", RLIMIT_LOCKS},
    Kind{"memlock", RLIMIT_MEMLOCK, true},
    Kind{"msgqueue", RLIMIT_MSGQUEUE, true},
    Kind{"nice", RLIMIT_NICE},
    Kind{"nofile", RLIMIT_NOFILE},
    Kind{"nproc", RLIMIT_NPROC},
    Kind{"rss", RLIMIT_RSS, true},
    Kind{"rtprio", RLIMIT_RTPRIO},
    Kind{"rttime", RLIMIT_RTTIME},
    Kind{"sigpending", RLIMIT_SIGPENDING},
    Kind{"stack", RLIMIT_STACK, true},
};

constexpr std::string_view prefix = "RLIMIT_";

std::string lower(std::string_view word) {
    std::string out(word);
    std::transform(out.begin(), out.end(), out.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    return out;
}

std::string upper(std::string_view word) {
    std::string out(word);
    std::transform(out.begin(), out.end(), out.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    });
    return out;
}

[[noreturn]] void unknown(std::string_view word) {
    std::vector<std::string> names;
    for (const Kind& kind : kinds) names.emplace_back(kind.name);
    throw Error::bad(text::cat("rlimit ", text::printable(word), ": unknown", text::did_you_mean(lower(word), names)),
                     "getrlimit(2) lists them");
}

const Kind* find(std::string_view name) {
    const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
    return found == kinds.end() ? nullptr : &*found;
}

// config.json says "RLIMIT_NOFILE", in capitals.
const Kind& kind_of_type(const std::string& type) {
    const Kind* kind = type.starts_with(prefix) ? find(lower(type.substr(prefix.size()))) : nullptr;
    if (!kind || upper(type) != type) unknown(type);
    return *kind;
}

std::uint64_t value(std::string_view words, const Kind& kind) {
    if (words == "unlimited" || words == "infinity" || words == "-1") return RLIM_INFINITY;
    constexpr std::string_view units = "kmgt";
    const std::size_t unit = words.empty() ? units.npos : units.find(static_cast<char>(words.back() | 0x20));
    const bool has_unit = kind.in_bytes && unit != units.npos;
    const unsigned shift = has_unit ? 10 * (static_cast<unsigned>(unit) + 1) : 0;
    const auto amount = text::number<std::uint64_t>(words.substr(0, words.size() - (has_unit ? 1 : 0)));
    if (amount && *amount <= RLIM_INFINITY >> shift) return *amount << shift;
    throw Error::bad(text::cat("rlimit ", kind.name, "=", text::printable(words), ": must be a number",
                               kind.in_bytes ? " of bytes, as in 64M," : "", " or unlimited"));
}

std::string shown(std::uint64_t value) { return value == RLIM_INFINITY ? "unlimited" : text::cat(value); }

Error name_ceiling(const Error& error, const Kind& kind) {
    rlimit now{};
    if (error.code() != EPERM || ::getrlimit(static_cast<__rlimit_resource>(kind.resource), &now) < 0) return error;
    // The kernel's own ceiling on open files stops even those who may raise the others.
    const std::string own = kind.name == "nofile" ? " or it is above /proc/sys/fs/nr_open;" : "";
    return error.advise(text::cat("the hard limit is ", shown(now.rlim_max),
                                  " here; raising it needs CAP_SYS_RESOURCE on the host,", own,
                                  " a lower one is always allowed"));
}

}  // namespace

oci::Rlimit parse(std::string_view words) {
    const std::size_t equals = words.find('=');
    if (equals == std::string_view::npos)
        throw Error::bad(text::cat("rlimit ", text::printable(words), ": must be NAME=SOFT[:HARD], as in nofile=1024"));
    std::string name = lower(words.substr(0, equals));
    if (name.starts_with("rlimit_")) name.erase(0, prefix.size());
    const Kind* kind = find(name);
    if (!kind) unknown(name);
    const std::vector<std::string> part = text::split(words.substr(equals + 1), ':');
    if (part.size() > 2) throw Error::bad(text::cat("rlimit ", text::printable(words), ": must be NAME=SOFT[:HARD]"));
    const std::uint64_t soft = value(part[0], *kind);
    oci::Rlimit limit{text::cat(prefix, upper(name)), soft, part.size() == 2 ? value(part[1], *kind) : soft};
    validate({limit});
    return limit;
}

void validate(const std::vector<oci::Rlimit>& limits) {
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const oci::Rlimit& limit = limits[i];
        (void)kind_of_type(limit.type);
        if (limit.soft > limit.hard)
            throw Error::bad(text::cat(limit.type, ": the soft limit ", shown(limit.soft), " is above the hard one, ",
                                       shown(limit.hard)));
        for (std::size_t k = 0; k < i; ++k)
            if (limits[k].type == limit.type)
                throw Error::bad(text::cat(limit.type, ": stands twice in the list of rlimits"));
    }
}

bool exceed_ours(const std::vector<oci::Rlimit>& limits) {
    return std::any_of(limits.begin(), limits.end(), [](const oci::Rlimit& limit) {
        rlimit now{};
        const auto resource = static_cast<__rlimit_resource>(kind_of_type(limit.type).resource);
        return ::prlimit(0, resource, nullptr, &now) == 0 && limit.hard > now.rlim_max;
    });
}

void raise_for(pid_t pid, const std::vector<oci::Rlimit>& limits) {
    for (const oci::Rlimit& limit : limits) {
        const Kind& kind = kind_of_type(limit.type);
        rlimit now{};
        const auto resource = static_cast<__rlimit_resource>(kind.resource);
        if (::prlimit(pid, resource, nullptr, &now) < 0 || limit.hard <= now.rlim_max) continue;
        try {
            sys::set_limit(kind.resource, now.rlim_cur, limit.hard, text::cat(kind.name, ", hard ", shown(limit.hard)),
                           pid);
        } catch (const Error&) {
            // Not ours to raise either: the process itself finds that out, and says it.
        }
    }
}

void apply(const std::vector<oci::Rlimit>& limits, pid_t process) {
    validate(limits);
    for (const oci::Rlimit& limit : limits) {
        const Kind& kind = kind_of_type(limit.type);
        std::string words = text::cat(kind.name, ", ", shown(limit.soft));
        if (limit.hard != limit.soft) words += text::cat(":", shown(limit.hard));
        try {
            sys::set_limit(kind.resource, limit.soft, limit.hard, words, process);
        } catch (const Error& error) {
            throw name_ceiling(error, kind);
        }
    }
}

}  // namespace bell::rlimits
