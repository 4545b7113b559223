// user.cpp - see user.hpp.
#include "concepts/user.hpp"

#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/identity.hpp"
#include "sys/passwd.hpp"

namespace bell::user {
namespace {

std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

std::vector<std::uint32_t> without(std::vector<std::uint32_t> ids, std::uint32_t id) {
    std::erase(ids, id);
    return ids;
}

void set_groups(const oci::User& user) {
    const std::vector<std::uint32_t> wanted = sorted(user.additionalGids);
    const std::vector<std::uint32_t> present = sorted(sys::groups());
    if (present == wanted) return;
    try {
        return sys::set_groups(user.additionalGids);
    } catch (const Error& error) {
        if (error.code() != EPERM) throw;
        // The user's own group among the supplementary ones changes nothing: login(1) puts it there.
        if (without(present, user.gid) == without(wanted, user.gid)) return;
        // Who has CAP_SETGID and may not change groups is in a user namespace whose /proc/PID/setgroups says deny.
        // There a group is kept even if it is unwanted: dropping one that denies access would give it
        // (user_namespaces(7)).
        const bool has_setgid = (sys::capabilities().effective >> CAP_SETGID & 1u) != 0;
        if (!has_setgid || !wanted.empty()) throw;
    }
    narrate::note("this user namespace forbids setgroups: the groups stay");
}

passwd::Files files(int root_fd, bool numbers) {
    return numbers || root_fd < 0 ? passwd::Files{} : passwd::read(root_fd);
}

}  // namespace

oci::User resolve(std::string_view words, int root_fd) {
    const std::vector<std::string> part = text::split(words, ':');
    if (part.size() > 2 || part[0].empty() || (part.size() == 2 && part[1].empty()))
        throw Error::bad(text::cat("user ", text::quote(words), ": must be USER or USER:GROUP, names or numbers"));
    const bool numbers = part.size() == 2 && passwd::is_number(part[0]) && passwd::is_number(part[1]);
    const passwd::Account account = passwd::find(words, files(root_fd, numbers));
    oci::User user;
    user.uid = account.uid;
    user.gid = account.gid;
    user.additionalGids = account.groups;
    return user;
}

std::vector<std::uint32_t> resolve_groups(std::string_view list, int root_fd) {
    std::vector<std::uint32_t> out;
    if (list.empty() || list == "none") return out;
    const std::vector<std::string> words = text::split(list, ',');
    const bool numbers =
        std::all_of(words.begin(), words.end(), [](const auto& each) { return passwd::is_number(each); });
    const passwd::Files names = files(root_fd, numbers);
    for (const std::string& word : words) out.push_back(passwd::find_group(word, names.group));
    return out;
}

std::string home_of(std::uint32_t uid, int root_fd) { return passwd::find(text::cat(uid), files(root_fd, false)).home; }

void become(const oci::User& user) {
    set_groups(user);
    sys::set_group(user.gid);
    sys::set_user(user.uid);
    if (user.umask) sys::set_umask(*user.umask);
}

void verify(const oci::User& user) {
    if (narrate::dry_run()) return;
    uid_t uid[3] = {};
    gid_t gid[3] = {};
    if (getresuid(&uid[0], &uid[1], &uid[2]) < 0) throw Error::os("getresuid", "", errno);
    if (getresgid(&gid[0], &gid[1], &gid[2]) < 0) throw Error::os("getresgid", "", errno);
    for (int kind = 0; kind < 3; ++kind)
        if (uid[kind] != user.uid || gid[kind] != user.gid)
            throw Error::bad(text::cat("the kernel left this process uid ", uid[kind], " gid ", gid[kind],
                                       " instead of ", user.uid, " ", user.gid));
}

}  // namespace bell::user
