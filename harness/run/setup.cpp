// SPDX-License-Identifier: Apache-2.0
#include "harness/run/runner.h"
#include "harness/sut/own_network.h"

namespace tailrace {

Result<Setup> prepare_process(const RunOptions& options) {
  Setup setup;
  const bool all_ours = options.manifest.has_value() && !options.url;
  const bool wanted = options.network == NetworkChoice::kOwn ||
                      (options.network == NetworkChoice::kAuto && all_ours);
  if (wanted) {
    if (!all_ours) {
      return trouble("--network own needs an implementation that Tailrace starts, not a URL");
    }
    if (auto entered = enter_own_network()) {
      setup.own_network = true;
    } else if (options.network == NetworkChoice::kOwn) {
      return std::unexpected(entered.error());
    } else {
      setup.why_host_network = entered.error().what;
    }
  }
  if (all_ours) {
    auto supervisor = Supervisor::fork_supervisor();
    if (!supervisor) return std::unexpected(supervisor.error());
    setup.supervisor.emplace(std::move(*supervisor));
  }
  return setup;
}

}  // namespace tailrace
