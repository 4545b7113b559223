// place.hpp - bind-mounter's modes: put the files there, or write them down. See place.cpp.
#pragma once

#include "oci/config.hpp"
#include "sys/program.hpp"
#include "wanted.hpp"

namespace bell {

void place_files(const WantedFiles& wanted, const sys::Chain& chain);
void describe_files(oci::Config& config, const WantedFiles& wanted);

}  // namespace bell
