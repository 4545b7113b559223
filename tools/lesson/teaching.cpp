// teaching.cpp - see teaching.hpp.
#include "teaching.hpp"

#include "base/text.hpp"
#include "course.hpp"
#include "sys/file.hpp"

namespace bell {
namespace {

std::vector<std::string> cells_of(std::string_view row) {
    std::vector<std::string> cells;
    for (const std::string& cell : text::split(row, '|')) cells.emplace_back(text::trim(cell));
    return cells;  // the first and the last are what is outside the outer bars: nothing
}

}  // namespace

std::optional<unsigned> Teaching::minutes_of(std::string_view section) const {
    for (const auto& [name, number] : minutes)
        if (name == section) return number;
    return std::nullopt;
}

Teaching parse_teaching(std::string_view markdown, const std::string& number) {
    Teaching out;
    std::vector<std::string> head;
    bool ours = false;
    for (const std::string& line : text::split(markdown, '\n')) {
        if (line.starts_with("| lesson |")) head = cells_of(line);
        if (line.starts_with(text::cat("| ", number, " |")) && !head.empty()) {
            const std::vector<std::string> cells = cells_of(line);
            for (std::size_t i = 2; i < cells.size() && i < head.size(); ++i)
                if (const auto minutes = text::number<unsigned>(cells[i])) out.minutes.emplace_back(head[i], *minutes);
        }
        if (line.starts_with("**") || line.starts_with("#"))
            ours = line.starts_with(text::cat("**", number, " "));
        else if (ours)
            out.questions += line + "\n";
    }
    return out;
}

Teaching read_teaching(const std::string& number) {
    const auto text = sys::read_file_if_there(course_directory() + "/TEACHING.md");
    return text ? parse_teaching(*text, number) : Teaching{};
}

}  // namespace bell
