// config_source.cpp - see config_source.hpp.
#include "config_source.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store.hpp"
#include "sys/file.hpp"

namespace bell {

std::string absolute_bundle(const std::string& path) {
    const Fd opened = [&] {
        try {
            return sys::open(path, O_PATH | O_DIRECTORY);
        } catch (const Error& error) {
            throw error.in("bundle").advise("--bundle DIR names it; 'layer-unpack IMAGE DIR' makes one");
        }
    }();
    return sys::read_link(opened.path());
}

std::string read_config(const std::string& bundle, const std::string& file) {
    try {
        return sys::read_file(file);
    } catch (const Error& error) {
        (void)absolute_bundle(bundle);  // a bundle that isn't there is told as that
        if (error.code() != ENOENT) throw;
        throw error.advise("'bundle-run spec --bundle DIR' writes one; '--config -' takes one from a pipe");
    }
}

void ConfigSource::add_to(cli::Command& command) {
    command.positional("ID", id_, false);
    command.text("-b,--bundle", bundle_, "DIR", "the bundle (default: the working directory)");
    command.text("-f,--config", config_, "FILE|-", "its config instead of DIR/config.json; '-': from a pipe");
}

std::string ConfigSource::file() const {
    if (config_ == "-") return "stdin";
    return config_.empty() ? (bundle_ == "." ? "config.json" : bundle_ + "/config.json") : config_;
}

oci::Document ConfigSource::read() const {
    validate_id(id_);
    const std::string json =
        config_ == "-" ? cli::read_document_from_stdin("a config.json") : read_config(bundle_, file());
    return oci::Document::parse(json, file());
}

}  // namespace bell
