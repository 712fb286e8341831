// SPDX-License-Identifier: Apache-2.0
// Holds catalogue.json, as it is built into the program, against what it promises and against
// requirements.h.
#include "harness/judge/catalogue.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "harness/wire/json.h"
#include "suites/catalogue/embedded.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::size_t kRows = 400;
const std::set<std::string> kRevisions = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25",
                                          "2026-07-28"};

std::string file_text(const std::string& name) {
  std::ifstream file(TAILRACE_SOURCE_DIR "/suites/catalogue/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

class EmbeddedCatalogue : public testing::Test {
 protected:
  void SetUp() override {
    auto parsed = Catalogue::parse(catalogue_json());
    ASSERT_TRUE(parsed) << parsed.error().what;
    catalogue_ = std::move(*parsed);
  }
  static std::set<std::string> ids_in_requirements_h() {
    static const std::regex kConstant("Requirement\\{\"([^\"]*)\"\\}");
    const std::string text = file_text("requirements.h");
    std::set<std::string> named;
    for (std::sregex_iterator found(text.begin(), text.end(), kConstant), end; found != end;
         ++found) {
      named.insert((*found)[1]);
    }
    return named;
  }

  Catalogue catalogue_;
};

TEST_F(EmbeddedCatalogue, IsTheFile) {
  EXPECT_EQ(catalogue_json(), file_text("catalogue.json"));
}

TEST_F(EmbeddedCatalogue, HasEveryRowOnce) {
  std::set<std::string> ids;
  for (const CatalogueRow& row : catalogue_.rows()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id << " stands twice";
  }
  EXPECT_EQ(ids.size(), kRows);
}

TEST_F(EmbeddedCatalogue, EveryRowIsWhole) {
  const std::set<std::string> binds = {"server", "client", "both", "intermediary"};
  const std::set<std::string> observable = {"server", "client", "both", "no"};
  for (const CatalogueRow& row : catalogue_.rows()) {
    EXPECT_TRUE(binds.contains(row.binds)) << row.id << ": " << row.binds;
    EXPECT_TRUE(observable.contains(row.observable)) << row.id << ": " << row.observable;
    EXPECT_FALSE(row.source.empty()) << row.id;
    EXPECT_FALSE(row.levels.empty()) << row.id << " stands in no revision";
    for (const auto& [revision, level] : row.levels) {
      EXPECT_TRUE(kRevisions.contains(revision)) << row.id << ": " << revision;
    }
  }
}

TEST_F(EmbeddedCatalogue, EveryRowIsOpenExcludedOrCovered) {
  for (const CatalogueRow& row : catalogue_.rows()) {
    if (row.state == "excluded") {
      EXPECT_FALSE(row.reason.empty()) << row.id << " is excluded for no reason";
    } else if (row.state == "covered") {
      EXPECT_FALSE(row.text.empty()) << row.id << " is covered without its text";
      EXPECT_NE(row.observable, "no") << row.id << " is covered and nobody can see it";
      EXPECT_TRUE(row.reason.empty()) << row.id << " is covered with a reason not to be";
    } else {
      EXPECT_EQ(row.state, "open") << row.id;
    }
  }
}

TEST_F(EmbeddedCatalogue, HoldsEveryMemberOfItsRows) {
  const auto json = parse_json(catalogue_json());
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["schema"].as_string(), "tailrace.catalogue/1");
  const std::set<std::string> bases = {"keyword",     "imported", "schema",
                                       "descriptive", "guide",    "sep"};
  for (const Json& row : (*json)["rows"].items()) {
    EXPECT_TRUE(bases.contains(row["basis"].as_string())) << row["id"].as_string();
    std::set<std::string> revisions;
    for (const Json& revision : row["revisions"].items()) {
      EXPECT_TRUE(revisions.insert(revision.as_string()).second) << row["id"].as_string();
    }
  }
}

TEST_F(EmbeddedCatalogue, EveryConstantIsACoveredRow) {
  const auto named = ids_in_requirements_h();
  EXPECT_TRUE(named.contains(std::string(req::kStreamEndsAsHttp[0].id))) << "the file was misread";
  for (const std::string& id : named) {
    const CatalogueRow* row = catalogue_.find(id);
    ASSERT_NE(row, nullptr) << "requirements.h names " << id << ", which is no row";
    EXPECT_EQ(row->state, "covered") << id;
  }
}

TEST_F(EmbeddedCatalogue, EveryCoveredRowHasItsConstant) {
  const auto named = ids_in_requirements_h();
  for (const CatalogueRow& row : catalogue_.rows()) {
    if (row.state == "covered") {
      EXPECT_TRUE(named.contains(row.id)) << row.id;
    }
  }
}

// coverage.json is what we write by hand; catalogue.json repeats it (ci/make_catalogue).
TEST_F(EmbeddedCatalogue, RepeatsOurOwnCoverage) {
  const auto own = parse_json(file_text("coverage.json"));
  ASSERT_TRUE(own) << own.error().what;
  for (const auto& [id, entry] : own->members()) {
    const CatalogueRow* row = catalogue_.find(id);
    ASSERT_NE(row, nullptr) << id;
    EXPECT_EQ(row->state, entry["state"].as_string()) << id;
    EXPECT_EQ(row->text, entry["text"].as_string()) << id;
    EXPECT_EQ(row->reason, entry["reason"].as_string()) << id;
  }
  for (const CatalogueRow& row : catalogue_.rows()) {
    if (row.state == "covered") {
      EXPECT_NE(own->find(row.id), nullptr) << row.id;
    }
  }
}

// Each open decision stands where it was taken, too.
TEST(Decisions, EachIsTakenAndSaidWhereTheCheckIs) {
  constexpr int kOpen = 29;
  static const std::regex kRow("\\| (AMB-[0-9]{2}) \\| [^|]+ \\| [^|]+ \\| `([^`]+)` \\|");
  const std::string text = file_text("decisions.md");
  std::set<std::string> taken;
  for (std::sregex_iterator row(text.begin(), text.end(), kRow), end; row != end; ++row) {
    const std::string id = (*row)[1], place = (*row)[2];
    EXPECT_TRUE(taken.insert(id).second) << id << " stands twice";
    EXPECT_NE(file_text("../../" + place).find(id), std::string::npos) << id << " in " << place;
  }
  EXPECT_EQ(taken.size(), kOpen);
}

}  // namespace
}  // namespace tailrace
