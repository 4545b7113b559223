// pointers.hpp - the names of all fields there are, and of those a document has.
//
// A field's name is its JSON pointer (RFC 6901): /process/user/uid. Where a list of structures or an object with free
// keys is on the way, the name of the field has a star: /mounts/*/destination, /linux/sysctl/*. Lists of words are one
// field: /process/args. The names come from fields.hpp, so whoever keeps a table of fields can be held against them.
//
// Next: fields.hpp; tools/bundle-run/plan_rows.cpp is such a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bell::oci {

/// Every field of a config.json that the model has, in the model's order.
[[nodiscard]] std::vector<std::string> known_fields();

/// Whether a pointer ("/mounts/0/type") is of this field ("/mounts/*/type").
[[nodiscard]] bool is_of(std::string_view pointer, std::string_view field);

/// The shortest beginning of the pointer that no field has; empty if the pointer is of one of the fields.
[[nodiscard]] std::string unknown_part(std::string_view pointer, const std::vector<std::string>& fields);

}  // namespace bell::oci
