// upper.hpp - one layer in a tree of its own, in the form that overlay file systems know.
//
// Its entries are put into an empty directory, but they speak of what is below: a path may lead through a symlink of
// another layer, a hard link name another layer's file, a whiteout take something away. So names are looked up in the
// whole stack, and
//
//   - a directory that something is put into is "raised": made here, like the one below;
//   - what a whiteout takes away gets a character device 0/0 of its name, if there is anything to take away. There is
//   no
//     mark for "opaque": all that is below gets its own. Such a layer says the same to whoever mounts it, with
//     privileges or without (an attribute like trusted.overlay.opaque is not seen in a user namespace);
//   - the target of a hard link is copied up first, as an overlay file system would do it.
//
// Documentation/filesystems/overlayfs.rst, image-spec layer.md. Next: layer_store.hpp.
#pragma once

#include "image/stack.hpp"
#include "image/tree.hpp"

namespace bell::image {

class Upper final : public Tree {
public:
    /// `root`: an empty directory. `below` must outlive this.
    Upper(Fd root, Trash& trash, const Stack& below);

    [[nodiscard]] std::optional<Place> find(const std::string& path) override;
    [[nodiscard]] bool merges(const Place& place) const override;
    void hide(const Place& place) override;
    void hide_inside(const std::string& path) override;
    void bring_up(const Place& place, const std::function<void(std::uint64_t)>& before) override;
    [[nodiscard]] bool is_layer() const override { return true; }

protected:
    [[nodiscard]] Fd resolve(const std::string& directory, std::string& canonical) override;
    void make_directories(const std::string& path) override;
    [[nodiscard]] bool covers(const Place& place) const override { return static_cast<bool>(below_.find(place.path)); }

private:
    [[nodiscard]] Fd raise(const std::vector<std::string>& at);
    void raise_one(int parent, const std::string& name, const std::string& path, const Stack::Found& original);
    void make_in(const Fd& parent, const std::string& name, const std::string& path);
    void charge();
    void put_whiteout(int directory, const std::string& name, const std::string& shown);

    const Stack& below_;
    Stack shown_;  // this layer on top of those below
};

}  // namespace bell::image
