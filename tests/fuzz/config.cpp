// config - config.json: read, checked, written, read again. What was read comes through unchanged.
#include "fuzz.hpp"
#include "oci/document.hpp"
#include "validate.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bell;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    fuzz::read_or_refuse([&] {
        oci::Document document = oci::Document::parse(bytes, "config.json");
        const oci::Config config = document.config();
        const oci::Document before = document.copy();
        document.put(config);
        fuzz::must(document.changes_since(before).empty());
        fuzz::must(oci::Document::parse(document.text(), "again").config() == config);
        (void)oci::lowest_version(config);
        fuzz::read_or_refuse([&] { validate(config); });
        if (config.process) fuzz::read_or_refuse([&] { validate(*config.process); });
    });
    return 0;
}
