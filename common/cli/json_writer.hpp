// json_writer.hpp - what a tool knows, for programs: JSON, written as it comes.
//
// The documents of the specifications are read, changed and written by oci/. What a tool only tells needs none of that:
// a string that grows, and commas in the right places.
//
//     JsonWriter json;
//     json.object([&] {
//         json.key("pid").number(4711);
//         json.key("command").array([&] { json.string("sh"); });
//     });
//
// RFC 8259. Strings must be UTF-8 there: bytes that aren't become U+FFFD.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace bell::cli {

class JsonWriter {
public:
    /// The next value belongs to this key.
    JsonWriter& key(std::string_view name) {
        comma();
        append_string(name);
        out_ += ':';
        wants_comma_ = false;
        return *this;
    }
    void string(std::string_view words) {
        comma();
        append_string(words);
    }
    template <std::integral Number>
    void number(Number value) {
        literal(text::cat(value));
    }
    /// A number with a fraction, as the kernel has written it; anything else becomes 0.
    void decimal(std::string_view words) {
        const bool is_one = !words.empty() && words.find_first_not_of("0123456789.") == std::string_view::npos &&
                            words.front() != '.' && words.back() != '.';
        literal(is_one ? words : "0");
    }
    void boolean(bool value) { literal(value ? "true" : "false"); }
    void null() { literal("null"); }
    /// What is JSON already.
    void json(std::string_view value) { literal(value); }

    template <class Body>
    void object(Body&& body) {
        enclosed('{', '}', std::forward<Body>(body));
    }
    template <class Body>
    void array(Body&& body) {
        enclosed('[', ']', std::forward<Body>(body));
    }

    [[nodiscard]] const std::string& text() const { return out_; }

private:
    void comma() {
        if (wants_comma_) out_ += ',';
        wants_comma_ = true;
    }
    void literal(std::string_view words) {
        comma();
        out_ += words;
    }
    template <class Body>
    void enclosed(char open, char close, Body&& body) {
        comma();
        out_ += open;
        wants_comma_ = false;
        body();
        out_ += close;
        wants_comma_ = true;
    }
    void append_string(std::string_view words);

    std::string out_;
    bool wants_comma_ = false;
};

}  // namespace bell::cli
