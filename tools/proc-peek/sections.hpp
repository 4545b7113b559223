// sections.hpp - a look at a process, for people: a section for each thing it is made of.
//
// Each show_ function writes one section; show_overview one line of each. What couldn't be read is said in its place,
// in brackets, with the reason: it is never an error, since most of what a process is made of is its owner's to know.
#pragma once

#include <string>
#include <string_view>

#include "cli/table.hpp"
#include "look.hpp"

namespace bell::peek {

/// What is being written, and on what.
struct Page {
    cli::Paper paper;
    std::string text;
    void fact(std::string_view label, std::string_view words) { text += cli::draw_fact(label, words, paper); }
    void line(std::string_view words) { text += cli::printable_on(paper, words) + "\n"; }
};

void show_title(Page& page, const Look& look);
void show_overview(Page& page, const Look& look);
void show_root(Page& page, const Look& look);
void show_ids(Page& page, const Look& look);
void show_namespaces(Page& page, const Look& look);
void show_mounts(Page& page, const Look& look);
void show_cgroups(Page& page, const Look& look);
void show_capabilities(Page& page, const Look& look);
/// `all`: also those that are the same as the other's.
void show_limits(Page& page, const Look& look, bool all);

// The lines that the overview and the sections share.
void facts_of_files(Page& page, const Look& look);
void facts_of_user(Page& page, const Look& look);
void fact_of_namespaces(Page& page, const Look& look);
void fact_of_mounts(Page& page, const Look& look);
void facts_of_cgroups(Page& page, const Look& look);
void facts_of_powers(Page& page, const Look& look);
void fact_of_limits(Page& page, const Look& look);

/// "(not readable: another user's process)", "(none: it has ended)": why a fact isn't there.
[[nodiscard]] std::string why_missing(const Look& look, int error);

/// The value, or why it isn't there.
[[nodiscard]] inline std::string words_of(const Look& look, const sys::Fact<std::string>& fact) {
    return fact ? *fact : why_missing(look, fact.error);
}

/// "kill, setuid (2 of 41)", "all 41", "none".
[[nodiscard]] std::string set_words(std::uint64_t set, unsigned last_capability);

/// "sh -c 'sleep 9'", or "[kthreadd]" for what has no command line.
[[nodiscard]] std::string command_line(const sys::Process& process);

}  // namespace bell::peek
