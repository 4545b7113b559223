// staging.hpp - a bundle appears whole, or not at all.
//
// The root file system is built in BUNDLE/.rootfs.PID, and gets its real name by one rename when everything in it has
// been verified. Whatever happens before, the staging directory goes away: an error or a signal by the destructor, a
// kill -9 or a power cut by the next run, which finds it under its fixed prefix. A lock on the bundle's directory,
// which ends with its process, tells a dead run's leftovers from a live run's work.
//
//     BUNDLE/                 0700: see below
//     BUNDLE/.rootfs.4711/    rootfs, config.json, volumes, trash: what is to become of it
//     BUNDLE/rootfs.upper     with a store: what the container changes (and rootfs.work), where rootfs is an overlay
//
// An image may hold programs that are setuid root. For whoever can reach them on the host they are what they are in the
// container, with the author's choice of content (moby's CVE-2021-41091). The container itself starts below, so it
// needs no way in. Hence the bundle is 0700: a new or empty directory is made so; one with other things in it is not
// ours to close, and refused as long as it is open.
//
// rename(2), renameat2(2), flock(2), security.md rule 20. Next: unpack.hpp.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace bell::image {

struct BundleOptions {
    bool force = false;      ///< replace the root file system that is there
    bool reachable = false;  ///< leave the directory open to other users
    bool durable = false;    ///< on disk, not only in memory, before it appears
};

class Staging {
public:
    /// Makes the bundle's directory if it is missing, locks it, clears what a dead run has left.
    Staging(const std::string& bundle, const BundleOptions& options);
    /// Removes what hasn't been published, and the bundle's directory if we made it for nothing.
    ~Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;

    /// The staging directory, with the empty directories `rootfs` and `trash`.
    [[nodiscard]] const Fd& directory() const { return staging_; }
    /// Absolute.
    [[nodiscard]] std::string bundle_path() const;
    /// Gives everything its real name.
    void publish();

private:
    void open_bundle();
    void lock();
    void close_to_others(bool has_content);
    void clear_leftovers();
    void refuse_existing() const;
    void refuse_mounts() const;
    void publish_tree(const char* name);
    void publish_volumes();

    std::string path_;
    BundleOptions options_;
    Fd bundle_;
    Fd staging_;
    std::string name_;  ///< ".rootfs.4711"
    bool made_bundle_ = false;
    bool published_ = false;
};

}  // namespace bell::image
