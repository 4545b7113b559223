// bus_message.cpp - see bus_message.hpp.
#include "sys/bus_message.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::sys {
namespace {

[[noreturn]] void damaged() { throw Error::bad("a message to the systemd helper is damaged"); }

class RestOfWords {
public:
    explicit RestOfWords(std::vector<std::string> words) : words_(std::move(words)) {}
    [[nodiscard]] bool at_end() const { return next_ == words_.size(); }
    [[nodiscard]] std::string next() {
        if (at_end()) damaged();
        return std::move(words_[next_++]);
    }
    [[nodiscard]] std::size_t left() const { return words_.size() - next_; }

private:
    std::vector<std::string> words_;
    std::size_t next_ = 0;
};

BusProperty next_property(RestOfWords& words) {
    BusProperty out;
    out.name = words.next();
    out.type = words.next();
    const auto count = text::number<std::size_t>(words.next());
    if (!count || *count > words.left()) damaged();
    for (std::size_t i = 0; i < *count; ++i) out.values.push_back(words.next());
    return out;
}

}  // namespace

std::string to_message(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        if (word.find('\0') != std::string::npos) damaged();
        out.append(word).push_back('\0');
    }
    return out;
}

std::string to_message(const BusRequest& request) {
    std::vector<std::string> words = {request.verb, request.unit};
    for (const BusProperty& each : request.properties) {
        words.insert(words.end(), {each.name, each.type, text::cat(each.values.size())});
        words.insert(words.end(), each.values.begin(), each.values.end());
    }
    return to_message(words);
}

std::vector<std::string> parse_bus_words(std::string_view message) {
    if (message.empty()) return {};
    if (message.back() != '\0') damaged();
    return text::split(message.substr(0, message.size() - 1), '\0');
}

BusRequest parse_bus_request(std::string_view message) {
    RestOfWords words(parse_bus_words(message));
    BusRequest out;
    out.verb = words.next();
    out.unit = words.next();
    while (!words.at_end()) out.properties.push_back(next_property(words));
    return out;
}

}  // namespace bell::sys
