// verb_create.cpp - make a container, up to the point of starting its program.
#include "base/error.hpp"
#include "cli/command.hpp"
#include "container.hpp"
#include "request.hpp"
#include "verbs.hpp"

namespace bell {

int verb_create(const Globals& globals, int argc, char** argv) {
    cli::Command command({
        .name = "bundle-run create",
        .summary = "make a container, up to the point of starting its program",
        .usage = {"bundle-run create [OPTIONS] ID [-- PROGRAM [ARGUMENTS]]"},
        .examples = {"bundle-run create --bundle demo box && bundle-run start box"},
    });
    RequestOptions options;
    options.add_to(command);
    if (!command.parse(argc, argv)) return 0;
    (void)command.take_chain();
    const Request request = options.request(command, globals);
    const bool terminal = request.config.process && request.config.process->terminal.value_or(false);
    if (terminal && request.console_socket.empty())
        throw Error::bad("process.terminal: a created container has nobody at its terminal",
                         "name who takes it with --console-socket, or set terminal to false");
    (void)create_container(Store::make(globals.root), request);
    return 0;
}

}  // namespace bell
