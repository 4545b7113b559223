// stager.cpp - a process that joins, shifts clocks, and makes init in its own place.
//
// Joining a namespace changes the process that does it, and the runtime must stay where it is (it runs hooks and
// removes cgroups on the host). A pid or time namespace takes only children. So where a config joins namespaces by
// path, or sets clock offsets, a child of the runtime does that and then makes init with CLONE_PARENT: init is the
// runtime's child all the same.
//
//     stager                                runtime
//     joins what has a path
//     unshare(user), "map me"           --> writes the id maps, "mapped"         (only with a new time namespace)
//     unshare(time), offsets
//     clone3(CLONE_PARENT|...) = init   --> "init" with the pid; writes init's id maps
#include "stager.hpp"

#include <fcntl.h>
#include <linux/sched.h>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "concepts/namespaces.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/namespace.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace bell {
namespace {

[[noreturn]] void stage(Prepared& it, const sys::Channel& runtime, std::uint64_t flags, const idmap::Maps& maps) {
    sys::exit_now(runtime.report_errors([&] {
        it.record.leave_to_parent();
        // A joined namespace may hold the container's own processes: they must not see into this one.
        sys::set_dumpable(false);
        namespaces::join(it.linux.namespaces);
        // Who joins a mount namespace stands at its root.
        const oci::Namespace* mount = namespaces::find(it.linux.namespaces, "mount");
        if (mount && mount->path) sys::change_directory(it.rootfs);
        if ((flags & CLONE_NEWTIME) != 0) {
            if ((flags & CLONE_NEWUSER) != 0) {
                sys::set_dumpable(true);  // the runtime has to write our maps
                sys::unshare(CLONE_NEWUSER);
                runtime.send("map me");
                runtime.expect("mapped");
                idmap::become_inside(maps);
                sys::set_dumpable(true);
                it.new_user = false;  // done: init is born into it
            }
            sys::unshare(CLONE_NEWTIME);
            namespaces::write_time_offsets(it.linux.timeOffsets);
        }
        const std::uint64_t done = CLONE_NEWTIME | (it.new_user ? std::uint64_t{0} : std::uint64_t{CLONE_NEWUSER});
        const std::uint64_t rest = flags & ~done;
        const sys::Child child = sys::clone(rest | CLONE_PARENT);
        if (child.is_me()) init(it);
        runtime.send(text::cat("init ", child.pid));
    }));
}

}  // namespace

bool needs_stager(const oci::Linux& linux) {
    bool joins = false;
    for (const oci::Namespace& each : linux.namespaces) joins = joins || each.path;
    return joins || (namespaces::new_flags(linux.namespaces) & CLONE_NEWTIME) != 0;
}

sys::Child start_through_stager(Prepared& it, std::uint64_t flags, const idmap::Maps& maps) {
    sys::Channel channel = sys::Channel::pair();
    const Fd before = sys::open(".", O_PATH | O_DIRECTORY);
    sys::change_directory(it.rootfs);
    // Into the v2 group already now: in another user namespace there is no right to it any more. init is born there.
    const sys::Child stager = sys::fork(it.doors.v2.get());
    if (stager.is_me()) {
        channel.become_child();
        stage(it, channel, flags, maps);
    }
    sys::change_directory(before.get(), "the working directory");
    channel.become_parent();
    std::string message = channel.next();
    const bool maps_stager = message == "map me";
    if (maps_stager) {
        idmap::write(stager.pid, maps);
        channel.send("mapped");
        message = channel.next();
    }
    const auto pid =
        message.starts_with("init ") ? text::number<pid_t>(std::string_view(message).substr(5)) : std::nullopt;
    if (!pid) throw Error::bad("the process that joins namespaces ended early");
    (void)sys::wait_for(stager);
    sys::Child child{*pid, sys::open_pidfd(*pid)};
    it.channel.become_parent();
    if (it.new_user && !maps_stager) idmap::write(child.pid, maps);
    return child;
}

}  // namespace bell
