// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/print_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "harness/cli/html_sources.h"
#include "harness/cli/terminal.h"
#include "reports/console.h"
#include "reports/json.h"
#include "reports/junit.h"
#include "reports/markdown.h"

namespace tailrace {
namespace {

constexpr std::size_t kLogWidth = 100, kNarrowest = 40, kWidest = 160;  // Columns

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return is_terminal(stdout) && (no_colour == nullptr || *no_colour == '\0');
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
  return console_report(record, {wants_colour(), line.verbose, console_width()});
}

}  // namespace

// Of the terminal; in a pipe what the variable of shells says, where it was exported.
std::size_t console_width() {
  std::size_t columns = columns_of(stdout);
  if (const char* told = std::getenv("COLUMNS"); columns == 0 && told != nullptr) {
    std::from_chars(told, told + std::strlen(told), columns);
  }
  return columns == 0 ? kLogWidth : std::clamp(columns, kNarrowest, kWidest);
}

void add_step_summary(const RunRecord& record) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return;
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out << markdown_report(record);
  out.close();
  if (!out) fmt::print(stderr, "tailrace: cannot write the summary to '{}'\n", path);
}

void print_report(const RunRecord& record, const CommandLine& line, const std::string& folder,
                  const Catalogue& catalogue) {
  fmt::print("{}", text_of(record, line, folder, catalogue));
}

}  // namespace tailrace
