// passwd.cpp - see passwd.hpp.
#include "sys/passwd.hpp"

#include <fcntl.h>
#include <linux/openat2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::passwd {
namespace {

// The first `Count` fields of a line; nothing if it has fewer.
template <std::size_t Count>
std::optional<std::array<std::string_view, Count>> fields(std::string_view line) {
    std::array<std::string_view, Count> out;
    for (std::size_t i = 0; i < Count; ++i) {
        const std::size_t end = line.find(':');
        out[i] = line.substr(0, end);
        if (end == std::string_view::npos) {
            if (i + 1 < Count) return std::nullopt;
            return out;
        }
        line.remove_prefix(end + 1);
    }
    return out;
}

// Calls `use` with each line until it says true.
template <class Use>
void each_line(std::string_view file, Use&& use) {
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        if (use(file.substr(0, end))) return;
        file.remove_prefix(std::min(end + 1, file.size()));
    }
}

// The first user that `fits`.
template <class Fits>
std::optional<User> first_user(std::string_view file, Fits&& fits) {
    std::optional<User> found;
    each_line(file, [&](std::string_view line) {
        const std::optional<User> user = parse_passwd_line(line);
        if (user && fits(*user)) found = user;
        return found.has_value();
    });
    return found;
}

bool is_member(std::string_view members, std::string_view name) {
    for (;;) {
        const std::size_t comma = members.find(',');
        if (members.substr(0, comma) == name) return true;
        if (comma == std::string_view::npos) return false;
        members.remove_prefix(comma + 1);
    }
}

std::vector<std::uint32_t> groups_of(std::string_view file, std::string_view name, std::uint32_t except) {
    std::vector<std::uint32_t> gids;
    each_line(file, [&](std::string_view line) {
        const std::optional<Group> group = parse_group_line(line);
        if (group && group->gid != except && is_member(group->members, name)) gids.push_back(group->gid);
        return gids.size() >= groups_limit;
    });
    std::sort(gids.begin(), gids.end());
    gids.erase(std::unique(gids.begin(), gids.end()), gids.end());
    return gids;
}

std::uint32_t number_or_throw(std::string_view digits, std::string_view what) {
    if (const std::optional<std::uint32_t> id = parse_id(digits)) return *id;
    throw Error::bad(text::cat(what, " ", text::printable(digits), ": ids go from 0 to ", largest_id));
}

// Looked at first, opened for reading only if it is a regular file: opening a pipe would wait, a device may do
// anything.
std::string read_below(int root, const std::string& path) {
    const Fd seen = sys::try_openat2(root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    if (!seen && (errno == ENOENT || errno == ENOTDIR)) return {};
    if (!seen) throw Error::os("open", "/" + path, errno);
    if (!S_ISREG(sys::status(seen.get(), path).st_mode))
        throw Error::bad(text::cat("/", path, " is not a regular file"), "a user can also be given as UID:GID");
    const Fd file =
        sys::try_openat2(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    if (!file) throw Error::os("open", "/" + path, errno);
    // It may have been swapped in between.
    if (!S_ISREG(sys::status(file.get(), path).st_mode))
        throw Error::bad(text::cat("/", path, " is not a regular file"));
    const bool bounded = guard::on(guard::Guard::bounded_passwd);
    return sys::read_all(file.get(), "/" + path, bounded ? file_limit : SIZE_MAX);
}

}  // namespace

bool is_number(std::string_view words) {
    return !words.empty() && words.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint32_t> parse_id(std::string_view digits) {
    const std::optional<std::uint32_t> id = text::number<std::uint32_t>(digits);
    return id && *id <= largest_id ? id : std::nullopt;
}

std::optional<User> parse_passwd_line(std::string_view line) {
    const auto field = fields<4>(line);
    if (!field || (*field)[0].empty()) return std::nullopt;
    const auto uid = parse_id((*field)[2]);
    const auto gid = parse_id((*field)[3]);
    if (!uid || !gid) return std::nullopt;
    const auto more = fields<6>(line);
    return User{(*field)[0], *uid, *gid, more ? (*more)[5] : std::string_view{}};
}

std::optional<Group> parse_group_line(std::string_view line) {
    const auto field = fields<3>(line);
    if (!field || (*field)[0].empty()) return std::nullopt;
    const auto gid = parse_id((*field)[2]);
    if (!gid) return std::nullopt;
    const auto more = fields<4>(line);
    return Group{(*field)[0], *gid, more ? (*more)[3] : std::string_view{}};
}

Files read(int root) { return {read_below(root, "etc/passwd"), read_below(root, "etc/group")}; }

std::uint32_t find_group(std::string_view word, std::string_view group_file) {
    if (is_number(word)) return number_or_throw(word, "group");
    std::optional<std::uint32_t> gid;
    each_line(group_file, [&](std::string_view line) {
        const std::optional<Group> group = parse_group_line(line);
        if (group && group->name == word) gid = group->gid;
        return gid.has_value();
    });
    if (gid) return *gid;
    throw Error::bad(text::cat("group ", text::printable(word), ": not in /etc/group"), "a number always works");
}

Account find(std::string_view words, const Files& files) {
    Account account;
    const std::size_t colon = words.find(':');
    const std::string_view name = words.substr(0, colon);
    const std::string_view group = colon == std::string_view::npos ? std::string_view{} : words.substr(colon + 1);
    const bool by_number = name.empty() || (is_number(name) && guard::on(guard::Guard::numbers_are_ids));
    if (by_number && !name.empty()) account.uid = number_or_throw(name, "user");
    const std::optional<User> user = first_user(
        files.passwd, [&](const User& each) { return by_number ? each.uid == account.uid : each.name == name; });
    if (!user && !by_number)
        throw Error::bad(text::cat("user ", text::printable(name), ": not in /etc/passwd"), "a number always works");
    if (user) {
        account.uid = user->uid;
        account.gid = user->gid;
        account.name = std::string(user->name);
        if (user->home.starts_with('/')) account.home = std::string(user->home);
    }
    if (!group.empty())
        account.gid = find_group(group, files.group);
    else if (user)
        account.groups = groups_of(files.group, user->name, account.gid);
    return account;
}

}  // namespace bell::passwd
