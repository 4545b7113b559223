// directory_ends.cpp - see directory_ends.hpp.
#include "image/directory_ends.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>
#include <utility>

#include "base/error.hpp"
#include "sys/file.hpp"

namespace bell::image {
namespace {

// Two megabytes or so; and of the file so much at a time of each run.
constexpr std::size_t most_recent = 8192;
constexpr std::size_t most_recent_bytes = std::size_t{1} << 20;
constexpr std::size_t buffer_size = std::size_t{8} << 10;

/// In the file, in front of the path and the access list.
struct Record {
    std::int64_t seconds;
    std::int32_t nanoseconds;
    std::uint32_t mode;
    std::uint64_t length;
    std::uint64_t acl_length;
};

void append(std::string& out, const std::string& path, const DirectoryEnds::End& end) {
    const Record record{end.mtime.tv_sec, static_cast<std::int32_t>(end.mtime.tv_nsec), end.mode, path.size(),
                        end.default_acl.size()};
    out.append(reinterpret_cast<const char*>(&record), sizeof record);
    out += path;
    out += end.default_acl;
}

}  // namespace

class DirectoryEnds::RunReader {
public:
    RunReader(int file, Run run) : file_(file), run_(run) {}

    /// False at the run's end.
    bool next() {
        if (run_.begin == run_.end && at_ == buffer_.size()) return false;
        Record record{};
        take(reinterpret_cast<char*>(&record), sizeof record);
        path.resize(record.length);
        take(path.data(), path.size());
        end = {{record.seconds, record.nanoseconds}, record.mode, std::string(record.acl_length, '\0')};
        take(end.default_acl.data(), end.default_acl.size());
        return true;
    }

    std::string path;
    End end{};

private:
    void take(char* out, std::size_t size) {
        while (size > 0) {
            if (at_ == buffer_.size()) fill();
            const std::size_t piece = std::min(size, buffer_.size() - at_);
            std::memcpy(out, buffer_.data() + at_, piece);
            at_ += piece;
            out += piece;
            size -= piece;
        }
    }

    void fill() {
        buffer_.resize(std::min<std::uint64_t>(buffer_size, run_.end - run_.begin));
        const ssize_t got = ::pread(file_, buffer_.data(), buffer_.size(), static_cast<off_t>(run_.begin));
        if (got <= 0) throw Error::os("read", "the directories' times", got < 0 ? errno : EIO);
        buffer_.resize(static_cast<std::size_t>(got));
        run_.begin += buffer_.size();
        at_ = 0;
    }

    int file_;
    Run run_;  // what isn't read yet
    std::string buffer_;
    std::size_t at_ = 0;
};

void DirectoryEnds::note(const std::string& path, const End& end) {
    const bool is_new = recent_.insert_or_assign(path, end).second;
    recent_bytes_ += (is_new ? path.size() : 0) + end.default_acl.size();
    if (recent_.size() >= most_recent || recent_bytes_ >= most_recent_bytes) spill();
}

void DirectoryEnds::spill() {
    if (!file_) file_ = sys::nameless_file(place_);
    const std::uint64_t begin = runs_.empty() ? 0 : runs_.back().end;
    std::string bytes;
    std::uint64_t written = 0;
    const auto flush = [&] {
        sys::write_all(file_.get(), bytes, "the directories' times");
        written += bytes.size();
        bytes.clear();
    };
    for (auto each = recent_.rbegin(); each != recent_.rend(); ++each) {
        append(bytes, each->first, each->second);
        if (bytes.size() >= 8 * buffer_size) flush();
    }
    flush();
    runs_.push_back({begin, begin + written});
    recent_.clear();
    recent_bytes_ = 0;
}

void DirectoryEnds::settle(const std::function<void(const std::string& path, const End& end)>& each) {
    if (!runs_.empty()) {
        spill();
        merge(each);
        runs_.clear();
        file_.reset();
    }
    for (auto last = recent_.rbegin(); last != recent_.rend(); ++last) each(last->first, last->second);
    recent_.clear();
    recent_bytes_ = 0;
}

// Of several notes of a path the one of the latest run is handed over.
void DirectoryEnds::merge(const std::function<void(const std::string& path, const End& end)>& each) {
    std::vector<RunReader> readers;
    for (const Run& run : runs_) readers.emplace_back(file_.get(), run);
    const auto comes_later = [&](std::size_t one, std::size_t other) {
        return std::tie(readers[one].path, one) < std::tie(readers[other].path, other);
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(comes_later)> waiting(comes_later);
    for (std::size_t run = 0; run < readers.size(); ++run)
        if (readers[run].next()) waiting.push(run);
    bool has_last = false;
    std::string last;
    while (!waiting.empty()) {
        const std::size_t run = waiting.top();
        waiting.pop();
        RunReader& reader = readers[run];
        if (!has_last || reader.path != last) each(reader.path, reader.end);
        has_last = true;
        last = reader.path;
        if (reader.next()) waiting.push(run);
    }
}

}  // namespace bell::image
