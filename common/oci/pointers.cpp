// pointers.cpp - see pointers.hpp.
#include "oci/pointers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "oci/fields.hpp"

namespace bell::oci {
namespace {

template <class T>
inline constexpr bool is_word = std::integral<T> || std::same_as<T, std::string>;

// A visitor like the reader and the writer of json.hpp: it looks at the types only.
class Names {
public:
    Names(std::string place, std::vector<std::string>& out) : place_(std::move(place)), out_(out) {}

    template <class T>
    void field(std::string_view name, const T& /*member*/) {
        list<T>(text::cat(place_, "/", name));
    }
    template <class T>
    void plain(std::string_view name, const T& member) {
        field(name, member);
    }
    template <class T>
    void required(std::string_view name, const T& member) {
        field(name, member);
    }

private:
    template <class T>
    void list(const std::string& name) {
        if constexpr (is_word<T>)
            out_.push_back(name);
        else
            inside(name, static_cast<T*>(nullptr));
    }
    template <class T>
    void inside(const std::string& name, std::optional<T>* /*type*/) {
        list<T>(name);
    }
    template <class T>
    void inside(const std::string& name, std::vector<T>* /*type*/) {
        list<T>(is_word<T> ? name : name + "/*");
    }
    template <class T>
    void inside(const std::string& name, std::map<std::string, T>* /*type*/) {
        list<T>(name + "/*");
    }
    template <class T>
    void inside(const std::string& name, T* /*type*/) {
        Names names(name, out_);
        const T example{};
        fields(names, example);
    }

    std::string place_;
    std::vector<std::string>& out_;
};

// Whether the pointer's first parts are these of the field: all of them, or as many as both have.
bool begins_alike(const std::vector<std::string>& pointer, const std::vector<std::string>& field) {
    if (pointer.size() > field.size()) return false;
    for (std::size_t i = 0; i < pointer.size(); ++i)
        if (field[i] != "*" && field[i] != pointer[i]) return false;
    return true;
}

}  // namespace

std::vector<std::string> known_fields() {
    std::vector<std::string> out;
    Names names("", out);
    const Config example{};
    fields(names, example);
    return out;
}

bool is_of(std::string_view pointer, std::string_view field) {
    const std::vector<std::string> part = text::split(pointer, '/');
    const std::vector<std::string> wanted = text::split(field, '/');
    return part.size() == wanted.size() && begins_alike(part, wanted);
}

std::string unknown_part(std::string_view pointer, const std::vector<std::string>& fields) {
    const std::vector<std::string> part = text::split(pointer, '/');
    std::vector<std::string> so_far;
    for (const std::string& each : part) {
        so_far.push_back(each);
        const bool known = std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
            return begins_alike(so_far, text::split(field, '/'));
        });
        if (!known) return text::join(so_far, "/");
    }
    return {};
}

}  // namespace bell::oci
