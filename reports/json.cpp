// SPDX-License-Identifier: Apache-2.0
#include "reports/json.h"

namespace tailrace {

std::string json_report(const RunRecord& record) {
  return to_pretty_text(to_json(record));
}

}  // namespace tailrace
