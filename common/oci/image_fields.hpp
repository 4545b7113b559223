// image_fields.hpp - how the image documents stand in JSON: as fields.hpp does for the runtime's.
//
// image-spec 1.1. Next: image.cpp.
#pragma once

#include "oci/fields.hpp"
#include "oci/image.hpp"

namespace bell::oci {

void fields(auto& visit, Is<Platform> auto& it) {
    visit.required("architecture", it.architecture);
    visit.required("os", it.os);
    visit.field("os.version", it.osVersion);
    visit.field("os.features", it.osFeatures);
    visit.field("variant", it.variant);
}

void fields(auto& visit, Is<Descriptor> auto& it) {
    visit.required("mediaType", it.mediaType);
    visit.required("digest", it.digest);
    visit.required("size", it.size);
    visit.field("platform", it.platform);
    visit.field("artifactType", it.artifactType);
    visit.field("annotations", it.annotations);
}

void fields(auto& visit, Is<DockerImage> auto& it) {
    visit.required("Config", it.config);
    visit.field("RepoTags", it.repoTags);
    visit.required("Layers", it.layers);
}

void fields(auto& visit, Is<Index> auto& it) {
    visit.required("schemaVersion", it.schemaVersion);
    visit.field("mediaType", it.mediaType);
    visit.required("manifests", it.manifests);
    visit.field("annotations", it.annotations);
}

void fields(auto& visit, Is<Manifest> auto& it) {
    visit.required("schemaVersion", it.schemaVersion);
    visit.field("mediaType", it.mediaType);
    visit.field("artifactType", it.artifactType);
    visit.required("config", it.config);
    visit.required("layers", it.layers);
    visit.field("annotations", it.annotations);
}

void fields(auto&, Is<Nothing> auto&) {}

void fields(auto& visit, Is<ImageProcess> auto& it) {
    visit.field("User", it.user);
    visit.field("ExposedPorts", it.exposedPorts);
    visit.field("Env", it.env);
    visit.field("Entrypoint", it.entrypoint);
    visit.field("Cmd", it.cmd);
    visit.field("Volumes", it.volumes);
    visit.field("WorkingDir", it.workingDir);
    visit.field("Labels", it.labels);
    visit.field("StopSignal", it.stopSignal);
}

void fields(auto& visit, Is<ImageRootfs> auto& it) {
    visit.required("type", it.type);
    visit.required("diff_ids", it.diffIds);
}

void fields(auto& visit, Is<ImageHistory> auto& it) {
    visit.field("created", it.created);
    visit.field("created_by", it.createdBy);
    visit.field("author", it.author);
    visit.field("comment", it.comment);
    visit.field("empty_layer", it.emptyLayer);
}

void fields(auto& visit, Is<ImageConfig> auto& it) {
    visit.field("created", it.created);
    visit.field("author", it.author);
    visit.required("architecture", it.architecture);
    visit.required("os", it.os);
    visit.field("os.version", it.osVersion);
    visit.field("os.features", it.osFeatures);
    visit.field("variant", it.variant);
    visit.field("config", it.config);
    visit.required("rootfs", it.rootfs);
    visit.field("history", it.history);
}

}  // namespace bell::oci
