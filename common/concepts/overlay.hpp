// overlay.hpp - layers as one tree.
//
// An overlay file system shows several directories as one. Of files of one name the uppermost is seen; directories of
// one name are merged; a name that is a "whiteout" (a character device 0/0) is not there. All are read-only but one,
// the upper directory: it takes what is changed, copied up first. That is how many containers share an image's layers:
//
//     lowerdir=TOP:...:BASE      the layers, the uppermost first
//     upperdir=, workdir=        what this container changes, and a place to prepare it in
//
// The kernel takes at most 255 bytes for a value, which a few layers' names fill. Since Linux 6.7 they can be given one
// by one ("lowerdir+"). Before, they are opened, and called by their descriptors' numbers in /proc/self/fd: that makes
// two or three bytes a layer.
//
// Documentation/filesystems/overlayfs.rst, fsconfig(2). Next: mounts.hpp, its only user.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"

namespace bell::mounts {

/// The options of a file system that is about to be made, in words that the kernel takes. To live until it is made: it
/// holds what the words speak of.
class OverlayOptions {
public:
    explicit OverlayOptions(const std::vector<std::string>& options);
    /// Back in the working directory that was left.
    ~OverlayOptions();
    OverlayOptions(const OverlayOptions&) = delete;
    OverlayOptions& operator=(const OverlayOptions&) = delete;
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

private:
    void name_one_by_one(const std::vector<std::string>& options);
    void name_by_numbers(const std::vector<std::string>& options);
    [[nodiscard]] std::string number_of(const std::string& directory);

    std::vector<std::string> words_;
    std::vector<Fd> open_;
    Fd before_;
};

/// "a:b\:c" -> a, b:c
[[nodiscard]] std::vector<std::string> layers_of(std::string_view lowerdir);

/// Since which kernel layers can be given one by one; `release` as uname(2) gives it.
[[nodiscard]] bool takes_layers_one_by_one(std::string_view release);

}  // namespace bell::mounts
