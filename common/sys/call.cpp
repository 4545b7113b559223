// call.cpp - see call.hpp.
#include "sys/call.hpp"

#include <cstring>

#include "base/text.hpp"

namespace bell::sys::detail {

void tell(std::string_view name, std::string call_arguments, long result, int error, Weight weight) {
    narrate::Event event{name, std::move(call_arguments), {}, weight, error != 0};
    if (error != 0) {
        const char* symbol = strerrorname_np(error);
        event.result = text::cat(symbol ? symbol : "?", " (", std::strerror(error), ")");
    } else if (result != 0 && name != "write") {  // how many bytes is no news
        event.result = text::cat(result);
    }
    narrate::tell(event);
}

}  // namespace bell::sys::detail
