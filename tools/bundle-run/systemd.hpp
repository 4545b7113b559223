// systemd.hpp - bundle-run's end of the line to systemd. See systemd.cpp. Next: group_systemd.cpp.
#pragma once

#include <string>
#include <vector>

#include "concepts/cgroup_systemd.hpp"
#include "sys/bus_message.hpp"
#include "sys/channel.hpp"
#include "sys/process.hpp"

namespace bell {

/// A helper that speaks with systemd while this lives.
class Systemd {
public:
    /// Starts `helper` (empty: this build has none, which throws) for the machine's systemd or the user's own.
    Systemd(const std::string& helper, bool of_user);
    ~Systemd();
    Systemd(const Systemd&) = delete;
    Systemd& operator=(const Systemd&) = delete;

    /// Throws where no systemd runs.
    [[nodiscard]] cgroup::Manager manager() const;
    // Told, and left out in a dry run. They wait until systemd has done it.
    void start(const std::string& unit, const std::vector<sys::BusProperty>& properties) const;
    void set(const std::string& unit, const std::vector<sys::BusProperty>& properties) const;
    void stop(const std::string& unit) const;

    /// The helper's file: beside the running program or in ../libexec/diving-bell. Empty if it is in neither, or if
    /// this is a copy of the program, which is nowhere.
    [[nodiscard]] static std::string find_helper();

private:
    [[nodiscard]] std::vector<std::string> ask(const sys::BusRequest& request) const;
    sys::Channel channel_;
    sys::Child helper_;
    bool of_user_;
};

}  // namespace bell
