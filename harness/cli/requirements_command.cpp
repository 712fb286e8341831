// SPDX-License-Identifier: Apache-2.0
// What becomes of every requirement row: the scenarios that ask about it, or why none does.
#include <fmt/format.h>

#include <map>

#include "harness/cli/commands.h"

namespace tailrace {
namespace {

using Citations = std::map<std::string_view, std::vector<std::string_view>>;

Citations citations_of(const Registry& registry) {
  Citations cited;
  for (const Scenario& scenario : registry) {
    for (const Rule& rule : scenario.spec().covers) {
      for (const Requirement& requirement : rule) {
        cited[requirement.id].push_back(scenario.id());
      }
    }
  }
  return cited;
}

}  // namespace

int requirements_command(const Registry& registry, const Catalogue& catalogue) {
  const Citations cited = citations_of(registry);
  std::map<std::string, std::size_t> rows_in;
  for (const CatalogueRow& row : catalogue.rows()) {
    ++rows_in[row.state];
    const auto by = cited.find(row.id);
    const std::string why =
        by == cited.end() ? row.reason : fmt::format("{}", fmt::join(by->second, ", "));
    fmt::print("{:<14} {:<8}{}\n", row.id, row.state, why.empty() ? "" : "  " + why);
  }
  fmt::print("\n{} rows: {} covered, {} excluded, {} open\n", catalogue.rows().size(),
             rows_in["covered"], rows_in["excluded"], rows_in["open"]);
  return kExitClean;
}

}  // namespace tailrace
