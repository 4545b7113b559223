// layer_store.hpp - layers that are unpacked once, and used by many.
//
// A store holds layers as directories, each named by its ChainID: the digest of all DiffIDs up to it. That, and not the
// DiffID alone, because what a layer is depends on what it is put on (upper.hpp). Images that begin with the same
// layers share them; a second bundle of an image costs no unpacking at all, as its root file system is an overlay of
// what is there already.
//
//     STORE/                        0700: there are setuid programs in it (staging.hpp)
//     STORE/owners                  whose files these are: ids mean something else in another user namespace
//     STORE/sha256/CHAINID/         a layer
//     STORE/sha256/CHAINID.missing  what of it could not be made here, if anything
//
// A layer gets its name by a rename, when it has been verified and is whole; from then on it doesn't change. Who may
// write the store is believed: it is the caller's alone.
//
// image-spec config.md#layer-chainid, Documentation/filesystems/overlayfs.rst. Next: laying.hpp.
#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"
#include "image/digest.hpp"
#include "image/metadata.hpp"
#include "oci/config.hpp"

namespace bell::image {

/// The ChainID of each layer, from the lowest on. Throws for what isn't a DiffID.
[[nodiscard]] std::vector<Digest> chain_ids(const std::vector<std::string>& diff_ids);

class LayerStore {
public:
    /// Makes the directory if it is missing. Refused if others can enter it, or its layers have other owners.
    explicit LayerStore(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }  ///< absolute
    [[nodiscard]] const Fd& directory() const { return directory_; }
    /// Whether this is root of the machine, who mounts without a user namespace.
    [[nodiscard]] bool is_root() const { return is_root_; }
    [[nodiscard]] bool has(const Digest& chain) const;
    [[nodiscard]] Fd open(const Digest& chain) const;  ///< O_PATH
    [[nodiscard]] LeftOut left_out_of(const Digest& chain) const;

    /// Names all layers that have been made in the directory `from` (make_layer) what they are. Those that somebody
    /// else has brought meanwhile stay as they are. `durable`: on the disk before.
    void take_in(const Fd& from, bool durable) const;

private:
    void check_owners() const;

    std::string path_;
    Fd directory_;
    bool is_root_;
};

/// A new layer's directory in `place`, O_RDONLY.
[[nodiscard]] Fd make_layer(const Fd& place, const Digest& chain);
/// Writes down what is missing in it.
void note_left_out(const Fd& place, const Digest& chain, const LeftOut& left_out);

/// Throws for what no overlay could be made of.
void check_mountable(const std::vector<Digest>& chain, const std::string& bundle);

/// The mount that shows the layers (the lowest first) with what is changed in BUNDLE/rootfs.upper.
[[nodiscard]] oci::Mount overlay_mount(const LayerStore& store, const std::vector<Digest>& chain,
                                       const std::string& bundle);

}  // namespace bell::image
