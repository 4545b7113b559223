// seccomp_agent.cpp - see seccomp_agent.hpp.
#include "concepts/seccomp_agent.hpp"

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "concepts/seccomp_questions.hpp"

namespace bell::seccomp {

std::optional<sys::Channel> connect_to_agent(const oci::Seccomp& profile) {
    if (!asks(profile)) return std::nullopt;
    if (profile.listenerPath.value_or("").empty())
        throw Error::bad("seccomp: SCMP_ACT_NOTIFY is used, and listenerPath is not set",
                         "name the socket of the agent that answers: /linux/seccomp/listenerPath");
    if (narrate::dry_run()) return std::nullopt;
    try {
        return sys::Channel::to(*profile.listenerPath);
    } catch (const Error& error) {
        throw error.in("seccomp listenerPath")
            .advise("the agent that answers SCMP_ACT_NOTIFY must listen there already");
    }
}

Filter::HandOver introduce_to(std::optional<sys::Channel>& agent, const oci::Seccomp& profile, const oci::State& state,
                              pid_t pid) {
    return [&agent, &profile, state, pid](const Fd& listener) {
        if (!agent) return;
        const oci::ContainerProcessState message{
            state.ociVersion, {"seccompFd"}, pid, profile.listenerMetadata, oci::without_own_fields(state)};
        try {
            agent->send_descriptor(oci::to_json(message), listener.get());
            agent->end();
        } catch (const Error& error) {
            throw error.in("seccomp listenerPath");
        }
        agent.reset();
    };
}

}  // namespace bell::seccomp
