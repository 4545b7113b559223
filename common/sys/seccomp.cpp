// seccomp.cpp - see seccomp.hpp.
#include "sys/seccomp.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.hpp"
#include "sys/call.hpp"

namespace bell::sys {

void announce_filter(std::size_t instructions, const std::string& flag_words) {
    if (!narrate::on()) return;
    std::string words = text::cat("SECCOMP_SET_MODE_FILTER, ", flag_words.empty() ? "0" : flag_words, ", ",
                                  instructions, " instructions");
    narrate::tell({"seccomp", std::move(words), {}, Weight::principal, false});
    narrate::flush();
}

Fd load_filter(const std::vector<std::uint64_t>& program, unsigned flags) {
    if (narrate::dry_run()) return {};
    static_assert(sizeof(sock_filter) == sizeof(std::uint64_t));
    sock_fprog filter{static_cast<unsigned short>(program.size()),
                      reinterpret_cast<sock_filter*>(const_cast<std::uint64_t*>(program.data()))};
    const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
    if (result < 0) throw Error::os("seccomp", text::cat("a filter of ", program.size(), " instructions"), errno);
    return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? Fd{static_cast<int>(result)} : Fd{};
}

}  // namespace bell::sys
