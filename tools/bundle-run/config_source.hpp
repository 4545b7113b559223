// config_source.hpp - the bundle that plan and chain speak of: read as run does, but nothing is changed.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "oci/document.hpp"

namespace bell {

/// An absolute path without symlinks; an error that tells how bundles are made, if it isn't there.
[[nodiscard]] std::string absolute_bundle(const std::string& path);
/// DIR/config.json, or another file; an error that tells how configs are made.
[[nodiscard]] std::string read_config(const std::string& bundle, const std::string& file);

class ConfigSource {
public:
    /// --bundle, --config and the ID.
    void add_to(cli::Command& command);
    [[nodiscard]] oci::Document read() const;
    [[nodiscard]] std::string bundle() const { return absolute_bundle(bundle_); }
    [[nodiscard]] std::string file() const;  ///< as people call it
    [[nodiscard]] const std::string& id() const { return id_; }

private:
    std::string id_ = "box", bundle_ = ".", config_;
};

}  // namespace bell
