// bus.hpp - systemd, as it is spoken to over D-Bus. See bus.cpp. Next: main.cpp.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sys/bus_message.hpp"

namespace bell {

class Systemd {
public:
    /// Connects to the machine's systemd or the user's own. Throws where there is none, with the way out.
    explicit Systemd(bool of_user);

    /// Where its part of the cgroup tree starts, and its version, as it says them: "" "252.38-1".
    [[nodiscard]] std::vector<std::string> describe();
    /// Starts a transient unit and waits until that is done. A failed one of the same name that nobody has cleared away
    /// is cleared away.
    void start(const std::string& unit, const std::vector<sys::BusProperty>& properties);
    /// Changes properties of a unit until it ends.
    void set(const std::string& unit, const std::vector<sys::BusProperty>& properties);
    /// Stops it and forgets that it failed; a unit that isn't there is fine.
    void stop(const std::string& unit);

private:
    struct Reply {
        std::shared_ptr<sd_bus_message> message;
        std::string error_name;  ///< empty: it went well
        std::string error_words;
    };
    [[nodiscard]] Reply call(sd_bus_message* message);
    [[nodiscard]] std::string property(const char* name);
    [[nodiscard]] Reply try_start(const std::string& unit, const std::vector<sys::BusProperty>& properties);
    void await(const std::string& verb, const std::string& unit, const Reply& started);
    [[nodiscard]] std::uint64_t deadline() const;

    std::shared_ptr<sd_bus> bus_;
    std::shared_ptr<sd_bus_slot> removed_slot_;
    std::vector<std::pair<std::string, std::string>> removed_;  ///< jobs that have ended, and how
    bool of_user_;
};

}  // namespace bell
