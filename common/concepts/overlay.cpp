// overlay.cpp - see overlay.hpp.
#include "concepts/overlay.hpp"

#include <fcntl.h>
#include <sys/utsname.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/narrate.hpp"
#include "base/text.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/process.hpp"

namespace bell::mounts {
namespace {

constexpr std::size_t longest_value = 255;
constexpr std::string_view lower = "lowerdir=";

std::string release_of_this_kernel() {
    utsname name{};
    if (::uname(&name) < 0) throw Error::os("uname", "", errno);
    return name.release;
}

bool is_too_long(const std::string& option) { return option.size() - (option.find('=') + 1) > longest_value; }

bool is_short(const std::string& directory) { return directory.size() <= longest_value; }

// "::" begins directories that hold data only: those are for the kernel alone to understand.
bool can_be_split(const std::string& option) { return option.find("::") == std::string::npos; }

}  // namespace

std::vector<std::string> layers_of(std::string_view lowerdir) {
    std::vector<std::string> out(1);
    for (std::size_t i = 0; i < lowerdir.size(); ++i) {
        if (lowerdir[i] == '\\' && i + 1 < lowerdir.size())
            out.back() += lowerdir[++i];
        else if (lowerdir[i] == ':')
            out.emplace_back();
        else
            out.back() += lowerdir[i];
    }
    return out;
}

bool takes_layers_one_by_one(std::string_view release) {
    const std::vector<std::string> part = text::split(release, '.');
    const unsigned major = part.empty() ? 0 : text::number<unsigned>(part[0]).value_or(0);
    const std::size_t digits = part.size() < 2 ? 0 : part[1].find_first_not_of("0123456789");
    const unsigned minor = part.size() < 2 ? 0 : text::number<unsigned>(part[1].substr(0, digits)).value_or(0);
    return std::pair{major, minor} >= std::pair{6u, 7u};
}

OverlayOptions::OverlayOptions(const std::vector<std::string>& options) {
    const auto long_one = std::find_if(options.begin(), options.end(), is_too_long);
    if (long_one == options.end() || !can_be_split(*long_one)) {
        words_ = options;
        return;
    }
    const std::vector<std::string> layers = layers_of(long_one->substr(long_one->find('=') + 1));
    const bool only_many = long_one->starts_with(lower) && std::all_of(layers.begin(), layers.end(), is_short) &&
                           std::none_of(long_one + 1, options.end(), is_too_long);
    if (only_many && takes_layers_one_by_one(release_of_this_kernel()))
        name_one_by_one(options);
    else
        name_by_numbers(options);
}

void OverlayOptions::name_one_by_one(const std::vector<std::string>& options) {
    for (const std::string& option : options) {
        if (!option.starts_with(lower)) {
            words_.push_back(option);
            continue;
        }
        for (const std::string& layer : layers_of(option.substr(lower.size()))) words_.push_back("lowerdir+=" + layer);
    }
}

std::string OverlayOptions::number_of(const std::string& directory) {
    open_.push_back(sys::open(directory, O_PATH | O_DIRECTORY));
    return text::cat(open_.back().get());
}

// All directories, the upper one, too: names are looked up from the working directory, which is another now.
void OverlayOptions::name_by_numbers(const std::vector<std::string>& options) {
    for (const std::string& option : options) {
        const std::size_t equals = option.find('=');
        const std::string key = option.substr(0, equals);
        if (key == "lowerdir") {
            std::vector<std::string> numbers;
            for (const std::string& layer : layers_of(option.substr(equals + 1))) numbers.push_back(number_of(layer));
            words_.push_back(text::cat(lower, text::join(numbers, ":")));
            if (is_too_long(words_.back()))
                throw Error::bad(
                    text::cat("mount overlay: ", numbers.size(), " layers are more than this kernel takes"),
                    "Linux 6.7 takes 500; 'layer-unpack' without --store makes one tree of them");
        } else if (key == "upperdir" || key == "workdir") {
            words_.push_back(text::cat(key, "=", number_of(option.substr(equals + 1))));
        } else {
            words_.push_back(option);
        }
    }
    if (narrate::dry_run()) return;
    before_ = sys::open(".", O_PATH | O_DIRECTORY);
    sys::change_directory("/proc/self/fd");
}

OverlayOptions::~OverlayOptions() {
    if (!before_) return;
    try {
        sys::change_directory(before_.get(), "the directory before");
    } catch (const Error&) {
        sys::exit_now(exit_own_failure);  // what comes next would look for its names in a wrong place
    }
}

}  // namespace bell::mounts
