// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/print_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "harness/cli/html_sources.h"
#include "reports/console.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/markdown.h"

namespace tailrace {
namespace {

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

std::string text_of(const RunRecord& record, const CommandLine& line, const std::string& folder,
                    const Catalogue& catalogue) {
  switch (line.format) {
    case Format::kConsole:
      break;
    case Format::kJson:
      return json_report(record);
    case Format::kJunit:
      return junit_report(record);
    case Format::kMarkdown:
      return markdown_report(record);
    case Format::kHtml:
      return html_report(record, html_sources(folder, catalogue));
  }
  return console_report(record, {wants_colour(), line.verbose});
}

}  // namespace

void print_report(const RunRecord& record, const CommandLine& line, const std::string& folder,
                  const Catalogue& catalogue) {
  fmt::print("{}", text_of(record, line, folder, catalogue));
}

}  // namespace tailrace
