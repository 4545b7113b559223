// state - what bundle-run believes of its own files and of the process at the other end: states, errors, processes.
#include "oci/state.hpp"

#include "fuzz.hpp"
#include "oci/document.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bell;
    const fuzz::Choice input(data, size, 3);
    fuzz::read_or_refuse([&] {
        if (input.which == 0) {
            const oci::State state = oci::parse_state(input.bytes, "state.json");
            fuzz::must(oci::parse_state(oci::to_json(state), "again") == state);
            (void)oci::to_json(oci::without_own_fields(state), false);
        } else if (input.which == 1) {
            const Error error = Error::from_bytes(input.bytes);
            fuzz::must(Error::from_bytes(error.to_bytes()).message() == error.message());
        } else {
            const oci::Process process = oci::parse_process(input.bytes, "process.json");
            (void)process;
        }
    });
    return 0;
}
