// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/own_info.h"

#include "harness/base/version.h"

namespace tailrace {

Json own_info() {
  Json info;
  info.set("name", "tailrace");
  info.set("version", std::string(version()));
  return info;
}

}  // namespace tailrace
