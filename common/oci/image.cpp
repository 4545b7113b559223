// image.cpp - the image documents from JSON and to it. See image.hpp.
#include "oci/image.hpp"

#include "oci/document.hpp"
#include "oci/image_fields.hpp"
#include "oci/json.hpp"

namespace bell::oci {
namespace {

Json parse_object(const std::string& bytes, const std::string& name) {
    check_budget(bytes, name);
    Json json = parse_json(bytes, name);
    if (!json.is_object()) throw Error::bad(text::cat(name, ": must be a JSON object"));
    return json;
}

void refuse_fields(const Json& json, const std::string& name, std::string_view what,
                   std::initializer_list<const char*> foreign) {
    for (const char* field : foreign)
        if (json.contains(field))
            throw Error::bad(text::cat(name, ": ", what, " must not have the field '", field,
                                       "': two readers could take it for different things"));
}

template <class Document>
Document read_object(const Json& json, const std::string& name) {
    Document out;
    read(json, out, Place(name));
    return out;
}

template <class Document>
std::string shortest(const Document& document) {
    return to_value(document).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void require_schema_2(std::uint32_t version, const std::string& name) {
    if (version != 2)
        throw Error::bad(text::cat(name, ": /schemaVersion: must be 2, is ", version),
                         "copy the image with a current tool; the old Docker format (1) has no content digests");
}

}  // namespace

Index parse_index(const std::string& json, const std::string& name) {
    const Json object = parse_object(json, name);
    refuse_fields(object, name, "an index", {"config", "layers", "fsLayers"});
    Index index = read_object<Index>(object, name);
    require_schema_2(index.schemaVersion, name);
    return index;
}

Manifest parse_manifest(const std::string& json, const std::string& name) {
    const Json object = parse_object(json, name);
    refuse_fields(object, name, "a manifest", {"manifests", "fsLayers"});
    Manifest manifest = read_object<Manifest>(object, name);
    require_schema_2(manifest.schemaVersion, name);
    return manifest;
}

ImageConfig parse_image_config(const std::string& json, const std::string& name) {
    return read_object<ImageConfig>(parse_object(json, name), name);
}

std::vector<DockerImage> parse_docker_manifest(const std::string& json, const std::string& name) {
    check_budget(json, name);
    const Json list = parse_json(json, name);
    if (!list.is_array()) throw Error::bad(text::cat(name, ": must be a JSON array"));
    std::vector<DockerImage> out;
    read(list, out, Place(name));
    return out;
}

std::string parse_layout_version(const std::string& json, const std::string& name) {
    const Json object = parse_object(json, name);
    std::string version;
    const Place place(name);
    Reader reader(object, place);
    reader.required("imageLayoutVersion", version);
    return version;
}

std::string to_json(const ImageConfig& config, const std::string& original) {
    const std::string name = "the image's config";
    Json document = parse_object(original, name);
    const Json before = document.empty() ? document : to_value(read_object<ImageConfig>(document, name));
    carry_over(document, before, to_value(config));
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> parse_words(const std::string& json, const std::string& name) {
    check_budget(json, name);
    std::vector<std::string> words;
    read(parse_json(json, name), words, Place(name));
    return words;
}

std::string to_json(const Index& index) { return shortest(index); }
std::string to_json(const Manifest& manifest) { return shortest(manifest); }
std::string layout_version_json() { return R"({"imageLayoutVersion":"1.0.0"})"; }

}  // namespace bell::oci
