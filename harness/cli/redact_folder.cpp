// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/redact_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "harness/base/file.h"
#include "harness/capture/pcap_file.h"
#include "harness/capture/pcap_writer.h"
#include "harness/flow/segment.h"
#include "harness/record/fact.h"
#include "harness/record/redaction.h"
#include "harness/record/secret_spelling.h"
#include "harness/run/run_folder.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinkAt = 20;  // Of a classic capture file's header: four bytes.

// Masks the bytes of each direction as they would have been when they were recorded.
class HistoryMask {
 public:
  explicit HistoryMask(Vault& vault) : vault_(vault) {}

  std::string line(const std::string& text) {
    const auto json = parse_json(text);
    auto fact = json ? fact_from(*json) : Result<Fact>(trouble("no JSON"));
    if (!fact) return vault_.mask(text);  // Of a crash, or of another version.
    if (auto* read = std::get_if<BytesRead>(&fact->event)) {
      read->bytes = of(read->connection, true).mask(read->bytes);
    } else if (auto* written = std::get_if<BytesWritten>(&fact->event)) {
      written->bytes = of(written->connection, false).mask(written->bytes);
    }
    return to_text(to_json(*fact));
  }

 private:
  Redactor& of(ConnectionId connection, bool read) {
    return redactors_.try_emplace({connection, read}, vault_).first->second;
  }

  Vault& vault_;
  std::map<std::pair<ConnectionId, bool>, Redactor> redactors_;
};

Status mask_history(const fs::path& path, Vault& vault) {
  const auto text = read_whole(path.string());
  if (!text) return std::unexpected(text.error());
  HistoryMask mask(vault);
  std::string out;
  for (std::size_t begin = 0; begin < text->size();) {
    const auto end = std::min(text->find('\n', begin), text->size());
    out += mask.line(text->substr(begin, end - begin));
    if (end < text->size()) out += '\n';
    begin = end + 1;
  }
  return replace_whole(path.string(), out);
}

// The headers of each packet; frames keep their numbers, since the evidence names them. How many
// lost bytes.
Result<std::size_t> copy_headers(const fs::path& path, const std::string& fresh) {
  auto file = PcapFile::open(path.string());
  if (!file) return std::unexpected(file.error());
  std::ifstream head(path, std::ios::binary);
  std::uint32_t link = 0;
  head.seekg(kLinkAt);
  if (!head.read(reinterpret_cast<char*>(&link), sizeof link)) {
    return trouble("no capture: '" + path.string() + "'");
  }
  auto writer = PcapWriter::create(fresh, link);
  if (!writer) return std::unexpected(writer.error());
  std::size_t cut = 0;
  for (;;) {
    auto packet = (*file)->next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) break;
    const auto segment = decode_segment(**packet);
    const std::size_t kept = segment ? segment->header_bytes : 0;
    cut += kept < (*packet)->bytes.size();
    writer->add((*packet)->time, (*packet)->original_length, (*packet)->bytes.first(kept));
  }
  if (auto good = writer->flush(); !good) return std::unexpected(good.error());
  return cut;
}

Result<std::size_t> cut_capture(const fs::path& path) {
  const std::string fresh = path.string() + ".new";
  auto cut = copy_headers(path, fresh);
  std::error_code failure;
  if (cut) fs::rename(fresh, path, failure);
  if (failure) cut = trouble("cannot write '" + path.string() + "'");
  if (!cut) fs::remove(fresh, failure);
  return cut;
}

void count_places(const std::string& text, const std::vector<std::string>& secrets,
                  std::vector<std::size_t>& places) {
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    places[i] += places_of(text, secrets[i]);
    for (const std::string& form : base64_forms(secrets[i])) places[i] += places_of(text, form);
  }
}

Result<std::vector<fs::path>> files_below(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failure)) {
    if (entry.is_regular_file() && !entry.is_symlink()) files.push_back(entry.path());
  }
  if (failure) return trouble("cannot list '" + folder + "': " + failure.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<Redacted> redact_folder(const std::string& folder, const std::vector<std::string>& secrets) {
  std::error_code failure;
  if (folder.empty() || (!fs::exists(folder + "/results.json", failure) &&
                         !fs::exists(folder + "/run.json", failure))) {
    return trouble(why_no_run(folder));
  }
  Vault vault;
  for (const std::string& secret : secrets) vault.protect(secret);
  Redacted redacted;
  redacted.places.assign(secrets.size(), 0);
  const auto files = files_below(folder);
  if (!files) return std::unexpected(files.error());
  for (const fs::path& path : *files) {
    if (path.extension() == ".pcapng") {
      return trouble("'" + path.string() + "' holds whole packets; remove it");
    }
    if (path.extension() == ".pcap") continue;
    const auto text = read_whole(path.string());
    if (!text) return std::unexpected(text.error());
    count_places(*text, secrets, redacted.places);
  }
  // Histories first: from them the session ids are learned that other files may name.
  for (const fs::path& path : *files) {
    const std::string name = path.filename().string();
    const bool is_history = name.ends_with(".jsonl") || name.ends_with(".jsonl.aside");
    if (!is_history || path.parent_path().filename() != "histories") continue;
    if (auto good = mask_history(path, vault); !good) return std::unexpected(good.error());
    ++redacted.histories;
  }
  for (const fs::path& path : *files) {
    if (path.extension() == ".pcap") {
      const auto cut = cut_capture(path);
      if (!cut) return std::unexpected(cut.error());
      redacted.packets += *cut;
      redacted.captures += *cut != 0;
    } else {
      const auto text = read_whole(path.string());
      if (!text) return std::unexpected(text.error());
      const Status good = replace_whole(path.string(), vault.mask(*text));
      if (!good) return std::unexpected(good.error());
    }
  }
  return redacted;
}

}  // namespace tailrace
