// verb_spec.cpp - a config.json to start from: into the bundle, or on to the next filter of a pipe.
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "oci/defaults.hpp"
#include "oci/document.hpp"
#include "sys/file.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

bool lacks_a_config(const std::string& directory) {
    return sys::exists(directory + "/rootfs") && !sys::exists(directory + "/config.json");
}

}  // namespace

int verb_spec(const Globals& globals, int argc, char** argv) {
    (void)globals;
    cli::Command command({
        .name = "bundle-run spec",
        .summary = "write a config.json to start from",
        .usage = {"bundle-run spec [OPTIONS]             config.json of the bundle",
                  "bundle-run spec [OPTIONS] | TOOL ...  start of a pipe"},
        .examples = {"bundle-run spec --bare | ns-enter --new uts --hostname box | jq ."},
    });
    std::string bundle;
    bool bare = false, rootless = false;
    command.text("-b,--bundle", bundle, "DIR", "write DIR/config.json (default on a terminal: ./config.json)");
    command.flag("--bare", bare, "the smallest valid one; each tool then adds its own");
    command.flag("--rootless", rootless, "for an ordinary user: with a user namespace");
    if (!command.parse(argc, argv)) return 0;
    oci::Document document = oci::Document::empty("config.json");
    document.put(bare ? oci::bare_config() : oci::default_config(rootless, geteuid(), getegid()));
    const bool to_pipe = bundle.empty() && ::isatty(STDOUT_FILENO) == 0;
    if (to_pipe) sys::write_all(STDOUT_FILENO, document.text(), "stdout");
    // A bundle that has no config yet gets it in any case: whoever captures what runc's spec says does so in one.
    if (to_pipe && !lacks_a_config(".")) return 0;
    const std::string file = text::cat(bundle.empty() ? "." : bundle, "/config.json");
    if (::access(file.c_str(), F_OK) == 0)
        throw Error::bad(text::cat("File ", file, " exists. Remove it first"),
                         "or pipe it elsewhere: bundle-run spec | ...");
    sys::replace_file(file, document.text(), 0644);
    return 0;
}

}  // namespace bell
