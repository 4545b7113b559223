// progress.hpp - how far a long work is: one line on a terminal, nothing anywhere else.
//
//     layer-unpack: 412M of 1.2G  [=========>                    ]
//
// It appears when the work has taken a moment, is redrawn ten times a second, and is gone at the end. A terminal of any
// width takes it; a pipe or a file never sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace bell::cli {

class Progress {
public:
    /// `name`: who works. `wanted`: false shows nothing, as does a stderr that is no terminal.
    Progress(std::string name, bool wanted);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// Whether anything will be shown; else there is no use in finding out how much there is to do.
    [[nodiscard]] bool wanted() const { return wanted_; }
    /// May be called as often as one likes. `all` 0: not known.
    void show(std::uint64_t done, std::uint64_t all);
    /// Makes room for a result that comes before the end, until the next show().
    void make_room();
    /// Takes the line away; nothing is shown any more.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    std::string name_;
    bool wanted_;
    Clock::time_point next_;
    bool drawn_ = false;
};

}  // namespace bell::cli
