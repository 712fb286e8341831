# SPDX-License-Identifier: Apache-2.0
# The pipelines of ci/templates and the schema of manifests as C++ strings, for `tailrace init`:
# each file has one source.

set(tailrace_pipelines
  "github|.github/workflows/tailrace.yml|github/tailrace.yml"
  "github|.github/actions/tailrace/action.yml|github/action.yml"
  "gitlab|.gitlab-ci.yml|gitlab/tailrace.gitlab-ci.yml"
  "jenkins|Jenkinsfile|jenkins/Jenkinsfile")
set(rows "")
set(count 0)
foreach(pipeline ${tailrace_pipelines})
  string(REPLACE "|" ";" parts "${pipeline}")
  list(GET parts 0 name)
  list(GET parts 1 path)
  list(GET parts 2 file)
  set(file ${PROJECT_SOURCE_DIR}/ci/templates/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", \"${path}\", R\"file(${text})file\"},\n")
  math(EXPR count "${count} + 1")
endforeach()
set(schema_file ${PROJECT_SOURCE_DIR}/harness/sut/manifest.schema.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schema_file})
file(READ ${schema_file} manifest_schema)
set(tailrace_templates ${PROJECT_BINARY_DIR}/templates.cpp)
file(WRITE ${tailrace_templates}.new
"// Written by CMake from ci/templates.
#include \"harness/cli/templates.h\"

namespace tailrace {
namespace {

constexpr PipelineTemplate kTemplates[] = {
${rows}};

}  // namespace

std::span<const PipelineTemplate> pipeline_templates() {
  return kTemplates;
}

std::string_view manifest_schema() {
  return R\"file(${manifest_schema})file\";
}

}  // namespace tailrace
")
file(COPY_FILE ${tailrace_templates}.new ${tailrace_templates} ONLY_IF_DIFFERENT)
target_sources(tailrace_cli PRIVATE ${tailrace_templates})
