// platform.cpp - see platform.hpp.
#include "image/platform.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace bell::image {
namespace {

struct Machine {
    std::string_view kernel;  // uname -m
    std::string_view image;   // Go's GOARCH, which the specification uses
};
constexpr std::array machines = {
    Machine{"x86_64", "amd64"},    Machine{"aarch64", "arm64"},   Machine{"riscv64", "riscv64"},
    Machine{"ppc64le", "ppc64le"}, Machine{"s390x", "s390x"},     Machine{"i686", "386"},
    Machine{"armv7l", "arm"},      Machine{"mips64", "mips64le"}, Machine{"loongarch64", "loong64"},
};

}  // namespace

oci::Platform host_platform() {
    utsname host{};
    uname(&host);
    const std::string_view machine = host.machine;
    const auto* const found =
        std::find_if(machines.begin(), machines.end(), [&](const Machine& each) { return each.kernel == machine; });
    oci::Platform platform;
    platform.os = "linux";
    platform.architecture = found == machines.end() ? machine : found->image;
    return platform;
}

std::string text(const oci::Platform& platform) {
    return bell::text::cat(platform.os, "/", platform.architecture, platform.variant ? "/" + *platform.variant : "");
}

}  // namespace bell::image
