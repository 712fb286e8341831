// SPDX-License-Identifier: Apache-2.0
// Catalogue: every requirement row with its level in each revision, who is bound, its source, and
// whether it is covered, excluded with a reason, or open. Immutable after parsing: any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/judge/requirement.h"
#include "harness/record/run_record.h"

namespace tailrace {

struct CatalogueRow {
  std::string id, binds, source, observable, state, reason, text;
  std::map<std::string, Level, std::less<>> levels;  // By revision, as graded.
};

class Catalogue {
 public:
  // Error: names the row and the member.
  static Result<Catalogue> parse(std::string_view json);

  const CatalogueRow* find(std::string_view id) const;
  std::optional<Level> level(std::string_view id, std::string_view revision) const;
  const std::vector<CatalogueRow>& rows() const { return rows_; }

 private:
  std::vector<CatalogueRow> rows_;
};

}  // namespace tailrace
