// plan.hpp - what bundle-run would do with a config, told from tables.
//
// Three tables: the steps in the order in which they are taken (plan_steps.cpp), every field of the model with the step
// that it decides about (plan_rows.cpp), and what a config should be warned of (plan_warnings.cpp). verb_plan.cpp
// prints them; verb_chain.cpp writes its comments from the first.
//
// Tests hold them against what they speak of: the rows against the model's list of fields, the steps against the
// narration of a run.                                                Next: plan_steps.cpp, then init.cpp, which does
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concepts/cgroup_host.hpp"
#include "oci/document.hpp"

namespace bell::plan {

/// A config, and what of this host and this user decides about the steps.
struct Situation {
    oci::Config config;
    oci::Linux linux_part;  ///< the config's, or an empty one
    oci::Process process;   ///< likewise
    std::string bundle;     ///< absolute
    cgroup::Host host;
    bool is_root = false;       ///< uid 0, and not only of a user namespace
    bool new_user = false;      ///< the container gets a user namespace of its own
    std::string without_group;  ///< why it runs without a cgroup of its own; empty: it has one

    [[nodiscard]] bool is_new(std::string_view type) const;  ///< a namespace it doesn't share and doesn't join
    [[nodiscard]] bool has_own_dev() const;                  ///< /dev is a mount of its own, not the image's
};
/// `id` names the cgroup where the config doesn't.
[[nodiscard]] Situation look_around(const oci::Document& document, const std::string& bundle, const std::string& id);

enum class Step : unsigned char {
    nothing,  ///< a field that no step reads
    budget,
    make,
    maps,
    lend,
    join_budget,
    keyring,
    cgroup_view,
    network,
    cut_off,
    new_root,
    files,
    devices,
    console,
    runtime_hooks_old,
    runtime_hooks,
    container_hooks,
    names,
    settings,
    masks,
    pivot,
    prefer,
    label,
    limit,
    start_hooks,
    filter_early,
    become,
    filter,
    program,  ///< no step of its own: the end of the last one
    after_hooks,
    end_hooks,
};

struct StepRow {
    Step step;
    std::string_view tool;  ///< that does this step alone
    std::string_view source;
    bool (*taken)(const Situation& here);
    std::string (*sentence)(const Situation& here);
};

struct Taken {
    const StepRow* row;
    std::string sentence;
};
/// The steps, in order.
[[nodiscard]] std::vector<Taken> steps_of(const Situation& here);

/// Fields of one structure that one step reads. `names` are separated by blanks; empty: the place itself is the field.
struct FieldRow {
    std::string_view place;
    std::string_view names;
    Step step;
    std::string_view call;
    std::string_view call_v2;  ///< with cgroup v2; empty: the same
    std::string_view source;
};
[[nodiscard]] const std::vector<FieldRow>& field_rows();
/// "/process/user/uid", ...
[[nodiscard]] std::vector<std::string> fields_of(const FieldRow& row);
/// Throws unless each field of the model is in exactly one row, and each row's fields are the model's.
void check_rows();

enum class Kind : unsigned char { refused, unknown, idle, weak };
struct Warning {
    Kind kind;
    std::string pointer;
    std::string reason;
    std::string remedy;
};
[[nodiscard]] std::string_view word_of(Kind kind);
[[nodiscard]] std::vector<Warning> warnings_of(const Situation& here, const std::vector<oci::Leaf>& leaves);

}  // namespace bell::plan
