// document.hpp - a config.json that passes through many hands.
//
// In describe mode every tool reads the whole document, changes its own fields and writes it on. Every other field,
// known to us or not, keeps its value and its place. So the document stays JSON; the structures of config.hpp are views
// that are taken out, changed and put back. The JSON library is behind this header and nowhere else.
//
// Errors name the place: "config.json: /linux/resources/memory/limit: must be an integer, is "64M"".
//
// Next: fields.hpp, which tells how each structure is written as JSON.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oci/config.hpp"

namespace bell::oci {

/// What a document may cost before it is refused. The parser is quadratic in the keys of one object.
struct Budget {
    std::size_t bytes = std::size_t{4} << 20;
    std::size_t depth = 64;
    std::size_t keys_in_an_object = 10'000;
};

/// Throws if the text is larger, deeper or wider than the budget. Runs over the bytes once.
void check_budget(std::string_view json, const std::string& name, const Budget& budget = {});

/// A field that has a value, by its JSON pointer; a list of words is one field. The value is JSON.
struct Leaf {
    std::string pointer;
    std::string value;
};

class Document {
public:
    /// Parses; `name` is used in errors ("demo/config.json", "stdin"). A syntax error names line and column; a state
    /// where a config was due names --target.
    static Document parse(std::string_view json, std::string name, const Budget& budget = {});
    /// The object without any field.
    static Document empty(std::string name);

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();
    [[nodiscard]] Document copy() const;

    /// The whole document as structures. Checks every known field's type.
    [[nodiscard]] Config config() const;

    /// Puts structures back: fields that differ from what the document says are changed, in place; list elements that
    /// have the same key (a mount's destination, a namespace's type) keep their unknown fields.
    void put(const Config& config);

    /// Pretty JSON with a line end.
    [[nodiscard]] std::string text() const;

    /// What differs, one line a leaf: "/linux/resources/pids/limit: unset -> 20".
    [[nodiscard]] std::vector<std::string> changes_since(const Document& before) const;

    /// All that is said in it, in its order. What is null or empty says nothing.
    [[nodiscard]] std::vector<Leaf> leaves() const;

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    struct Json;
    Document(std::unique_ptr<Json> json, std::string name);
    std::unique_ptr<Json> json_;
    std::string name_;
};

/// A seccomp profile: the `linux.seccomp` object as a file of its own.
[[nodiscard]] Seccomp parse_seccomp(const std::string& json, const std::string& name);
/// The same back, on one line.
[[nodiscard]] std::string to_json(const Seccomp& profile);
/// A `process` or `linux.resources` object as a file of its own (exec --process, update --resources).
[[nodiscard]] Process parse_process(const std::string& json, const std::string& name);
[[nodiscard]] Resources parse_resources(const std::string& json, const std::string& name);

/// The newest runtime-spec that this code knows.
inline constexpr std::string_view newest_version = "1.3.0";

/// The lowest ociVersion that knows every field used: older runtimes refuse newer ones.
[[nodiscard]] std::string lowest_version(const Config& config);

}  // namespace bell::oci
