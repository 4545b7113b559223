// docker_archive.cpp - see docker_archive.hpp.
#include "image/docker_archive.hpp"

#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/inflate.hpp"
#include "image/made_up.hpp"
#include "image/whiteout.hpp"

namespace bell::image {
namespace {

class DockerFiles final : public Files {
public:
    DockerFiles(std::unique_ptr<Files> archive, std::string shown)
        : archive_(std::move(archive)), shown_(std::move(shown)) {
        for (const oci::DockerImage& each :
             oci::parse_docker_manifest(document("manifest.json"), shown_ + "/manifest.json"))
            add(each);
        made_up_.finish();
    }

    [[nodiscard]] std::optional<Blob> find(const std::string& name) const override {
        if (const auto found = layers_.find(name); found != layers_.end()) return archive_->find(found->second);
        return made_up_.find(name);
    }
    [[nodiscard]] bool has(const std::string& name) const override {
        return layers_.contains(name) || made_up_.has(name);
    }

private:
    [[nodiscard]] std::string place(const std::string& name) const {
        return text::cat(shown_, "/", text::printable(name));
    }

    [[nodiscard]] Blob open(const std::string& name) const {
        auto blob = archive_->find(entry_path(name));
        if (!blob) throw Error::bad(text::cat(place(name), ": is missing"), "was the image copied completely?");
        return *std::move(blob);
    }

    [[nodiscard]] std::string document(const std::string& name) const {
        return read_whole(open(name), place(name), largest_document);
    }

    void add(const oci::DockerImage& image) {
        const std::string config = document(image.config);
        const Digest digest = digest_of(config);
        check_name(image.config, digest);
        const oci::ImageConfig parsed = oci::parse_image_config(config, place(image.config));
        if (parsed.rootfs.diffIds.size() != image.layers.size())
            throw Error::bad(text::cat(place("manifest.json"), ": has ", image.layers.size(),
                                       " layers, the config knows ", parsed.rootfs.diffIds.size()));
        oci::Manifest manifest;
        manifest.config = made_up_.put(media::config, config);
        for (std::size_t i = 0; i < image.layers.size(); ++i)
            manifest.layers.push_back(layer(image.layers[i], parsed.rootfs.diffIds[i]));
        made_up_.add(manifest, image.repoTags);
    }

    // A name that is a digest is a promise.
    void check_name(const std::string& name, const Digest& digest) const {
        const std::string last = name.substr(name.rfind('/') + 1);
        const std::string hex = last.substr(0, last.find('.'));
        if (hex.size() == digest.hex.size() && hex != digest.hex)
            throw Error::bad(text::cat(place(name), ": its content has the digest ", digest.text()),
                             "the image is damaged, or was tampered with: copy it again");
    }

    oci::Descriptor layer(const std::string& name, const std::string& diff_id) {
        Blob blob = open(name);
        const Compression compression = recognise(first_bytes(blob, 4, place(name)));
        oci::Descriptor out;
        out.mediaType = media::layer(compression);
        out.size = blob.whole().value_or(0);
        // Uncompressed it is its own DiffID. Else it is read once more than needed, which is rare.
        out.digest = compression == Compression::none ? diff_id : hashed(std::move(blob), place(name)).text();
        layers_["blobs/" + Digest::parse(out.digest, place(name)).path()] = entry_path(name);
        return out;
    }

    static Digest hashed(Blob blob, const std::string& shown) {
        BlobSource source(std::move(blob), std::nullopt, shown);
        Hasher hasher(Algorithm::sha256);
        std::vector<char> buffer(std::size_t{256} << 10);
        for (std::size_t got = source.read(buffer); got > 0; got = source.read(buffer))
            hasher.update({buffer.data(), got});
        return hasher.finish();
    }

    std::unique_ptr<Files> archive_;
    std::string shown_;
    MadeUp made_up_;
    std::map<std::string, std::string> layers_;  // a layout's name for it, the archive's
};

}  // namespace

std::unique_ptr<Files> docker_files(std::unique_ptr<Files> files, const std::string& shown) {
    return std::make_unique<DockerFiles>(std::move(files), shown);
}

}  // namespace bell::image
