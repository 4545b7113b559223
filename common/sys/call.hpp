// call.hpp - announce, call, throw: the shape of every wrapper in this folder.
//
// A wrapper makes one system call. It says what it did if somebody listens, leaves it out in a dry run, and turns a
// failure into an Error. Nothing here knows what a container is.
//
//     void set_hostname(const std::string& name) {
//         sys::call("sethostname", name, [&] { return arguments(name); },
//                   [&] { return ::sethostname(name.data(), name.size()); });
//     }
//
// Only calls that change something go through here. Looking (open for reading, stat, readlink) is silent, and a
// dry run looks too.                                            Next: file.hpp, mount.hpp, namespace.hpp.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/narrate.hpp"

namespace bell::sys {

using narrate::arguments;
using narrate::Raw;
using narrate::Weight;

namespace detail {
/// Tells of a call that has been made (or, in a dry run, has not). `result` is the call's, `error` its errno or 0.
void tell(std::string_view name, std::string call_arguments, long result, int error, Weight weight);
}  // namespace detail

/// Makes the call and returns its result, or throws Error::os(name, subject, errno). In a dry run: 0, and no call.
template <class Say, class Do>
long call(std::string_view name, std::string_view subject, Say&& say, Do&& perform, Weight weight = Weight::principal) {
    if (narrate::dry_run()) {
        detail::tell(name, say(), 0, 0, weight);
        return 0;
    }
    const long result = perform();
    const int error = result < 0 ? errno : 0;
    if (narrate::on()) [[unlikely]]
        detail::tell(name, say(), result, error, weight);
    if (error != 0) throw Error::os(name, subject, error);
    return result;
}

/// The same for a call that gives a descriptor. In a dry run the descriptor is empty.
template <class Say, class Do>
Fd call_fd(std::string_view name, std::string_view subject, Say&& say, Do&& perform,
           Weight weight = Weight::principal) {
    const long number = call(name, subject, say, perform, weight);
    return narrate::dry_run() ? Fd{} : Fd{static_cast<int>(number)};
}

}  // namespace bell::sys
