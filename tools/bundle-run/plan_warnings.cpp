// plan_warnings.cpp - what a config should be warned of, in the order of its urgency. The rows: plan_idle.cpp and
// plan_weak.cpp.
#include "base/error.hpp"
#include "base/text.hpp"
#include "oci/pointers.hpp"
#include "plan_checks.hpp"

namespace bell::plan {

std::string_view word_of(Kind kind) {
    switch (kind) {
        case Kind::refused: return "refused";
        case Kind::unknown: return "unknown";
        case Kind::idle: return "idle";
        case Kind::weak: return "weak";
    }
    return "";
}

const FieldRow& row_of(std::string_view pointer) {
    for (const FieldRow& row : field_rows())
        for (const std::string& field : fields_of(row))
            if (oci::is_of(pointer, field)) return row;
    throw Error::bad(text::cat("the plan's table has no row for ", pointer));
}

bool says_no(const oci::Leaf& leaf) { return leaf.value == "false" && !leaf.pointer.ends_with("/allow"); }

std::vector<Warning> warnings_of(const Situation& here, const std::vector<oci::Leaf>& leaves) {
    std::vector<Warning> out;
    add_refusals(out, here);
    add_idle(out, here, leaves);
    add_weak(out, here);
    return out;
}

}  // namespace bell::plan
