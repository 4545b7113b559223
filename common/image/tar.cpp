// tar.cpp - see tar.hpp. The only file that includes libarchive.
#include "image/tar.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>

#include "base/guard.hpp"
#include "image/acl.hpp"

namespace bell::image {

// All in front of an entry's content: pax records, long names, and a map of the holes, for which libarchive takes
// twelve times the memory.
constexpr std::uint64_t largest_header = std::uint64_t{3} << 20;
// For each entry of an access list libarchive looks through all it has found: time that grows with the square. A list
// comes in several forms and can't be seen before it is read, but each entry has two colons, and nothing honest has so
// many. So a header is handed over in slices, in which they are counted; what is behind it in the last one counts, too.
constexpr std::size_t header_slice = std::size_t{16} << 10;
constexpr std::uint64_t most_colons = header_slice;
constexpr std::uint64_t acl_steps_of_an_entry = 64;

namespace {

[[noreturn]] void refuse_long_acl(const std::string& subject) {
    throw Error::bad(text::cat(subject, ": an access list of more than ", longest_acl, " entries"));
}

/// What libarchive gets to read before it hands out an entry.
class HeaderMeter {
public:
    explicit HeaderMeter(std::string shown) : shown_(std::move(shown)) {}

    void begin() { *this = HeaderMeter(std::move(shown_)), is_on_ = true; }
    void end() { is_on_ = false; }
    /// How much to hand over of what there is.
    [[nodiscard]] std::size_t most(std::size_t there) const { return is_on_ ? std::min(there, header_slice) : there; }

    void count(std::string_view bytes) {
        if (!is_on_ || !guard::on(guard::Guard::budgets)) return;
        read_ += bytes.size();
        colons_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), ':'));
        if (read_ > largest_header)
            throw Error::bad(text::cat(shown_, ": a header of more than ", largest_header, " bytes"));
        if (colons_ > most_colons) refuse_long_acl(shown_);
    }

private:
    std::string shown_;
    bool is_on_ = false;
    std::uint64_t read_ = 0;
    std::uint64_t colons_ = 0;
};

}  // namespace

struct TarReader::Parser {
    Stream& source;
    const Limits& limits;
    archive* reader = archive_read_new();
    std::string_view unread;  // of what the source has given
    HeaderMeter header{"the layer's tar"};
    std::exception_ptr failure;  // thrown by the source, inside libarchive's callback
    bool in_entry = false;

    Parser(Stream& from, const Limits& held_to) : source(from), limits(held_to) {}
    ~Parser() { archive_read_free(reader); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    static la_ssize_t feed(archive*, void* self, const void** bytes);
    std::string_view next_slice();
    [[noreturn]] void fail(std::string_view doing);
    void take(archive_entry* from, Entry& to) const;
    void take_xattrs(archive_entry* from, Entry& to) const;
    static void take_acls(archive_entry* from, Entry& to);
    void check_length(std::string_view words, std::string_view what) const;
};

// No exception may fly through libarchive's C frames: it is kept and thrown again behind them.
la_ssize_t TarReader::Parser::feed(archive*, void* self, const void** bytes) {
    auto& parser = *static_cast<Parser*>(self);
    try {
        const std::string_view next = parser.next_slice();
        *bytes = next.data();
        return static_cast<la_ssize_t>(next.size());
    } catch (...) {
        parser.failure = std::current_exception();
        return -1;
    }
}

std::string_view TarReader::Parser::next_slice() {
    if (unread.empty()) unread = source.next();
    const std::string_view slice = unread.substr(0, header.most(unread.size()));
    unread.remove_prefix(slice.size());
    header.count(slice);
    return slice;
}

void TarReader::Parser::fail(std::string_view doing) {
    if (failure) std::rethrow_exception(failure);
    const char* reason = archive_error_string(reader);
    throw Error::bad(text::cat("the layer's tar: ", doing, ": ", text::printable(reason ? reason : "not valid")),
                     "the image is damaged, or not made of tar layers");
}

namespace {

// An id that the kernel can't hold would be cut to one that it can: to root's, at worst.
std::uint32_t id(la_int64_t number, const std::string& path) {
    if ((number < 0 || number >= 0xffffffff) && guard::on(guard::Guard::whole_ids))
        throw Error::bad(text::cat(text::printable(path), ": the owner's id ", number, " is out of range"));
    return static_cast<std::uint32_t>(number);
}

Type type_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry)) return Type::hardlink;
    switch (archive_entry_filetype(entry)) {
        case AE_IFDIR: return Type::directory;
        case AE_IFLNK: return Type::symlink;
        case AE_IFCHR: return Type::character;
        case AE_IFBLK: return Type::block;
        case AE_IFIFO: return Type::fifo;
        default: return Type::file;
    }
}

std::string bytes_or_empty(const char* words) { return words ? words : ""; }

}  // namespace

void TarReader::Parser::check_length(std::string_view words, std::string_view what) const {
    if (words.size() > limits.path && guard::on(guard::Guard::budgets))
        throw Error::bad(
            text::cat(what, " ", text::printable(words.substr(0, 60)), "... is longer than ", limits.path, " bytes"));
}

void TarReader::Parser::take_xattrs(archive_entry* from, Entry& to) const {
    to.xattrs.clear();
    archive_entry_xattr_reset(from);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    while (archive_entry_xattr_next(from, &name, &value, &size) == ARCHIVE_OK) {
        if (size > limits.xattr)
            throw Error::bad(text::cat(text::printable(to.path), ": the extended attribute ", text::printable(name),
                                       " is larger than ", limits.xattr, " bytes"));
        to.xattrs.emplace_back(name, std::string(static_cast<const char*>(value), size));
    }
}

namespace {

std::optional<AclTag> acl_tag(int tag) {
    switch (tag) {
        case ARCHIVE_ENTRY_ACL_USER_OBJ: return AclTag::owner;
        case ARCHIVE_ENTRY_ACL_USER: return AclTag::user;
        case ARCHIVE_ENTRY_ACL_GROUP_OBJ: return AclTag::owning_group;
        case ARCHIVE_ENTRY_ACL_GROUP: return AclTag::group;
        case ARCHIVE_ENTRY_ACL_MASK: return AclTag::mask;
        case ARCHIVE_ENTRY_ACL_OTHER: return AclTag::other;
        default: return std::nullopt;
    }
}

// What reading its lists took, in entries of the budget.
std::uint64_t acl_cost(archive_entry* from, const std::string& path) {
    const int count = archive_entry_acl_count(from, ARCHIVE_ENTRY_ACL_TYPE_POSIX1E) +
                      archive_entry_acl_count(from, ARCHIVE_ENTRY_ACL_TYPE_NFS4);
    const auto length = static_cast<std::uint64_t>(std::max(count, 0));
    if (length > longest_acl && guard::on(guard::Guard::budgets)) refuse_long_acl(text::printable(path));
    return length * length / acl_steps_of_an_entry;
}

// One of the entry's lists. Nothing if it is about somebody whose number isn't told: a name means nothing here, and
// what is no number libarchive makes -1, what is too large INT_MAX.
std::optional<std::vector<AclEntry>> acl(archive_entry* from, int type) {
    constexpr int too_large = std::numeric_limits<int>::max();
    std::vector<AclEntry> list;
    int each_type = 0, permissions = 0, tag = 0, id = 0;
    const char* name = nullptr;
    while (archive_entry_acl_next(from, type, &each_type, &permissions, &tag, &id, &name) == ARCHIVE_OK) {
        const std::optional<AclTag> known = acl_tag(tag);
        const bool somebody = known == AclTag::user || known == AclTag::group;
        if (!known || (somebody && (id < 0 || id == too_large))) return std::nullopt;
        list.push_back({*known, static_cast<std::uint16_t>(permissions & 7), static_cast<std::uint32_t>(id)});
    }
    return list;
}

// Where the attribute itself is there as well, it has been taken.
void take_acl(archive_entry* from, int type, const char* name, Entry& to) {
    const bool known =
        std::any_of(to.xattrs.begin(), to.xattrs.end(), [&](const auto& each) { return each.first == name; });
    if (known || archive_entry_acl_reset(from, type) <= 0) return;
    const auto list = acl(from, type);
    if (!list) {
        to.lost_xattrs.emplace_back(name);
        return;
    }
    to.xattrs.emplace_back(name, acl_attribute(*list));
    // libarchive has put the owning group's permissions there.
    if (const auto mask = acl_mask(*list); mask && type == ARCHIVE_ENTRY_ACL_TYPE_ACCESS)
        to.permissions = (to.permissions & ~070u) | static_cast<mode_t>(*mask << 3);
}

}  // namespace

void TarReader::Parser::take_acls(archive_entry* from, Entry& to) {
    to.lost_xattrs.clear();
    to.cost = 1 + acl_cost(from, to.path);
    if ((archive_entry_acl_types(from) & ARCHIVE_ENTRY_ACL_TYPE_NFS4) != 0)
        to.lost_xattrs.emplace_back("system.nfs4_acl");
    take_acl(from, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, access_acl_attribute, to);
    take_acl(from, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, default_acl_attribute, to);
}

void TarReader::Parser::take(archive_entry* from, Entry& to) const {
    to.path = bytes_or_empty(archive_entry_pathname(from));
    check_length(to.path, "the name");
    to.type = type_of(from);
    const char* target = to.type == Type::hardlink ? archive_entry_hardlink(from) : archive_entry_symlink(from);
    to.link = bytes_or_empty(target);
    check_length(to.link, "the link target");
    to.permissions = archive_entry_perm(from) & 07777u;
    to.uid = id(archive_entry_uid(from), to.path);
    to.gid = id(archive_entry_gid(from), to.path);
    to.size = static_cast<std::uint64_t>(archive_entry_size(from));
    to.mtime = {archive_entry_mtime(from), archive_entry_mtime_nsec(from)};
    to.device = makedev(static_cast<unsigned>(archive_entry_rdevmajor(from)),
                        static_cast<unsigned>(archive_entry_rdevminor(from)));
    take_xattrs(from, to);
    take_acls(from, to);
}

TarReader::TarReader(Stream& source, const Limits& limits) : parser_(std::make_unique<Parser>(source, limits)) {
    archive_read_support_format_tar(parser_->reader);
    archive_read_support_format_empty(parser_->reader);
    parser_->header.begin();  // opening looks at the first one
    if (archive_read_open(parser_->reader, parser_.get(), nullptr, &Parser::feed, nullptr) != ARCHIVE_OK)
        parser_->fail("opening");
}

TarReader::~TarReader() = default;

bool TarReader::next(Entry& entry) {
    // What nobody wanted of the last entry's content is no part of a header.
    if (parser_->in_entry && archive_read_data_skip(parser_->reader) < ARCHIVE_WARN) parser_->fail("reading a file");
    archive_entry* found = nullptr;
    parser_->header.begin();
    const int result = archive_read_next_header(parser_->reader, &found);
    parser_->header.end();
    if (result == ARCHIVE_EOF) {
        if (parser_->failure) parser_->fail("reading");
        drain(parser_->source);
        return false;
    }
    // A warning is about a name that is not ASCII (see above), or about a record that libarchive leaves out.
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) parser_->fail("reading a header");
    parser_->in_entry = true;
    parser_->take(found, entry);
    return true;
}

bool TarReader::next_piece(Piece& piece) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(parser_->reader, &bytes, &size, &offset);
    if (result == ARCHIVE_EOF) return false;
    if (result != ARCHIVE_OK) parser_->fail("reading a file");
    piece = {static_cast<std::uint64_t>(offset), {static_cast<const char*>(bytes), size}};
    return true;
}

namespace {

/// A tar that lies in a file: contents are skipped.
struct FileFeed {
    int file;
    HeaderMeter header;
    std::vector<char> buffer = std::vector<char>(header_slice);
    std::exception_ptr failure = {};

    static la_ssize_t read(archive*, void* self, const void** bytes) {
        auto& feed = *static_cast<FileFeed*>(self);
        const ssize_t got = ::read(feed.file, feed.buffer.data(), feed.buffer.size());
        if (got < 0) return -1;
        *bytes = feed.buffer.data();
        try {
            feed.header.count({feed.buffer.data(), static_cast<std::size_t>(got)});
        } catch (...) {
            feed.failure = std::current_exception();
            return -1;
        }
        return got;
    }

    static la_int64_t skip(archive*, void* self, la_int64_t count) {
        return ::lseek(static_cast<FileFeed*>(self)->file, count, SEEK_CUR) < 0 ? 0 : count;
    }
};

}  // namespace

std::vector<TarMember> tar_members(int file, const Limits& limits, const std::string& shown) {
    const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(), archive_read_free);
    FileFeed feed{file, HeaderMeter(shown)};
    const auto refuse = [&] {
        if (feed.failure) std::rethrow_exception(feed.failure);
        const char* reason = archive_error_string(reader.get());
        throw Error::bad(text::cat(shown, ": not a tar: ", text::printable(reason ? reason : "not valid")),
                         "IMAGE is an image layout, an archive of one, what 'docker save' writes, or a layer's tar");
    };
    archive_read_support_format_tar(reader.get());
    archive_read_support_format_empty(reader.get());
    if (::lseek(file, 0, SEEK_SET) < 0) throw Error::os("lseek", shown, errno);
    feed.header.begin();  // opening looks at the first one
    if (archive_read_open2(reader.get(), &feed, nullptr, &FileFeed::read, &FileFeed::skip, nullptr) != ARCHIVE_OK)
        refuse();
    Budget budget(limits);
    std::vector<TarMember> out;
    archive_entry* entry = nullptr;
    const auto next = [&] {
        if (!out.empty() && archive_read_data_skip(reader.get()) < ARCHIVE_WARN) refuse();
        feed.header.begin();
        const int result = archive_read_next_header(reader.get(), &entry);
        feed.header.end();
        return result;
    };
    for (int result = 0; (result = next()) != ARCHIVE_EOF;) {
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) refuse();
        budget.spend_entries();
        TarMember member;
        member.name = bytes_or_empty(archive_entry_pathname(entry));
        member.type = type_of(entry);
        member.link = bytes_or_empty(member.type == Type::hardlink ? archive_entry_hardlink(entry)
                                                                   : archive_entry_symlink(entry));
        // The header is consumed, the content not: what is consumed next is its first byte.
        member.offset = static_cast<std::uint64_t>(archive_filter_bytes(reader.get(), 0));
        member.size = static_cast<std::uint64_t>(archive_entry_size(entry));
        out.push_back(std::move(member));
    }
    return out;
}

}  // namespace bell::image
