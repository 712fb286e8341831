// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/secret_variables.h"

#include <fmt/format.h>

#include <cstdlib>

#include "harness/record/redaction.h"

namespace tailrace {

Result<std::vector<std::string>> values_of(const std::vector<std::string>& variables) {
  std::vector<std::string> values;
  for (const std::string& name : variables) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return trouble("--secret-env: the variable " + name + " is not set");
    values.emplace_back(value);
    if (values.back().size() >= Vault::kShortest) continue;
    return trouble(fmt::format("--secret-env: the value of {} is shorter than {} bytes: it would "
                               "be found where nobody meant it",
                               name, Vault::kShortest));
  }
  return values;
}

}  // namespace tailrace
