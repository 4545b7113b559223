// image - an image's documents, the digests in them, and the user an image wants by the image's own passwd and group.
#include "oci/image.hpp"

#include <array>

#include "fuzz.hpp"
#include "image/convert.hpp"
#include "image/digest.hpp"
#include "image/media.hpp"
#include "image/user.hpp"

namespace {

using namespace bell;

// Rule 18: a digest's path is a name in a directory.
void digest(const std::string& bytes) {
    const image::Digest digest = image::Digest::parse(bytes, "a descriptor");
    fuzz::must(digest.text() == bytes);
    const std::string path = digest.path();
    fuzz::must(path.find("..") == std::string::npos && path.find('/') == path.rfind('/'));
}

// What is written again is read as the same.
void index(const std::string& bytes) {
    const oci::Index index = oci::parse_index(bytes, "index.json");
    fuzz::must(oci::parse_index(oci::to_json(index), "again") == index);
    for (const oci::Descriptor& each : index.manifests) {
        fuzz::read_or_refuse([&] { digest(each.digest); });
        (void)image::media::find(each.mediaType);
    }
}

void manifest(const std::string& bytes) {
    const oci::Manifest manifest = oci::parse_manifest(bytes, "manifest");
    fuzz::must(oci::parse_manifest(oci::to_json(manifest), "again") == manifest);
}

void config(const std::string& bytes) {
    oci::ImageConfig config = oci::parse_image_config(bytes, "config");
    fuzz::must(oci::parse_image_config(oci::to_json(config), "again") == config);
    // No user: there is no root file system to look one up in.
    if (config.config) config.config->user.reset();
    const image::Conversion made = image::convert(config, {}, false, 0, 0);
    for (const std::string& volume : made.volumes) {
        const std::string directory = image::volume_directory(volume);
        fuzz::must(directory.starts_with("volumes/") && directory.find('/', 8) == std::string::npos);
        fuzz::must(directory != "volumes/.." && directory != "volumes/." && directory != "volumes/");
    }
}

// USER, then a passwd, then after a line of one dot a group.
void user(const std::string& bytes) {
    const std::size_t end = bytes.find('\n');
    const std::string words = bytes.substr(0, end);
    const std::string files = end == std::string::npos ? std::string{} : bytes.substr(end + 1);
    const std::size_t middle = std::min(files.find("\n.\n"), files.size());
    const std::string passwd = files.substr(0, middle);
    const oci::User user = image::resolve_user(words, passwd, files.substr(middle));
    fuzz::must(user.uid <= 0x7fffffff && user.gid <= 0x7fffffff);
    // Rule 10: digits are an id, whatever the file says.
    const std::string name = words.substr(0, words.find(':'));
    if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos)
        fuzz::must(user.uid == image::resolve_user(name, "", "").uid);
}

constexpr std::array parsers = {
    index, manifest, config,
    user,  digest,   +[](const std::string& bytes) { (void)oci::parse_layout_version(bytes, "oci-layout"); },
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Choice input(data, size, parsers.size());
    fuzz::read_or_refuse([&] { parsers[input.which](input.bytes); });
    return 0;
}
