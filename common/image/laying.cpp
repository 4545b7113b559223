// laying.cpp - see laying.hpp.
#include "image/laying.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.hpp"
#include "image/remembered_mode.hpp"
#include "sys/copy.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

// Layers are read again, by those that are put on them. Root needs no right for that.
Policy for_a_store(Policy policy) {
    if (policy.owners == Owners::single) policy.owner_needs = read_and_enter;
    return policy;
}

Fd made_directory(int parent, const char* name, mode_t mode) {
    if (::mkdirat(parent, name, mode) < 0) throw Error::os("mkdir", name, errno);
    return sys::open_at(parent, name, directory_itself);
}

}  // namespace

OneTree::OneTree(int staging, Policy policy)
    : trash_(sys::open_at(staging, "trash", directory_itself)),
      tree_(sys::open_at(staging, "rootfs", directory_itself), trash_),
      assembly_(tree_, policy, staging) {}

Counts OneTree::lay(std::size_t /*layer*/, TarReader& tar, Budget& budget) { return assembly_.apply(tar, budget); }

void OneTree::finish() {
    assembly_.finish();
    left_out_ = assembly_.left_out();
    closed_ = assembly_.closed();
}

LayerTrees::LayerTrees(const LayerStore& store, const Fd& workplace, std::vector<Digest> chain, int staging,
                       std::string bundle, Policy policy)
    : store_(store),
      workplace_(workplace),
      chain_(std::move(chain)),
      staging_(staging),
      bundle_(std::move(bundle)),
      policy_(for_a_store(policy)),
      trash_(made_directory(workplace.get(), "trash", 0700)) {}

Counts LayerTrees::lay(std::size_t layer, TarReader& tar, Budget& budget) {
    const Digest& chain = chain_[layer];
    Upper tree(make_layer(workplace_, chain), trash_, stack_);
    Assembly assembly(tree, policy_, workplace_.get(), stack_.empty());
    assembly.know_left_out(left_out_.device_paths);
    const Counts counts = assembly.apply(tar, budget);
    assembly.finish();
    note_left_out(workplace_, chain, assembly.left_out());
    left_out_.add(assembly.left_out());
    if (closed_.count == 0) closed_.first = assembly.closed().first;
    closed_.count += assembly.closed().count;
    stack_.push(sys::open_at(tree.root(), ".", O_PATH | O_DIRECTORY));
    return counts;
}

void LayerTrees::take(std::size_t layer) {
    const LeftOut left_out = store_.left_out_of(chain_[layer]);
    if (policy_.strict && !left_out.nothing())
        throw Error::bad(text::cat(store_.path(), ": something was left out of a layer when it was unpacked there"),
                         "without --strict this is a warning; another --store is filled anew");
    left_out_.add(left_out);
    stack_.push(store_.open(chain_[layer]));
}

Reach LayerTrees::reach() const {
    return [this](const std::string& path) { return stack_.reach(path); };
}

Fd LayerTrees::directory(const std::string& path) const {
    const Stack::Found found = stack_.find(path);
    return found.is_directory() ? sys::open_at(found.file->get(), ".", directory_itself) : Fd{};
}

// The upper directory's own metadata are the root's.
void LayerTrees::finish() {
    const Fd upper = made_directory(staging_, "rootfs.upper", 0755);
    (void)made_directory(staging_, "rootfs.work", 0700);
    if (const Fd top = directory("")) sys::copy_metadata(top.get(), upper.get(), "the upper directory");
}

// Of an image without layers there is nothing to show.
std::optional<oci::Mount> LayerTrees::root_mount() const {
    if (chain_.empty()) return std::nullopt;
    return overlay_mount(store_, chain_, bundle_);
}

}  // namespace bell::image
