// user.cpp - see user.hpp.
#include "image/user.hpp"

#include <fcntl.h>
#include <linux/openat2.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/error.hpp"
#include "base/guard.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

// The kernel's ids have 32 bits, but the upper half is used for errors and mapping: runtimes stop at 31.
constexpr std::uint32_t largest_id = 0x7fffffff;

std::optional<std::uint32_t> id(std::string_view digits) {
    const std::optional<std::uint32_t> number = text::number<std::uint32_t>(digits);
    return number && *number <= largest_id ? number : std::nullopt;
}

bool is_number(std::string_view words) {
    return !words.empty() && words.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint32_t number_or_throw(std::string_view words, std::string_view what) {
    const std::optional<std::uint32_t> number = id(words);
    if (!number) throw Error::bad(text::cat("the image's ", what, " ", words, " is larger than ", largest_id));
    return *number;
}

// Calls `use` with the fields of each line that has enough of them, until it says true.
template <class Use>
void each_line(std::string_view file, std::size_t fields, Use&& use) {
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        const std::vector<std::string> field = text::split(file.substr(0, end), ':');
        if (field.size() >= fields && use(field)) return;
        file.remove_prefix(std::min(end + 1, file.size()));
    }
}

// passwd(5): name:password:uid:gid:...
bool find_user(std::string_view passwd, std::string_view name, oci::User& user) {
    bool found = false;
    each_line(passwd, 4, [&](const std::vector<std::string>& field) {
        const auto uid = id(field[2]);
        const auto gid = id(field[3]);
        if (field[0] != name || !uid || !gid) return false;
        user.uid = *uid;
        user.gid = *gid;
        return found = true;
    });
    return found;
}

// The group that /etc/passwd gives to a uid, for an image that names no group.
std::uint32_t group_of(std::string_view passwd, std::uint32_t uid) {
    std::uint32_t group = 0;
    each_line(passwd, 4, [&](const std::vector<std::string>& field) {
        const auto gid = id(field[3]);
        if (id(field[2]) != uid || !gid) return false;
        group = *gid;
        return true;
    });
    return group;
}

// group(5): name:password:gid:member,member
std::optional<std::uint32_t> find_group(std::string_view group, std::string_view name) {
    std::optional<std::uint32_t> found;
    each_line(group, 3, [&](const std::vector<std::string>& field) {
        if (field[0] == name) found = id(field[2]);
        return found.has_value();
    });
    return found;
}

std::vector<std::uint32_t> groups_with(std::string_view group, std::string_view member, std::uint32_t except) {
    std::vector<std::uint32_t> gids;
    each_line(group, 4, [&](const std::vector<std::string>& field) {
        const auto gid = id(field[2]);
        const std::vector<std::string> members = text::split(field[3], ',');
        const bool is_member = std::find(members.begin(), members.end(), member) != members.end();
        if (is_member && gid && *gid != except && std::find(gids.begin(), gids.end(), *gid) == gids.end())
            gids.push_back(*gid);
        return gids.size() >= 65536;  // setgroups(2): NGROUPS_MAX
    });
    return gids;
}

// Looked at first, opened for reading only then: a pipe would make us wait, a device could do anything.
std::string read_in_root(const Reach& rootfs, const std::string& path) {
    const Fd looked_at = rootfs(path);
    if (!looked_at && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return {};
    if (!looked_at) throw Error::os("open", path, errno);
    if (!S_ISREG(sys::status(looked_at.get(), path).st_mode))
        throw Error::bad(text::cat("the image's ", path, " is not a regular file"));
    const Fd file = sys::open(looked_at.path(), O_RDONLY);
    return sys::read_all(file.get(), "the image's " + path);
}

}  // namespace

oci::User resolve_user(std::string_view words, std::string_view passwd, std::string_view group) {
    oci::User user;
    const std::size_t colon = words.find(':');
    const std::string_view name = words.substr(0, colon);
    const std::string_view group_name = colon == std::string_view::npos ? "" : words.substr(colon + 1);
    if (is_number(name) && guard::on(guard::Guard::numbers_are_ids)) {
        user.uid = number_or_throw(name, "user");
        user.gid = group_of(passwd, user.uid);
    } else if (!name.empty()) {
        if (!find_user(passwd, name, user))
            throw Error::bad(
                text::cat("the image wants the user '", text::printable(name), "', its /etc/passwd has none"),
                "--user chooses another, by number");
        if (group_name.empty()) user.additionalGids = groups_with(group, name, user.gid);
    }
    if (is_number(group_name)) {
        user.gid = number_or_throw(group_name, "group");
    } else if (!group_name.empty()) {
        const std::optional<std::uint32_t> gid = find_group(group, group_name);
        if (!gid)
            throw Error::bad(
                text::cat("the image wants the group '", text::printable(group_name), "', its /etc/group has none"),
                "--user chooses another, by number");
        user.gid = *gid;
    }
    return user;
}

Reach in_tree(int rootfs) {
    return [rootfs](const std::string& path) {
        const bool safely = guard::on(guard::Guard::resolve_in_root);
        return sys::try_openat2(rootfs, path, O_PATH, safely ? RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS : 0);
    };
}

oci::User resolve_user(const Reach& rootfs, std::string_view words) {
    if (words.empty()) return {};
    const std::size_t colon = words.find(':');
    const bool number = is_number(words.substr(0, colon)) && guard::on(guard::Guard::numbers_are_ids);
    const bool no_name = number && (colon == std::string_view::npos || is_number(words.substr(colon + 1)));
    if (no_name && colon != std::string_view::npos) return resolve_user(words, "", "");
    if (!no_name) return resolve_user(words, read_in_root(rootfs, "etc/passwd"), read_in_root(rootfs, "etc/group"));
    try {
        return resolve_user(words, read_in_root(rootfs, "etc/passwd"), "");
    } catch (const Error&) {
        return resolve_user(words, "", "");  // a number is a number, whatever /etc/passwd is
    }
}

}  // namespace bell::image
