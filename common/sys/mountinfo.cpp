// mountinfo.cpp - see mountinfo.hpp.
#include "sys/mountinfo.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::sys {
namespace {

// What stands before the next blank; `rest` goes on behind it. Two blanks in a row make an empty field, as an empty
// source does.
std::string_view next_field(std::string_view& rest) {
    const std::size_t end = rest.find(' ');
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

template <class Number>
bool read_number(std::string_view digits, Number& out) {
    const auto value = text::number<Number>(digits);
    if (value) out = *value;
    return value.has_value();
}

bool read_device(std::string_view field, MountInfo& mount) {
    const std::size_t colon = field.find(':');
    return colon != std::string_view::npos && read_number(field.substr(0, colon), mount.major) &&
           read_number(field.substr(colon + 1), mount.minor);
}

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

// A number of four: \ and three octal digits that fit into a byte.
bool is_escape(std::string_view words) {
    return words.size() >= 4 && words[0] == '\\' && words[1] >= '0' && words[1] <= '3' && is_octal(words[2]) &&
           is_octal(words[3]);
}

}  // namespace

std::string unescape_octal(std::string_view field) {
    std::string out;
    out.reserve(field.size());
    while (!field.empty()) {
        if (is_escape(field)) {
            out += static_cast<char>((field[1] - '0') * 64 + (field[2] - '0') * 8 + (field[3] - '0'));
            field.remove_prefix(4);
        } else {
            out += field.front();
            field.remove_prefix(1);
        }
    }
    return out;
}

std::optional<MountInfo> parse_mountinfo_line(std::string_view line) {
    MountInfo mount;
    if (!read_number(next_field(line), mount.id) || !read_number(next_field(line), mount.parent) ||
        !read_device(next_field(line), mount))
        return std::nullopt;
    mount.root = unescape_octal(next_field(line));
    mount.mount_point = unescape_octal(next_field(line));
    mount.options = unescape_octal(next_field(line));
    // There may be any number of optional fields; "-" ends them.
    for (;;) {
        if (line.empty()) return std::nullopt;
        const std::string_view field = next_field(line);
        if (field == "-") break;
        mount.optional_fields.push_back(unescape_octal(field));
    }
    mount.type = unescape_octal(next_field(line));
    mount.source = unescape_octal(next_field(line));
    mount.super_options = unescape_octal(line);
    if (mount.mount_point.empty() || mount.type.empty()) return std::nullopt;
    return mount;
}

std::vector<MountInfo> parse_mountinfo(std::string_view lines) {
    std::vector<MountInfo> mounts;
    mounts.reserve(std::min(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')), mountinfo_limit));
    while (!lines.empty() && mounts.size() < mountinfo_limit) {
        const std::size_t end = lines.find('\n');
        if (std::optional<MountInfo> mount = parse_mountinfo_line(lines.substr(0, end)))
            mounts.push_back(*std::move(mount));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    return mounts;
}

std::vector<MountInfo> read_mountinfo(pid_t pid) {
    const std::string who = pid == 0 ? std::string("self") : text::cat(pid);
    constexpr std::size_t limit = std::size_t{64} << 20;  // 100,000 mounts of 600 bytes
    return parse_mountinfo(read_file(text::cat("/proc/", who, "/mountinfo"), limit));
}

const MountInfo* mount_of(const std::vector<MountInfo>& mounts, std::string_view path) {
    const MountInfo* found = nullptr;
    for (const MountInfo& mount : mounts) {
        if (!is_within(path, mount.mount_point)) continue;
        // Later lines of the same length lie on top; a longer one is nearer to the path.
        if (!found || mount.mount_point.size() >= found->mount_point.size()) found = &mount;
    }
    return found;
}

bool has_option(std::string_view options, std::string_view word) {
    while (!options.empty()) {
        const std::size_t comma = options.find(',');
        if (options.substr(0, comma) == word) return true;
        options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
    }
    return false;
}

bool is_within(std::string_view path, std::string_view directory) {
    if (directory == "/") return path.starts_with('/');
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace bell::sys
