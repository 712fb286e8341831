// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/catalogue.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

std::string row_text(const std::string& id, const std::string& level, const std::string& basis) {
  return R"({"id": ")" + id + R"(", "level": ")" + level + R"(", "basis": ")" + basis +
         R"(", "binds": "server", "revisions": ["2025-06-18", "2025-11-25"],)"
         R"( "source": "basic", "observable": "both", "state": "open"})";
}

Result<Catalogue> catalogue_of(const std::string& rows) {
  return Catalogue::parse(R"({"schema": "tailrace.catalogue/1", "rows": [)" + rows + "]}");
}

TEST(Catalogue, GradesByKeywordAndMilderWithoutOne) {
  struct Row {
    const char* level;
    Level by_keyword;
    Level without;
  };
  const Row rows[] = {
      {"must", Level::kMust, Level::kShould},   {"must_not", Level::kMust, Level::kShould},
      {"should", Level::kShould, Level::kNote}, {"should_not", Level::kShould, Level::kNote},
      {"may", Level::kNote, Level::kNote},
  };
  for (const Row& row : rows) {
    for (const char* basis : {"keyword", "imported", "schema", "descriptive", "guide", "sep", ""}) {
      const std::string name = basis;
      const bool firm = name == "keyword" || name == "imported" || name == "schema";
      const auto catalogue = catalogue_of(row_text("A-1", row.level, basis));
      ASSERT_TRUE(catalogue) << catalogue.error().what;
      EXPECT_EQ(catalogue->level("A-1", "2025-11-25"), firm ? row.by_keyword : row.without)
          << row.level << " by " << basis;
    }
  }
}

TEST(Catalogue, ARowSpeaksOnlyForItsRevisions) {
  const auto catalogue = catalogue_of(row_text("A-1", "must", "keyword"));
  ASSERT_TRUE(catalogue);
  EXPECT_EQ(catalogue->level("A-1", "2025-06-18"), Level::kMust);
  EXPECT_EQ(catalogue->level("A-1", "2025-11-25"), Level::kMust);
  EXPECT_EQ(catalogue->level("A-1", "2025-03-26"), std::nullopt);
  EXPECT_EQ(catalogue->level("A-1", "2026-07-28"), std::nullopt);
  EXPECT_EQ(catalogue->level("A-1", ""), std::nullopt);
  EXPECT_EQ(catalogue->level("A-2", "2025-11-25"), std::nullopt);
}

TEST(Catalogue, FindsRowsAndKeepsTheirOrder) {
  const auto catalogue =
      catalogue_of(row_text("B-1", "must", "keyword") + "," + row_text("A-1", "may", "keyword"));
  ASSERT_TRUE(catalogue);
  ASSERT_EQ(catalogue->rows().size(), 2U);
  EXPECT_EQ(catalogue->rows()[0].id, "B-1");
  const CatalogueRow* row = catalogue->find("A-1");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->binds, "server");
  EXPECT_EQ(row->source, "basic");
  EXPECT_EQ(row->observable, "both");
  EXPECT_EQ(row->state, "open");
  EXPECT_EQ(catalogue->find("A-"), nullptr);
}

TEST(Catalogue, ABrokenRowIsNamed) {
  const std::string good = row_text("A-1", "must", "keyword") + ",";
  struct Row {
    std::string rows;
    const char* why;
  };
  const Row rows[] = {
      {row_text("", "must", "keyword"), "catalogue: row 1 ('') has no id or no level"},
      {good + row_text("A-2", "shall", "keyword"),
       "catalogue: row 2 ('A-2') has no id or no level"},
      {good + R"({"id": "A-3"})", "catalogue: row 2 ('A-3') has no id or no level"},
      {good + "7", "catalogue: row 2 ('') has no id or no level"},
  };
  for (const Row& row : rows) {
    const auto catalogue = catalogue_of(row.rows);
    ASSERT_FALSE(catalogue) << row.rows;
    EXPECT_EQ(catalogue.error().what, row.why);
  }
  const auto no_json = Catalogue::parse("{\"rows\": [");
  ASSERT_FALSE(no_json);
  EXPECT_EQ(no_json.error().what.find("catalogue: "), 0U) << no_json.error().what;
}

TEST(Catalogue, NoRowStandsTwiceAndTheSchemaIsOurs) {
  const std::string row = row_text("A-1", "must", "keyword");
  const auto twice = catalogue_of(row + "," + row);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().what, "catalogue: row 2 ('A-1') stands twice");
  for (const char* text : {"{}", "[]", R"({"schema": "tailrace.catalogue/2", "rows": []})"}) {
    EXPECT_FALSE(Catalogue::parse(text)) << text;
  }
}

}  // namespace
}  // namespace tailrace
