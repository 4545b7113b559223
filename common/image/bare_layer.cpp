// bare_layer.cpp - see bare_layer.hpp.
#include "image/bare_layer.hpp"

#include "image/made_up.hpp"
#include "image/platform.hpp"

namespace bell::image {
namespace {

class BareLayerFiles final : public Files {
public:
    BareLayerFiles(Blob layer, Compression compression) : layer_(std::move(layer)) {
        const oci::Platform host = host_platform();
        oci::ImageConfig config;
        config.os = host.os;
        config.architecture = host.architecture;
        config.rootfs = {"layers", {""}};
        oci::Manifest manifest;
        manifest.config = made_up_.put(media::config, oci::to_json(config));
        oci::Descriptor layer_of_it;
        layer_of_it.mediaType = media::layer(compression);
        layer_of_it.size = layer_.whole().value_or(0);
        manifest.layers.push_back(layer_of_it);
        made_up_.add(manifest, {});
        made_up_.finish();
    }

    [[nodiscard]] std::optional<Blob> find(const std::string& name) const override {
        if (name == bare_layer_name) return std::move(layer_);
        return made_up_.find(name);
    }
    [[nodiscard]] bool has(const std::string& name) const override {
        return name == bare_layer_name || made_up_.has(name);
    }

private:
    mutable Blob layer_;
    MadeUp made_up_;
};

}  // namespace

std::unique_ptr<Files> bare_layer_files(Blob layer, Compression compression) {
    return std::make_unique<BareLayerFiles>(std::move(layer), compression);
}

}  // namespace bell::image
