// verb_chain.cpp - the same container as a shell script: the small tools one after the other, each with what the config
// asks of its concept. Runs nothing.
//
//     cgroup-setter ... -- ns-enter ... -- bind-mounter ... -- root-pivot ... -- priv-drop ... -- PROGRAM
//
// The comments are the steps of plan, under the tool that takes them. What no option says is listed as
// '# not expressible: /pointer: why', and the exit status is 1. chain_*.cpp have a tool each.
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "chain.hpp"
#include "cli/command.hpp"
#include "config_source.hpp"
#include "sys/file.hpp"
#include "validate.hpp"
#include "verbs.hpp"

namespace bell {
namespace {

using chain::Link;
using chain::Missing;
using plan::Situation;

struct HookKind {
    std::string_view name;
    std::vector<oci::Hook> oci::Hooks::*list;
};

constexpr std::array hook_kinds = {
    HookKind{"prestart", &oci::Hooks::prestart},
    HookKind{"createRuntime", &oci::Hooks::createRuntime},
    HookKind{"createContainer", &oci::Hooks::createContainer},
    HookKind{"startContainer", &oci::Hooks::startContainer},
    HookKind{"poststart", &oci::Hooks::poststart},
    HookKind{"poststop", &oci::Hooks::poststop},
};

void add_missing_parts(const Situation& here, std::vector<Missing>& missing) {
    for (const HookKind& kind : hook_kinds)
        if (here.config.hooks && !((*here.config.hooks).*kind.list).empty())
            missing.push_back(
                {text::cat("/hooks/", kind.name), "hooks are told a container's state; a chain has none"});
    if (here.linux_part.intelRdt) missing.push_back({"/linux/intelRdt", "no tool writes /sys/fs/resctrl"});
}

std::string rootfs_of(const Situation& here) {
    const std::string path = here.config.root ? here.config.root->path : "rootfs";
    return path.starts_with('/') ? path : text::cat(here.bundle, "/", path);
}

// ---- the script

// "# ns-enter       a process with its own pid, uts; a name only it sees", broken at blanks to fit a terminal.
std::string comment(std::string_view label, std::string_view words) {
    constexpr std::size_t width = 80, column = 17;
    std::string out, line = text::cat("# ", label);
    const std::size_t start = label.empty() ? line.size() : column;
    line.resize(start, ' ');
    for (const std::string& word : text::split(words, ' ')) {
        if (line.size() > start && line.size() + 1 + word.size() > width) {
            out += line + "\n";
            line = "#" + std::string(start - 1, ' ');
        } else if (line.size() > start) {
            line += ' ';
        }
        line += word;
    }
    return out + line + "\n";
}

std::string lesson(const Situation& here, const std::vector<Link>& links) {
    const std::vector<plan::Taken> steps = plan::steps_of(here);
    std::string out;
    for (const Link& link : links) {
        std::vector<std::string> sentences;
        for (const plan::Taken& step : steps)
            if (step.row->tool == link.tool) sentences.push_back(step.sentence);
        out += comment(link.tool, text::join(sentences, "; "));
    }
    return out;
}

std::string head(const Situation& here, const std::vector<Link>& links, const std::string& title) {
    std::string out = text::cat("#!/usr/bin/env bash\n# ", title, "\n",
                                "# by the small tools: each changes one thing of this process and becomes the\n",
                                "# next ('--'); the last becomes the program.\n#\n");
    out += lesson(here, links);
    if (!here.without_group.empty()) out += comment("", text::cat("(no cgroup-setter: ", here.without_group, ")"));
    if (here.process.terminal.value_or(false))
        out += "# Its terminal is the one you start this on; bundle-run would make a new one.\n";
    return out;
}

std::string draw(const Link& link) {
    std::string out = text::cat(link.tool, " ");
    for (std::size_t i = 0; i < link.lines.size(); ++i) out += text::cat(i > 0 ? " \\\n  " : "", link.lines[i]);
    return out + " -- \\\n";
}

std::string script(const Situation& here, const std::vector<Link>& links, const std::string& title) {
    std::string out = head(here, links, text::printable(title));
    out += text::cat("set -e\nrootfs=", chain::quoted(rootfs_of(here)), "\n");
    if (here.linux_part.seccomp)
        out += text::cat("filter=", chain::quoted(oci::to_json(*here.linux_part.seccomp)), "\n");
    out += "\nexec \\\n";
    for (const Link& link : links) out += draw(link);
    std::vector<std::string> program;
    for (const std::string& each : here.process.args) program.push_back(chain::quoted(each));
    return out + text::join(program, " ") + "\n";
}

}  // namespace

int verb_chain(const Globals& globals, int argc, char** argv) {
    (void)globals;
    cli::Command command({
        .name = "bundle-run chain",
        .summary = "print the same container as a script of the small tools",
        .usage = {"bundle-run chain [OPTIONS] [ID] [-- PROGRAM [ARGUMENTS]]"},
        .examples = {"bundle-run chain --bundle demo box -- hostname | bash"},
        .more = "Exit status 1 if something can't be expressed: '# not expressible:' lines say what.",
    });
    ConfigSource source;
    source.add_to(command);
    if (!command.parse(argc, argv)) return 0;
    const oci::Document document = source.read();
    Situation here = plan::look_around(document, source.bundle(), source.id());
    if (command.program()) here.process.args = *command.program();
    if (here.config.process) here.config.process->args = here.process.args;
    validate(here.config);
    std::vector<Missing> missing;
    std::vector<Link> links = {chain::budget(here, source.id(), missing), chain::namespaces(here, missing),
                               chain::files(here, missing), chain::root(here),
                               chain::drop(here, rootfs_of(here), missing)};
    std::erase_if(links, [](const Link& link) { return !link.is_needed; });
    add_missing_parts(here, missing);
    std::string out = script(here, links, text::cat(source.id(), ": the container of ", source.file()));
    for (const Missing& each : missing)
        out += text::cat("# not expressible: ", text::printable(text::cat(each.pointer, ": ", each.why)), "\n");
    sys::write_all(STDOUT_FILENO, out, "stdout");
    return missing.empty() ? 0 : 1;
}

}  // namespace bell
