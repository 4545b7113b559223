// seccomp - profiles: moby's conditions are resolved, and the result is compiled into a filter.
#include "concepts/seccomp.hpp"

#include "fuzz.hpp"
#include "oci/seccomp_profile.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bell;
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    fuzz::read_or_refuse([&] {
        const oci::ProfileHost host{"x86_64", "6.1.0-18-amd64", {"CAP_SYS_ADMIN"}};
        const oci::Seccomp profile = oci::parse_seccomp_profile(bytes, "seccomp.json", host);
        (void)seccomp::Filter::compile(profile);
    });
    return 0;
}
