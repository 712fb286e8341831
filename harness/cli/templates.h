// SPDX-License-Identifier: Apache-2.0
// The files of ci/templates that `tailrace init` writes, and the JSON Schema of manifests, put into
// the program by CMake. Immutable.
#pragma once

#include <span>
#include <string_view>

namespace tailrace {

struct PipelineTemplate {
  std::string_view name;  // As --ci takes it.
  std::string_view path;  // Where the pipeline looks for it.
  std::string_view text;
};

std::span<const PipelineTemplate> pipeline_templates();
std::string_view manifest_schema();

}  // namespace tailrace
