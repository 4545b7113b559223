// look.cpp - see look.hpp.
#include "look.hpp"

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"

namespace bell::peek {
namespace {

// Nothing if its namespaces can't be read.
std::optional<Other> other_process(const std::string& name) {
    const std::optional<sys::ProcDirectory> directory = sys::ProcDirectory::open(name, sys::Told::no);
    if (!directory) return std::nullopt;
    if (narrate::on()) narrate::note(text::cat("and ", directory->path(), "/ns/* and limits, to compare"));
    Other other{sys::read_namespaces(directory->fd()), sys::parse_limits(directory->read("limits").value.value_or(""))};
    return other.namespaces.readable ? std::optional(std::move(other)) : std::nullopt;
}

sys::Process must_read(const sys::ProcDirectory& directory) {
    std::optional<sys::Process> process = sys::read_process(directory);
    if (!process) throw Error::bad(text::cat(directory.path(), ": the process ended while it was looked at"));
    return *std::move(process);
}

}  // namespace

unsigned last_capability() {
    const auto words = sys::try_read_file("/proc/sys/kernel/cap_last_cap");
    return text::number<unsigned>(text::trim(words.value_or(""))).value_or(40);
}

Look look_at(const sys::ProcDirectory& directory, const sys::ProcView& view, const Selection& wanted) {
    const narrate::Section why("proc-peek", text::cat("what ", directory.path(), " tells"), "proc(5)");
    Look look;
    look.process = must_read(directory);
    look.is_self = look.process.pid == view.self;
    // Two descriptors of the count are ours, for counting.
    if (look.is_self && look.process.open_files) *look.process.open_files.value -= 2;
    std::optional<Other> self = other_process("self");
    if (self) look.mine = self->namespaces;
    look.other = look.is_self ? other_process(text::cat(look.process.status.parent)) : std::move(self);
    look.foreign_proc = view.foreign;
    if (wanted.wants_census()) {
        if (narrate::on()) narrate::note("and ns/* of every process: who shares these");
        look.census = sys::list_processes(sys::ListCgroups::no);
    }
    look.budgets = read_budgets(look.process.cgroups);
    look.last_capability = last_capability();
    look.passwd = sys::try_read_file("/etc/passwd").value_or("");
    look.group = sys::try_read_file("/etc/group").value_or("");
    return look;
}

}  // namespace bell::peek
