// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/catalogue.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr std::string_view kCatalogueSchema = "tailrace.catalogue/1";

// A rule whose level does not come from a keyword of the specification, nor from a standard or the
// schema that it builds on, is graded one step milder (spec: descriptive text, guides, proposals).
std::optional<Level> graded(const std::string& level, const std::string& basis) {
  const bool milder = basis != "keyword" && basis != "imported" && basis != "schema";
  if (level == "must" || level == "must_not") return milder ? Level::kShould : Level::kMust;
  if (level == "should" || level == "should_not") return milder ? Level::kNote : Level::kShould;
  if (level == "may") return Level::kNote;
  return std::nullopt;
}

}  // namespace

Result<Catalogue> Catalogue::parse(std::string_view json) {
  const auto parsed = parse_json(json);
  if (!parsed) return trouble("catalogue: " + parsed.error().what);
  if ((*parsed)["schema"].as_string() != kCatalogueSchema) {
    return trouble("catalogue: 'schema' is not \"" + std::string(kCatalogueSchema) + "\"");
  }
  Catalogue catalogue;
  for (const Json& row : (*parsed)["rows"].items()) {
    CatalogueRow entry;
    entry.id = row["id"].as_string();
    entry.binds = row["binds"].as_string();
    entry.source = row["source"].as_string();
    entry.observable = row["observable"].as_string();
    entry.state = row["state"].as_string();
    entry.reason = row["reason"].as_string();
    entry.text = row["text"].as_string();
    const auto level = graded(row["level"].as_string(), row["basis"].as_string());
    if (entry.id.empty() || !level) {
      return trouble("catalogue: row " + std::to_string(catalogue.rows_.size() + 1) + " ('" +
                     entry.id + "') has no id or no level");
    }
    if (catalogue.find(entry.id) != nullptr) {
      return trouble("catalogue: row " + std::to_string(catalogue.rows_.size() + 1) + " ('" +
                     entry.id + "') stands twice");
    }
    for (const Json& revision : row["revisions"].items()) {
      entry.levels[revision.as_string()] = *level;
    }
    catalogue.rows_.push_back(std::move(entry));
  }
  return catalogue;
}

const CatalogueRow* Catalogue::find(std::string_view id) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const CatalogueRow& row) { return row.id == id; });
  return found == rows_.end() ? nullptr : &*found;
}

std::optional<Level> Catalogue::level(std::string_view id, std::string_view revision) const {
  const CatalogueRow* row = find(id);
  if (row == nullptr) return std::nullopt;
  const auto level = row->levels.find(revision);
  if (level == row->levels.end()) return std::nullopt;
  return level->second;
}

}  // namespace tailrace
