// directory_ends.hpp - what is still to be done to directories when all is in them.
//
// Filling a directory changes its time, a mode may close it to its owner, and a default access list goes over to all
// that is made in it. So these are set at the very end, the deepest first. Until then they are kept here; but an image
// may have a million directories, and memory is to stay the same. So no more than a few thousand are kept in memory.
// When there are too many they go, sorted, to a file without a name; in the end all these runs are read side by side,
// and whichever has the greatest path is the next. That is an external merge sort.
//
//     recent_     var/log  var  usr        still in memory, sorted
//     run 1       usr/lib  usr  bin        in the file, from the greatest path down
//     run 0       etc  bin
//     out         var/log  var  usr/lib  usr (of recent_: the last note counts)  etc  bin (of run 1)
//
// In byte order what is in a directory comes behind it: from the greatest path down it comes first.
//
// open(2) O_TMPFILE. Next: layer.hpp.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/fd.hpp"

namespace bell::image {

class DirectoryEnds {
public:
    struct End {
        timespec mtime;
        mode_t mode;
        std::string default_acl = {};  ///< the attribute's value (acl.hpp); empty: none
    };

    /// `place`: a directory for the file, if it takes one.
    explicit DirectoryEnds(int place) : place_(place) {}

    /// The last note of a path counts.
    void note(const std::string& path, const End& end);
    /// Hands over all, what is in a directory before it. They are forgotten then.
    void settle(const std::function<void(const std::string& path, const End& end)>& each);

private:
    struct Run {
        std::uint64_t begin, end;  // in the file
    };
    class RunReader;

    void spill();
    void merge(const std::function<void(const std::string& path, const End& end)>& each);

    int place_;
    std::map<std::string, End> recent_;
    std::size_t recent_bytes_ = 0;  // of their paths and lists
    Fd file_;
    std::vector<Run> runs_;
};

}  // namespace bell::image
