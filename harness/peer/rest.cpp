// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/rest.h"

namespace tailrace {
namespace {

constexpr Millis kLook{500};

}  // namespace

void sample_at_rest(Script& script, bool (*grows)(const Timeline&), Millis longest) {
  const MonoTime until = mono_now() + stretched(longest);
  while (script.history().read(grows) && mono_now() < until) {
    script.stay_connected(kLook);
    script.sample(std::string(kAtRest));
  }
}

}  // namespace tailrace
