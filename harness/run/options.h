// SPDX-License-Identifier: Apache-2.0
// RunOptions: what the user asked for, checked. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/peer/client_driver.h"
#include "harness/run/verdict.h"
#include "harness/sut/manifest.h"
#include "harness/wire/base_url.h"

namespace tailrace {

enum class NetworkChoice : std::uint8_t { kAuto, kOwn, kHost };

// One of `count` equal parts of a plan, from 1.
struct Shard {
  std::size_t index = 1, count = 1;
};

struct RunOptions {
  Side under_test = Side::kServer;
  std::optional<Url> url;  // A running server, of which `manifest` may tell name and tools;
  std::optional<Manifest> manifest;  // otherwise it starts one.
  std::string source;                  // The URL or command as typed, for reports.
  std::string again;                   // Options that another run of it needs, too.
  std::vector<std::string> secrets;    // Beside those of `headers`
  std::vector<std::string> only;       // Ids, globs, suites, requirement ids; empty: all.
  bool quick = false;                  // Without questions of growth.
  std::vector<std::string> revisions;  // Empty: the one the implementation speaks.
  std::vector<std::string> modes;      // Empty: all of the manifest.
  int jobs = 0;  // 0: what suits the implementation, see jobs_of().
  int repeat = 1;
  Shard shard;
  std::optional<std::uint64_t> shuffle_seed;
  Millis budget{0};  // Of the whole run; 0: none.
  std::vector<HttpHeader> headers;
  std::string ca_file;
  std::vector<std::string> resolve;  // HOST:PORT:ADDRESS
  AllowedTools tools;
  bool safe = false;  // Profile `safe`
  NetworkChoice network = NetworkChoice::kAuto;
  bool require_packets = false;
  bool keep_pcap = false;
  std::string out;  // The run's folder
  std::string baseline_file;
  FailOn fail_on = FailOn::kHarm;
};

}  // namespace tailrace
