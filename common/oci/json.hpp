// json.hpp - from JSON to structures and back. Included only by the .cpp files of this folder (the library behind it
// costs seconds of compile time).
//
// Reader and Writer are the visitors of fields.hpp. The Reader checks types and ranges and names the place of a mistake
// by its JSON pointer (RFC 6901). The Writer makes fresh JSON; carry_over() brings a change into a document with other
// fields.
#pragma once

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::oci {

using Json = nlohmann::ordered_json;

/// Parses within the budget of document.hpp (checked by the caller). Syntax errors name line and column.
[[nodiscard]] Json parse_json(std::string_view bytes, const std::string& name);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

/// Where in which document: for errors. Most documents have none, so a place only knows the one above it, which must
/// live as long, and puts the words together when it is asked for them.
class Place {
public:
    explicit Place(const std::string& document) : document_(document) {}

    [[nodiscard]] Place below(std::string_view key) const { return {document_, this, key, std::nullopt}; }
    [[nodiscard]] Place below(std::size_t index) const { return {document_, this, {}, index}; }

    [[nodiscard]] const std::string& document() const { return document_; }
    /// "" for the document itself.
    [[nodiscard]] std::string pointer() const {
        if (!above_) return {};
        std::string out = above_->pointer() + "/";
        if (index_) return out += std::to_string(*index_);
        for (const char letter : key_) {
            if (letter == '~')
                out += "~0";
            else if (letter == '/')
                out += "~1";
            else
                out += letter;
        }
        return out;
    }

    [[noreturn]] void refuse(std::string_view must, const Json& is) const {
        std::string shown = is.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (shown.size() > 60) shown = text::cat(std::string_view(shown).substr(0, 57), "...");
        throw Error::bad(
            text::printable(text::cat(document_, ": ", above_ ? pointer() : "/", ": must be ", must, ", is ", shown)));
    }

private:
    Place(const std::string& document, const Place* above, std::string_view key, std::optional<std::size_t> index)
        : document_(document), above_(above), key_(key), index_(index) {}

    const std::string& document_;
    const Place* above_ = nullptr;
    std::string_view key_;
    std::optional<std::size_t> index_;  // in a list, instead of a key
};

class Reader;
template <class T>
void read(const Json& json, T& out, const Place& place);

class Reader {
public:
    Reader(const Json& object, const Place& place) : object_(object), place_(place) {
        if (!object.is_object()) place_.refuse("an object", object);
    }

    /// May be missing or null.
    template <class T>
    void field(std::string_view name, T& member) {
        const auto found = object_.find(name);
        if (found == object_.end() || found->is_null()) return;
        if constexpr (is_optional<T>)
            read(*found, member.emplace(), place_.below(name));
        else
            read(*found, member, place_.below(name));
    }
    /// May be missing: then the member's own default holds.
    template <class T>
    void plain(std::string_view name, T& member) {
        field(name, member);
    }
    template <class T>
    void required(std::string_view name, T& member) {
        if (!object_.contains(name))
            throw Error::bad(
                text::printable(text::cat(place_.document(), ": ", place_.below(name).pointer(), ": is missing")));
        read(object_.find(name).value(), member, place_.below(name));
    }

private:
    const Json& object_;
    const Place& place_;
};

template <std::integral T>
void read_integer(const Json& json, T& out, const Place& place) {
    if (!json.is_number_integer()) place.refuse("an integer", json);
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    if (!fits)
        place.refuse(text::cat("between ", std::numeric_limits<T>::min(), " and ", std::numeric_limits<T>::max()),
                     json);
    out = json.get<T>();
}

template <class T>
void read(const Json& json, T& out, const Place& place) {
    if constexpr (std::same_as<T, bool>) {
        if (!json.is_boolean()) place.refuse("true or false", json);
        out = json.get<bool>();
    } else if constexpr (std::integral<T>) {
        read_integer(json, out, place);
    } else if constexpr (std::same_as<T, std::string>) {
        if (!json.is_string()) place.refuse("a string", json);
        out = json.get<std::string>();
        // The kernel would see the string end there.
        if (out.find('\0') != std::string::npos) place.refuse("a string without NUL bytes", json);
    } else if constexpr (is_vector<T>) {
        if (!json.is_array()) place.refuse("a list", json);
        out.clear();
        for (const Json& element : json) {
            const Place here = place.below(out.size());
            read(element, out.emplace_back(), here);
        }
    } else if constexpr (is_map<T>) {
        if (!json.is_object()) place.refuse("an object", json);
        for (const auto& [key, value] : json.items()) read(value, out[key], place.below(key));
    } else {
        Reader reader(json, place);
        fields(reader, out);
    }
}

// Writing.

template <class T>
[[nodiscard]] Json to_value(const T& value);

class Writer {
public:
    /// What is unset or empty is left out.
    template <class T>
    void field(const char* name, const T& member) {
        if constexpr (is_optional<T>) {
            if (member) object_[name] = to_value(*member);
        } else if constexpr (is_vector<T> || is_map<T>) {
            if (!member.empty()) object_[name] = to_value(member);
        } else {
            object_[name] = to_value(member);
        }
    }
    template <class T>
    void plain(const char* name, const T& member) {
        object_[name] = to_value(member);
    }
    template <class T>
    void required(const char* name, const T& member) {
        object_[name] = to_value(member);
    }
    [[nodiscard]] Json take() { return std::move(object_); }

private:
    Json object_ = Json::object();
};

template <class T>
Json to_value(const T& value) {
    if constexpr (std::same_as<T, bool> || std::integral<T> || std::same_as<T, std::string>) {
        return value;
    } else if constexpr (is_vector<T>) {
        Json list = Json::array();
        for (const auto& element : value) list.push_back(to_value(element));
        return list;
    } else if constexpr (is_map<T>) {
        Json object = Json::object();
        for (const auto& [key, element] : value) object[key] = to_value(element);
        return object;
    } else {
        Writer writer;
        fields(writer, value);
        return writer.take();
    }
}

/// Carries what differs between `before` and `after` over to `document`, of which `before` shows the fields we know.
/// What we don't know, and what didn't change, keeps its value and its place.
void carry_over(Json& document, const Json& before, const Json& after);

/// A document of one structure, by itself.
template <class T>
[[nodiscard]] T read_document(const std::string& bytes, const std::string& name) {
    const Json json = parse_json(bytes, name);
    T out;
    read(json, out, Place(name));
    return out;
}

}  // namespace bell::oci
