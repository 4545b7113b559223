// store.hpp - what bundle-run remembers of its containers.
//
// One directory a container below /run/bundle-run (an ordinary user, and root of a user namespace:
// $XDG_RUNTIME_DIR/bundle-run), 0700, owned by the caller:
//     state.json   the state document (oci/state.hpp), as it was before there was a process
//     config.json  the config as it was at create: later verbs need its hooks
//     process      the first process's pid and start time, and how far it is: creating, created, running
//     start        while the container is created and waits for `start`: see gate.hpp
// Whoever changes a container holds the flock of its directory; while it only runs, nobody does. The state says
// "creating" before the first side effect, so a runtime that is killed half-way leaves enough behind for `delete
// --force`, or the next `create` of that id, to clean up. Files are replaced by rename, without fsync: a container
// doesn't outlive the machine's power either.
//
// flock(2), runtime.md#state. Next: create.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "oci/config.hpp"
#include "oci/state.hpp"

namespace bell {

/// Throws for ids other than [A-Za-z0-9_+.-]{1,1024}, and for "." and "..".
void validate_id(const std::string& id);

/// One container's directory, locked while this object lives (shared access: unlocked).
class Record {
public:
    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] std::string path(const std::string& file) const { return directory_ + "/" + file; }

    /// The state with status and pid as they are now: stopped when the process is gone, created until it is the
    /// program, paused when its cgroup is frozen. A damaged state throws.
    [[nodiscard]] oci::State state() const;
    /// As it was written; nothing if it is missing or damaged.
    [[nodiscard]] std::optional<oci::State> recorded() const;
    void write_state(const oci::State& state) const;
    void write_config(const std::string& json) const;
    /// Its first process, with the status. A file of its own: short, since init waits for it to be written; and a
    /// damaged state.json doesn't hide the process from delete --force.
    void write_process(const oci::State& state) const;
    /// A state of nothing but that process.
    [[nodiscard]] oci::State process() const;
    [[nodiscard]] oci::Config config() const;
    /// Removes the directory.
    void remove();
    /// Lets others change it while this object lives on.
    void unlock();
    /// Takes it back; false if it was deleted meanwhile.
    [[nodiscard]] bool lock_again();
    /// In a copy of this process (clone(2) copies the lock, too): it stays with the original.
    void leave_to_parent() { lock_.reset(); }

private:
    friend class Store;
    [[nodiscard]] oci::State with_process(oci::State state) const;
    Record(std::string id, std::string directory, Fd lock)
        : id_(std::move(id)), directory_(std::move(directory)), lock_(std::move(lock)) {}
    std::string id_;
    std::string directory_;
    Fd lock_;
};

class Store {
public:
    /// `root` is --root; empty: the default place. Made if it isn't there, and checked to be ours alone.
    static Store make(const std::string& root);
    /// The same for who only looks: one that isn't there has no containers.
    static Store open(const std::string& root);

    /// A new container's record, locked. Nothing if the id is taken; `left_over` is then its record if nobody works on
    /// it.
    std::optional<Record> claim(const std::string& id, std::optional<Record>& left_over) const;
    /// Throws if there is none. `lock`: wait until nobody else changes it.
    [[nodiscard]] Record find(const std::string& id, bool lock) const;
    [[nodiscard]] bool has(const std::string& id) const;
    [[nodiscard]] std::vector<std::string> ids() const;
    [[nodiscard]] const std::string& directory() const { return directory_; }

private:
    explicit Store(std::string directory) : directory_(std::move(directory)) {}
    std::string directory_;
};

}  // namespace bell
