// SPDX-License-Identifier: Apache-2.0
// Clients that leave in mid upload, or fall silent there, cost nobody else anything.

#include "harness/judge/service.h"
#include "harness/peer/rest.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 5;  // The first is the warm-up.
constexpr int kUploads = 8;  // Per batch.
constexpr std::size_t kBody = 64 << 10, kSent = 16 << 10;
constexpr Millis kCleanUp{100};

ConnectionId begin_upload(ClientDriver& client) {
  Json meta, params;
  meta.set("tailrace/padding", std::string(kBody, 'x'));
  params.set("_meta", std::move(meta));
  const ConnectionId link = client.open_connection();
  client.send_bytes(link, client.compose("tools/list", params).substr(0, kSent));
  return link;
}

void drive(ClientDriver& client) {
  client.open_session();
  client.mark(kCallsPerBatch, std::to_string(kUploads));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int upload = 0; upload < kUploads; ++upload) {
      const ConnectionId link = begin_upload(client);
      if (upload % 2 == 0) {
        client.reset(link);
      } else {
        client.close(link);
      }
    }
    client.stay_connected(kCleanUp);
    client.sample(std::string(kBatchLabel) + std::to_string(batch));
  }
  sample_at_rest(client);
  begin_upload(client);  // Neither a word nor a FIN more of this one.
  client.ask_afterwards("uploads that broke off");
}

}  // namespace

Scenario drain_server_survives_cut_uploads() {
  return Scenario{{
      .id = "drain.server_survives_cut_uploads",
      .question = "Do uploads that break off leave nothing behind and nobody waiting?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse), sockets_do_not_grow(Rule{}),
                 descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kCutUploadBlocks, server_fault::kLeaksPerCutUpload},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kClosesAfterEachResponse,
                 server_oddity::kClosesLate},
      .era = Era::kBoth,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
