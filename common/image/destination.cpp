// destination.cpp - see destination.hpp.
#include "image/destination.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace bell::image {
namespace {

constexpr std::array<std::string_view, 3> format_words = {"dir", "oci-archive", "docker-archive"};
constexpr std::string_view archive_ending = ".tar";

bool is_letter_or_digit(char c, bool upper_case) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper_case && c >= 'A' && c <= 'Z');
}

bool all_of(std::string_view words, std::string_view others, bool upper_case) {
    return std::all_of(words.begin(), words.end(), [&](char c) {
        return is_letter_or_digit(c, upper_case) || others.find(c) != std::string_view::npos;
    });
}

// annotations.md's grammar, a little wider: what matters is that it is one line of plain letters.
void check_name(std::string_view name) {
    if (name.empty() || !is_letter_or_digit(name.front(), true) || !all_of(name, "-._:@+/", true))
        throw Error::bad(text::cat("'", text::printable(name), "' can't be an image's name"),
                         "letters, digits and -._:@+/, as in web:v1");
}

Format parse_format(const std::string& words) {
    for (std::size_t i = 0; i < format_words.size(); ++i)
        if (format_words[i] == words) return static_cast<Format>(i);
    throw Error::bad(text::cat("--format ", text::printable(words), ": unknown",
                               text::did_you_mean(words, {format_words.begin(), format_words.end()})),
                     "there are dir, oci-archive and docker-archive");
}

// skopeo's words for the same. --format says it in a way that the shell completes file names after.
void refuse_transport(const std::string& words) {
    for (const std::string_view known : {"oci", "oci-archive", "docker-archive", "docker", "containers-storage"}) {
        const std::string prefix = text::cat(known, ":");
        if (!words.starts_with(prefix)) continue;
        const bool ours = known.ends_with("archive");
        throw Error::bad(text::cat(text::printable(words), ": a path was expected"),
                         ours ? text::cat("--format ", known, " ", text::printable(words.substr(prefix.size())))
                         : known == "oci"
                             ? text::cat("without '", prefix, "' it is a layout directory")
                             : text::cat("make an archive; skopeo brings it there: skopeo copy oci-archive:FILE.tar ",
                                         text::printable(words)));
    }
}

bool is_there(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

// Where the path ends and ":NAME" begins; npos where there is no name. What is there under the whole name wins.
std::size_t end_of_path(const std::string& words) {
    if (is_there(words)) return std::string::npos;
    const std::size_t ending = words.find(text::cat(archive_ending, ":"));
    if (ending != std::string::npos) return ending + archive_ending.size();
    const std::size_t colon = words.rfind(':');
    return colon == std::string::npos || words.find('/', colon) != std::string::npos ? std::string::npos : colon;
}

Format format_by_name(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return Format::directory;
    return path == "-" || path.ends_with(archive_ending) ? Format::oci_archive : Format::directory;
}

// An archive gets its name by a rename, which would put a file in the place of a device or a pipe.
void check_file(const std::string& path) {
    struct stat status {};
    if (path == "-" || ::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
    throw Error::bad(text::cat(path, ": is not a regular file"), "'-' writes the archive to stdout");
}

// [HOST[:PORT]/]path/path:TAG; distribution/reference allows no capitals in a name.
bool is_docker_name(std::string_view name, std::string_view tag) {
    const std::size_t slash = name.find('/');
    const std::string_view host = slash == std::string_view::npos ? "" : name.substr(0, slash);
    const bool has_host = host.find_first_of(".:") != std::string_view::npos || host == "localhost";
    const std::string_view path = has_host ? name.substr(slash + 1) : name;
    for (const std::string& part : text::split(path, '/'))
        if (part.empty() || !all_of(part, "-._", false) || !is_letter_or_digit(part.front(), false) ||
            !is_letter_or_digit(part.back(), false))
            return false;
    return !tag.empty() && tag.size() <= 128 && all_of(tag, "-._", true) && tag.front() != '-' && tag.front() != '.' &&
           all_of(host, "-.:", true);
}

}  // namespace

std::string_view word(Format format) { return format_words[static_cast<std::size_t>(format)]; }

Destination Destination::parse(const std::string& words, const std::optional<std::string>& format,
                               const std::optional<std::string>& tag) {
    refuse_transport(words);
    Destination out;
    const std::size_t end = end_of_path(words);
    out.path = words.substr(0, end);
    if (end != std::string::npos) out.name = words.substr(end + 1);
    if (tag && out.name)
        throw Error::bad(
            text::cat("the image is named twice: --tag ", text::printable(*tag), " and ", text::printable(*out.name)));
    if (tag) out.name = tag;
    if (out.name) check_name(*out.name);
    out.format = format ? parse_format(*format) : format_by_name(out.path);
    if (out.is_stdout() && out.format == Format::directory)
        throw Error::bad("--format dir: a directory can't be written to stdout", "--format oci-archive can");
    if (out.format == Format::directory && out.name && out.name->find(':') != std::string::npos)
        throw Error::bad(
            text::cat("'", *out.name, "': a tag in a layout directory has no ':'"),
            text::cat("the directory is the name: ", out.path, ":", out.name->substr(out.name->rfind(':') + 1)));
    if (out.format != Format::directory) check_file(out.path);
    if (out.format == Format::docker_archive && out.name && !out.docker_name())
        throw Error::bad(text::cat("'", text::printable(*out.name), "' can't be an image's name for Docker"),
                         "NAME[:TAG], the name in small letters, as in web:v1");
    return out;
}

std::optional<std::string> Destination::tag() const { return name || format != Format::directory ? name : "latest"; }

std::optional<std::string> Destination::docker_name() const {
    if (!name) return std::nullopt;
    const std::size_t colon = name->rfind(':');
    const bool has_tag = colon != std::string::npos && name->find('/', colon) == std::string::npos;
    if (!has_tag && format != Format::docker_archive) return std::nullopt;
    const std::string tag = has_tag ? name->substr(colon + 1) : "latest";
    const std::string_view before = std::string_view(*name).substr(0, has_tag ? colon : std::string::npos);
    if (!is_docker_name(before, tag)) return std::nullopt;
    return text::cat(before, ":", tag);
}

}  // namespace bell::image
