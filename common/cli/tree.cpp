// tree.cpp - see tree.hpp.
#include "cli/tree.hpp"

#include "base/text.hpp"

namespace bell::cli {
namespace {

// Deeper rows are drawn at this depth: a hundred thousand mounts may be stacked on one another.
constexpr std::size_t depth_limit = 32;

struct Letters {
    std::string_view branch, last, pass, blank;
};
constexpr Letters ascii_letters = {"|-- ", "`-- ", "|   ", "    "};
constexpr Letters unicode_letters = {"├── ", "└── ", "│   ", "    "};

// Walks the rows from parents to children without recursion: the depth is the kernel's to choose, not ours.
class TreeWalk {
public:
    TreeWalk(const std::vector<Row>& rows, const Paper& paper) : rows_(rows), paper_(paper), children_(rows.size()) {
        for (std::size_t at = 0; at < rows.size(); ++at)
            if (has_parent(at)) children_[*rows[at].parent].push_back(at);
    }

    std::vector<Cells> lines() {
        for (std::size_t at = 0; at < rows_.size(); ++at)
            if (!has_parent(at)) visit(at);
        // Rows whose parents lead in a circle hang below nothing: the first of each circle is drawn as a root.
        for (std::size_t at = 0; at < rows_.size(); ++at)
            if (!seen_[at]) visit(at);
        return std::move(lines_);
    }

private:
    struct Step {
        std::size_t row;
        std::string front;  // what stands in front of the row's own children
        std::string_view own;
    };

    [[nodiscard]] bool has_parent(std::size_t row) const {
        return rows_[row].parent && *rows_[row].parent < rows_.size() && *rows_[row].parent != row;
    }

    void visit(std::size_t root) {
        std::vector<Step> waiting{{root, "", ""}};
        while (!waiting.empty()) {
            const Step step = std::move(waiting.back());
            waiting.pop_back();
            if (seen_[step.row]) continue;
            seen_[step.row] = true;
            draw(step);
            push_children(step, waiting);
        }
    }

    void draw(const Step& step) {
        Cells cells;
        for (const std::string& cell : rows_[step.row].cells) cells.push_back(printable_on(paper_, cell));
        if (!cells.empty()) cells.front() = text::cat(step.front, step.own, cells.front());
        lines_.push_back(std::move(cells));
    }

    void push_children(const Step& step, std::vector<Step>& waiting) const {
        const Letters& letters = paper_.unicode ? unicode_letters : ascii_letters;
        std::string front = step.front;
        if (columns_of(front) < depth_limit * 4 && !step.own.empty())
            front += step.own == letters.last ? letters.blank : letters.pass;
        const std::vector<std::size_t>& children = children_[step.row];
        for (std::size_t at = children.size(); at-- > 0;)
            waiting.push_back({children[at], front, at + 1 == children.size() ? letters.last : letters.branch});
    }

    const std::vector<Row>& rows_;
    const Paper& paper_;
    std::vector<std::vector<std::size_t>> children_;
    std::vector<bool> seen_ = std::vector<bool>(rows_.size());
    std::vector<Cells> lines_;
};

}  // namespace

std::string draw_tree(const std::vector<Row>& rows, const Paper& paper) {
    return draw_columns(TreeWalk(rows, paper).lines(), paper, 0);
}

}  // namespace bell::cli
