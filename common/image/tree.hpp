// tree.hpp - a root file system while it is being made.
//
// An image is written by a stranger, and each entry may prepare the ground for the next: a symlink first, then a file
// "below" it. So no path is ever opened as a string. For each entry the parent directory is resolved anew from the
// root's descriptor with openat2, where the kernel treats that root as "/" and symlinks can't leave it; the last part
// of the name is then used relative to that directory and never followed.
//
// Entries come directory by directory, so the parents resolved last are remembered. What is put in place can't change
// how a path that was found is resolved, but what is removed can: then all of them are forgotten.
//
// What is removed isn't deleted on the spot but moved to a trash directory beside the root: one rename, however deep
// the tree, and the trash is emptied with two descriptors open, however deep it goes.
//
// openat2(2), renameat(2), security.md rules 15 and 16. Next: layer.hpp.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.hpp"

namespace bell::image {

/// How a directory is opened that must not be a symlink to one.
inline constexpr int directory_itself = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/// A directory to throw things into.
class Trash {
public:
    explicit Trash(Fd directory);
    /// Removes `name` from a directory, whatever it is. False if there was nothing.
    bool take(int from, const std::string& name);
    /// Deletes everything in it, crossing no mount: what is mounted somewhere below isn't ours.
    void empty();

private:
    void empty_directory(const std::string& name);
    void dispose(int from, const std::string& name);

    Fd directory_;
    std::size_t first_ = 0;  // names in the trash are numbers: those from first_ to next_ are waiting
    std::size_t next_ = 0;
};

/// A name in a directory that is open.
struct Place {
    std::shared_ptr<const Fd> directory;
    std::string path;  ///< of the entry, below the root, without symlinks in it
    std::string name;  ///< its last part

    [[nodiscard]] int at() const { return directory->get(); }
};

class Tree {
public:
    Tree(Fd root, Trash& trash) : root_(std::move(root)), trash_(trash) {}
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    virtual ~Tree() = default;
    [[nodiscard]] int root() const { return root_.get(); }
    /// How much has been made (or looked through) on the way to entries: directories, whiteouts.
    [[nodiscard]] std::uint64_t made() const { return made_; }

    /// Where an entry goes; directories that are missing on the way are made (0755).
    [[nodiscard]] Place place(const std::string& path);
    /// Where an entry is, if its directory is there.
    [[nodiscard]] virtual std::optional<Place> find(const std::string& path);
    /// Where a directory really is, if it is there.
    [[nodiscard]] std::optional<std::string> find_directory(const std::string& path);
    /// Removes what is there, whatever it is. False if there was nothing.
    bool remove(const Place& place);
    /// Deletes what was removed.
    void empty_trash() { trash_.empty(); }
    /// The directory itself, by a path without symlinks; empty if it isn't there (any more).
    [[nodiscard]] Fd directory(const std::string& path) const;

    /// A directory that was made because something is put into it. Without one below that it is like (upper.hpp), it is
    /// as old as time, so that the same image gives the same tree.
    struct Raised {
        std::string path;
        timespec mtime = {};
        mode_t mode = 0755;
        std::string default_acl = {};
    };
    /// Those made since the last time.
    [[nodiscard]] std::vector<Raised> take_raised() { return std::exchange(raised_, {}); }

    // For a layer in a tree of its own (upper.hpp). In one tree of all layers there is nothing to do.

    /// Whether the layers below have a directory there, with which one made here is merged.
    [[nodiscard]] virtual bool merges(const Place& /*place*/) const { return false; }
    /// What the layers below have at that place is gone.
    virtual void hide(const Place& /*place*/) {}
    /// The same for all they have in the directory, but for what is in it here.
    virtual void hide_inside(const std::string& /*path*/) {}
    /// Makes sure that the file is here, where it can get another name. `before` is told how many bytes have to be
    /// copied for that.
    virtual void bring_up(const Place& /*place*/, const std::function<void(std::uint64_t)>& /*before*/) {}
    /// Whether this is one layer alone.
    [[nodiscard]] virtual bool is_layer() const { return false; }

protected:
    /// A directory by an entry's path, symlinks followed, and where it is. Empty, and errno, where there is none.
    [[nodiscard]] virtual Fd resolve(const std::string& directory, std::string& canonical);
    virtual void make_directories(const std::string& path);
    void count(std::uint64_t made) { made_ += made; }
    void raised(Raised directory) { raised_.push_back(std::move(directory)); }
    /// One that is like none below. Of a path that no honest image has it isn't noted: that would take the square of
    /// its depth.
    void made_up(std::string path);
    void forget_parents();
    /// Whether what is put at that place, where nothing is removed for it, covers something of a layer below.
    [[nodiscard]] virtual bool covers(const Place& /*place*/) const { return false; }

private:
    /// A directory as an entry's path names it, and where that is.
    struct Parent {
        std::string path;
        std::shared_ptr<const Fd> directory;
        std::string canonical;
    };

    [[nodiscard]] const Parent* parent(const std::string& path);

    Fd root_;
    Trash& trash_;
    std::array<Parent, 16> parents_;  // those resolved last; an empty descriptor: none
    std::size_t oldest_ = 0;
    bool links_remembered_ = false;  // that some of them were reached by symlinks
    std::uint64_t made_ = 0;
    std::vector<Raised> raised_;
};

/// "a/b" -> "a", "b"
[[nodiscard]] std::string parent_of(const std::string& path);
[[nodiscard]] std::string last_part(const std::string& path);

/// The names in a directory, without "." and "..". The descriptor must be open for reading.
[[nodiscard]] std::vector<std::string> names_in(int directory, const std::string& shown);

/// Removes a whole tree: the directory `name` in `parent`.
void remove_tree(int parent, const std::string& name);

}  // namespace bell::image
