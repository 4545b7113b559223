// keyring.hpp - a container has its own keys.
//
// The kernel keeps passwords and tickets (of Kerberos, of encrypted disks) in keyrings, and a session keyring is
// inherited by every child: keys of whoever called the runtime would be the container's, too. So its first process
// takes a new one. It has a name, "_ses.ID", by which a process that `exec` adds finds it; for that it may be searched
// by its owner, and in a user namespace, where owners are others, by all.
//
// session-keyring(7), keyctl(2), keyrings(7). Next: sys/keyring.hpp.
#pragma once

#include <string>

namespace bell::keyring {

/// Joins the container's session keyring, or makes it. Nothing on a kernel without keys.
void enter(const std::string& container, bool user_namespace);

}  // namespace bell::keyring
