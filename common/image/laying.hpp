// laying.hpp - ways to lay an image's layers down.
//
//     OneTree      one on the other, in one directory: the root file system as it is
//     LayerTrees   each in a directory of a store, unless it is there; the root file system is an overlay of them
//
// Next: assemble.hpp, which reads the layers and knows neither.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/layer.hpp"
#include "image/layer_store.hpp"
#include "image/stack.hpp"
#include "image/upper.hpp"
#include "image/user.hpp"

namespace bell::image {

class Laying {
public:
    Laying() = default;
    Laying(const Laying&) = delete;
    Laying& operator=(const Laying&) = delete;
    virtual ~Laying() = default;

    /// Whether the layer (0 is the lowest) need not be read.
    [[nodiscard]] virtual bool has(std::size_t layer) const = 0;
    /// Lays it down, to its end; or takes it as it is there. In order.
    virtual Counts lay(std::size_t layer, TarReader& tar, Budget& budget) = 0;
    virtual void take(std::size_t layer) = 0;

    /// Into the root file system, when all layers are laid.
    [[nodiscard]] virtual Reach reach() const = 0;
    /// A directory of it, by a path without symlinks; empty if it isn't there.
    [[nodiscard]] virtual Fd directory(const std::string& path) const = 0;
    /// At the very end, when nothing is looked up any more.
    virtual void finish() = 0;
    /// What makes the root file system of it, if it isn't one.
    [[nodiscard]] virtual std::optional<oci::Mount> root_mount() const = 0;
    [[nodiscard]] const LeftOut& left_out() const { return left_out_; }
    [[nodiscard]] const Closed& closed() const { return closed_; }

protected:
    LeftOut left_out_;
    Closed closed_;  // of what has been laid down, not of what was there
};

class OneTree final : public Laying {
public:
    /// In the directories `rootfs` and `trash` of the staging directory.
    OneTree(int staging, Policy policy);
    [[nodiscard]] bool has(std::size_t /*layer*/) const override { return false; }
    Counts lay(std::size_t layer, TarReader& tar, Budget& budget) override;
    void take(std::size_t /*layer*/) override {}
    [[nodiscard]] Reach reach() const override { return in_tree(tree_.root()); }
    [[nodiscard]] Fd directory(const std::string& path) const override { return tree_.directory(path); }
    void finish() override;
    [[nodiscard]] std::optional<oci::Mount> root_mount() const override { return std::nullopt; }

private:
    Trash trash_;
    Tree tree_;
    Assembly assembly_;
};

class LayerTrees final : public Laying {
public:
    /// New layers are made in `workplace`; the bundle, whose name will be `bundle`, in `staging`.
    LayerTrees(const LayerStore& store, const Fd& workplace, std::vector<Digest> chain, int staging, std::string bundle,
               Policy policy);
    [[nodiscard]] bool has(std::size_t layer) const override { return store_.has(chain_[layer]); }
    Counts lay(std::size_t layer, TarReader& tar, Budget& budget) override;
    void take(std::size_t layer) override;
    [[nodiscard]] Reach reach() const override;
    [[nodiscard]] Fd directory(const std::string& path) const override;
    void finish() override;
    [[nodiscard]] std::optional<oci::Mount> root_mount() const override;

private:
    const LayerStore& store_;
    const Fd& workplace_;
    std::vector<Digest> chain_;
    int staging_;
    std::string bundle_;
    Policy policy_;
    Trash trash_;
    Stack stack_;
};

}  // namespace bell::image
