// place.hpp - bind-mounter's do and describe modes: put the files there, or write them down. See place.cpp; the third
// mode is live.hpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "concepts/devices.hpp"
#include "concepts/mounts.hpp"
#include "oci/config.hpp"
#include "sys/program.hpp"
#include "wanted.hpp"

namespace bell {

void place_files(const WantedFiles& wanted, const sys::Chain& chain);
void describe_files(oci::Config& config, const WantedFiles& wanted);

// What do and live share.

/// What there is to do below a root, in this order: old mounts away, new ones, devices, masks over them.
struct Files {
    std::vector<std::string> unmounted;
    std::vector<oci::Mount> mounts;
    std::vector<oci::Device> devices;
    std::vector<std::string> masked;
    std::vector<std::string> read_only;
};
void put_mounts(const Files& files, Rootfs& root, mounts::Context& context);
void put_devices(const Files& files, const Rootfs& root, const devices::HostNodes& host, devices::Make how);
void put_masks(const Files& files, const Rootfs& root, const std::function<sys::DetachedMount()>& cover_for_file);

}  // namespace bell
