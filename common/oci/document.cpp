// document.cpp - see document.hpp.
#include "oci/document.hpp"

#include "oci/fields.hpp"
#include "oci/json.hpp"

namespace bell::oci {

struct Document::Json {
    oci::Json value;
};

// Counts nesting and the keys of each open object, skipping strings: what the parser would have to keep in memory.
void check_budget(std::string_view json, const std::string& name, const Budget& budget) {
    if (json.size() > budget.bytes) throw Error::bad(text::cat(name, ": larger than ", budget.bytes, " bytes"));
    std::vector<std::size_t> open_keys;
    std::size_t comparisons = 0;  // of keys, that the parser will make
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char letter = json[i];
        if (in_string) {
            if (letter == '\\')
                ++i;
            else if (letter == '"')
                in_string = false;
        } else if (letter == '"') {
            in_string = true;
        } else if (letter == '{' || letter == '[') {
            open_keys.push_back(0);
            if (open_keys.size() > budget.depth)
                throw Error::bad(text::cat(name, ": nested deeper than ", budget.depth, " levels"));
        } else if ((letter == '}' || letter == ']') && !open_keys.empty()) {
            open_keys.pop_back();
        } else if (letter == ':' && !open_keys.empty()) {
            comparisons += ++open_keys.back();
            if (open_keys.back() > budget.keys_in_an_object)
                throw Error::bad(text::cat(name, ": an object has more than ", budget.keys_in_an_object, " keys"));
            if (comparisons > budget.keys_in_an_object * budget.keys_in_an_object)
                throw Error::bad(text::cat(name, ": too many objects with too many keys"));
        }
    }
}

namespace {

std::string line_and_column(std::string_view bytes, std::size_t offset) {
    const std::string_view before = bytes.substr(0, std::min(offset, bytes.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t last = before.rfind('\n');
    const std::size_t column = last == std::string_view::npos ? before.size() + 1 : before.size() - last;
    return text::cat("line ", line, ", column ", column);
}

// "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error while ... - unexpected '}'; expected
// ..." What was read last is quoted whole, and may be a number of a million digits.
std::string library_reason(std::string_view what) {
    constexpr std::size_t longest = 200;
    const std::size_t dash = what.find(" - ");
    const std::size_t colon = what.rfind(": ");
    if (dash != std::string_view::npos)
        what.remove_prefix(dash + 3);
    else if (colon != std::string_view::npos)
        what.remove_prefix(colon + 2);
    if (what.size() <= longest) return std::string(what);
    return text::cat(what.substr(0, longest), "...");
}

}  // namespace

Json parse_json(std::string_view bytes, const std::string& name) {
    try {
        return Json::parse(bytes);
    } catch (const Json::parse_error& error) {
        const std::size_t offset = error.byte > 0 ? error.byte - 1 : 0;
        throw Error::bad(text::cat(name, ": not valid JSON, ", line_and_column(bytes, offset), ": ",
                                   text::printable(library_reason(error.what()))));
    } catch (const Json::exception& error) {  // 1e999 is no parse error to the library
        throw Error::bad(text::cat(name, ": not valid JSON: ", text::printable(library_reason(error.what()))));
    }
}

Document::Document(std::unique_ptr<Json> json, std::string name) : json_(std::move(json)), name_(std::move(name)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Document Document::parse(std::string_view json, std::string name, const Budget& budget) {
    check_budget(json, name, budget);
    auto parsed = std::make_unique<Json>(Json{parse_json(json, name)});
    const oci::Json& value = parsed->value;
    if (!value.is_object()) throw Error::bad(text::cat(name, ": must be a JSON object, a config.json"));
    if (value.contains("status") && value.contains("id") && !value.contains("process"))
        throw Error::bad(text::cat(name, ": this is a container's state, not a config.json"),
                         "to act on the running container, add '--target -'");
    return {std::move(parsed), std::move(name)};
}

Document Document::empty(std::string name) {
    return {std::make_unique<Json>(Json{oci::Json::object()}), std::move(name)};
}

Document Document::copy() const { return {std::make_unique<Json>(*json_), name_}; }

namespace {

// Programs in Go write nothing and an empty string for the same: the specification's own structures leave out either.
void forget_if_empty(std::optional<std::string>& words) {
    if (words && words->empty()) words.reset();
}

}  // namespace

Config Document::config() const {
    Config out;
    read(json_->value, out, Place(name_));
    forget_if_empty(out.hostname);
    forget_if_empty(out.domainname);
    if (!out.linux_) return out;
    forget_if_empty(out.linux_->rootfsPropagation);
    for (Namespace& each : out.linux_->namespaces) forget_if_empty(each.path);
    return out;
}

namespace {

bool same_key(const Json& element, const Json& old) {
    if (!element.is_object() || element.empty() || !old.is_object()) return false;
    const auto key = element.begin();  // its first field
    return old.value(key.key(), Json{}) == key.value();
}

// For each new element the index of the old one it belongs to, or the old list's size. Equal elements find each other
// before those with the same key do: else a new device rule would take the place of the one behind it.
std::vector<std::size_t> origins(const Json& old_list, const Json& new_list) {
    std::vector<std::size_t> origin(new_list.size(), old_list.size());
    std::vector<bool> taken(old_list.size());
    const auto pair_up = [&](const auto& belong_together) {
        std::size_t first = 0;  // none before it is free: lists that hardly change cost one pass
        for (std::size_t i = 0; i < new_list.size(); ++i) {
            while (first < old_list.size() && taken[first]) ++first;
            for (std::size_t j = first; j < old_list.size() && origin[i] == old_list.size(); ++j)
                if (!taken[j] && belong_together(new_list[i], old_list[j])) {
                    origin[i] = j;
                    taken[j] = true;
                }
        }
    };
    pair_up([](const Json& element, const Json& old) { return element == old; });
    pair_up(same_key);
    return origin;
}

Json carry_list(Json document, const Json& before, const Json& after) {
    const std::vector<std::size_t> origin = origins(before, after);
    Json out = Json::array();
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (origin[i] >= before.size() || origin[i] >= document.size()) {
            out.push_back(after[i]);
            continue;
        }
        Json kept = std::move(document[origin[i]]);
        carry_over(kept, before[origin[i]], after[i]);
        out.push_back(std::move(kept));
    }
    return out;
}

}  // namespace

void carry_over(Json& document, const Json& before, const Json& after) {
    if (before == after) return;
    if (before.is_array() && after.is_array() && document.is_array()) {
        document = carry_list(std::move(document), before, after);
        return;
    }
    if (!before.is_object() || !after.is_object() || !document.is_object()) {
        document = after;
        return;
    }
    for (const auto& [key, value] : after.items()) {
        if (before.contains(key))
            carry_over(document[key], before[key], value);
        else if (document.contains(key) && document[key].is_object() && value.is_object())
            carry_over(document[key], Json::object(), value);
        else
            document[key] = value;
    }
    for (const auto& [key, value] : before.items())
        if (!after.contains(key)) document.erase(key);
}

void Document::put(const Config& wanted) {
    const bool is_new = !json_->value.contains("ociVersion");
    carry_over(json_->value, is_new ? oci::Json::object() : to_value(config()), to_value(wanted));
}

std::string Document::text() const {
    return json_->value.dump(2, ' ', false, oci::Json::error_handler_t::replace) + "\n";
}

namespace {

std::string shown(const Json* value) {
    if (!value) return "unset";
    std::string out = value->dump(-1, ' ', false, Json::error_handler_t::replace);
    return out.size() > 60 ? out.substr(0, 57) + "..." : out;
}

// Lists: what came and what went, instead of two long lines.
void compare_lists(const Json& before, const Json& after, const Place& place, std::vector<std::string>& out) {
    for (const Json& element : after)
        if (std::find(before.begin(), before.end(), element) == before.end())
            out.push_back(text::cat(place.pointer(), ": + ", shown(&element)));
    for (const Json& element : before)
        if (std::find(after.begin(), after.end(), element) == after.end())
            out.push_back(text::cat(place.pointer(), ": - ", shown(&element)));
}

void compare(const Json* before, const Json* after, const Place& place, std::vector<std::string>& out) {
    static const Json no_list = Json::array();
    static const Json no_object = Json::object();
    if (before && after && *before == *after) return;
    const auto both = [&](auto is) { return (!before || is(*before)) && (!after || is(*after)); };
    if (both([](const Json& json) { return json.is_array(); }))
        return compare_lists(before ? *before : no_list, after ? *after : no_list, place, out);
    if (!both([](const Json& json) { return json.is_object(); })) {
        out.push_back(text::cat(place.pointer(), ": ", shown(before), " -> ", shown(after)));
        return;
    }
    const Json& old_object = before ? *before : no_object;
    const Json& new_object = after ? *after : no_object;
    for (const auto& [key, value] : new_object.items())
        compare(old_object.contains(key) ? &old_object[key] : nullptr, &value, place.below(key), out);
    for (const auto& [key, value] : old_object.items())
        if (!new_object.contains(key)) compare(&value, nullptr, place.below(key), out);
}

}  // namespace

std::vector<std::string> Document::changes_since(const Document& before) const {
    std::vector<std::string> out;
    compare(&before.json_->value, &json_->value, Place(name_), out);
    return out;
}

namespace {

bool is_list_of_words(const Json& json) {
    return json.is_array() &&
           std::none_of(json.begin(), json.end(), [](const Json& each) { return each.is_structured(); });
}

void collect_leaves(const Json& json, const Place& place, std::vector<Leaf>& out) {
    if (json.is_null() || (json.is_structured() && json.empty())) return;
    if (!json.is_structured() || is_list_of_words(json)) {
        out.push_back({place.pointer(), json.dump(-1, ' ', false, Json::error_handler_t::replace)});
        return;
    }
    for (const auto& [key, value] : json.items()) collect_leaves(value, place.below(key), out);
}

}  // namespace

std::vector<Leaf> Document::leaves() const {
    std::vector<Leaf> out;
    collect_leaves(json_->value, Place(name_), out);
    return out;
}

std::string to_json(const Seccomp& profile) {
    return to_value(profile).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Seccomp parse_seccomp(const std::string& json, const std::string& name) {
    check_budget(json, name);
    return read_document<Seccomp>(json, name);
}

Process parse_process(const std::string& json, const std::string& name) {
    check_budget(json, name);
    return read_document<Process>(json, name);
}

Resources parse_resources(const std::string& json, const std::string& name) {
    check_budget(json, name);
    return read_document<Resources>(json, name);
}

State parse_state(const std::string& json, const std::string& name) {
    check_budget(json, name);
    return read_document<State>(json, name);
}

std::string to_json(const State& state, bool pretty) {
    return to_value(state).dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const ContainerProcessState& state) {
    return to_value(state).dump(-1, ' ', false, Json::error_handler_t::replace);
}

State without_own_fields(State state) {
    State out;
    out.ociVersion = std::move(state.ociVersion);
    out.id = std::move(state.id);
    out.status = std::move(state.status);
    out.pid = state.pid;
    out.bundle = std::move(state.bundle);
    out.annotations = std::move(state.annotations);
    return out;
}

}  // namespace bell::oci
