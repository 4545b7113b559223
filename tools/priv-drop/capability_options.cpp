// capability_options.cpp - see capability_options.hpp.
#include "capability_options.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "oci/defaults.hpp"

namespace bell {
namespace {

std::uint64_t meaning(const std::string& word, std::uint64_t every) {
    if (word == "none" || word.empty()) return 0;
    if (word == "all") return every;
    if (word != "default") return capabilities::bit(word);
    std::uint64_t set = 0;
    for (const std::string& name : oci::default_capabilities()) set |= capabilities::bit(name);
    return set;
}

bool is_change(const std::string& list) { return list.starts_with('+') || list.starts_with('-'); }

// "+net_raw,-kill": what of `now` stays, with what is new. `adding` is off for sets that a change only takes from.
std::uint64_t changed(const std::string& list, std::uint64_t now, std::uint64_t every, bool adding = true) {
    for (const std::string& word : text::split(list, ',')) {
        if (!is_change(word))
            throw Error::bad(text::cat("capabilities ", text::printable(list), ": all words have a sign or none has"),
                             "'+net_raw,-kill' changes a set, 'net_raw' is the set");
        const std::uint64_t bits = meaning(word.substr(1), every);
        if (word[0] == '-')
            now &= ~bits;
        else if (adding)
            now |= bits;
    }
    return now;
}

std::uint64_t parse_set(const std::string& list, std::uint64_t now, std::uint64_t every) {
    if (is_change(list)) return changed(list, now, every);
    std::uint64_t set = 0;
    for (const std::string& word : text::split(list, ',')) {
        if (is_change(word))
            throw Error::bad(text::cat("capabilities ", text::printable(list), ": all words have a sign or none has"),
                             "'+net_raw,-kill' changes a set, 'net_raw' is the set");
        set |= meaning(word, every);
    }
    return set;
}

}  // namespace

void CapabilityOptions::add_to(cli::Command& command) {
    command.text("-c,--caps", all_five_, "LIST", "the powers it has: none, all, default, kill,... or +net_raw,-kill");
    command.text("--bounding", bounding_, "LIST", "what exec can ever give", cli::Help::all);
    command.text("--permitted", permitted_, "LIST", "what it can make effective", cli::Help::all);
    command.text("--effective", effective_, "LIST", "what counts now", cli::Help::all);
    command.text("--inheritable", inheritable_, "LIST", "what a file can pass on", cli::Help::all);
    command.text("--ambient", ambient_, "LIST", "what a program without root keeps (also permitted and inheritable)",
                 cli::Help::all);
}

bool CapabilityOptions::given() const {
    return all_five_ || bounding_ || effective_ || permitted_ || inheritable_ || ambient_;
}

capabilities::Sets CapabilityOptions::sets(capabilities::Sets now, const capabilities::Sets& every) const {
    if (all_five_) {
        const bool change = is_change(*all_five_);
        now.bounding = parse_set(*all_five_, now.bounding, every.bounding);
        now.permitted = parse_set(*all_five_, now.permitted, every.permitted);
        now.effective = parse_set(*all_five_, now.effective, every.effective);
        now.inheritable = change ? changed(*all_five_, now.inheritable, every.inheritable, false) : 0;
        now.ambient = change ? changed(*all_five_, now.ambient, every.ambient, false) : 0;
    }
    if (bounding_) now.bounding = parse_set(*bounding_, now.bounding, every.bounding);
    if (permitted_) now.permitted = parse_set(*permitted_, now.permitted, every.permitted);
    if (effective_) now.effective = parse_set(*effective_, now.effective, every.effective);
    if (inheritable_) now.inheritable = parse_set(*inheritable_, now.inheritable, every.inheritable);
    if (ambient_) now.ambient = parse_set(*ambient_, now.ambient, every.ambient);
    // Ambient ones must lie in these two as well; who asks for them means that.
    if (ambient_ && !permitted_) now.permitted |= now.ambient;
    if (ambient_ && !inheritable_) now.inheritable |= now.ambient;
    return now;
}

}  // namespace bell
