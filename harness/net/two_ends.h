// SPDX-License-Identifier: Apache-2.0
// TwoEnds: a Listener and a Link that talk to each other, both tapped by one History. For tests
// only; one thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <sstream>

#include "harness/base/assert.h"
#include "harness/net/network.h"

namespace tailrace {

inline constexpr Millis kSoon{5000};

class TwoEnds {
 public:
  TwoEnds() {
    TAILRACE_ASSERT(::mkdtemp(folder_.data()) != nullptr);
    history_ = *History::create(file());
  }
  ~TwoEnds() {
    listener.reset();  // Before its Network.
    network_.reset();  // No fact comes after it.
    std::filesystem::remove_all(folder_);
  }

  TapContext tap() { return {history_.get(), &vault}; }
  Network& network() { return *network_; }
  const History& history() const { return *history_; }
  std::string file() const { return folder_ + "/history.jsonl"; }
  std::string folder() const { return folder_; }
  std::string text() const {
    std::ifstream stream(file());
    std::ostringstream text;
    text << stream.rdbuf();
    return std::move(text).str();
  }

  // Listens at the address and connects to it; `server` is the accepted end. False where one of
  // them does not come about.
  [[nodiscard]] bool connect(const Endpoint& address, const LinkOptions& options = {}) {
    auto accepted = std::make_shared<std::promise<Link>>();
    auto listening =
        network_->listen(tap(), address, {}, [accepted](Link link) { accepted->set_value(link); });
    if (!listening) return false;
    listener.emplace(std::move(*listening));
    client = network_->connect(tap(), listener->endpoint(), options, {});
    auto link = accepted->get_future();
    if (link.wait_for(stretched(kSoon)) != std::future_status::ready) return false;
    server = link.get();
    return soon([&](const Timeline& t) {  // Each end says so in its own time.
      return t.connection(client.id()) != nullptr && t.connection(server.id()) != nullptr;
    });
  }

  bool soon(const std::function<bool(const Timeline&)>& holds) const {
    return history_->wait_until(mono_now() + stretched(kSoon), holds);
  }
  std::uint64_t read_by(const Link& link) const {
    return history_->read([&](const Timeline& t) { return t.connection(link.id())->read_bytes; });
  }

  Vault vault;
  std::optional<Listener> listener;
  Link client, server;

 private:
  std::string folder_ = std::filesystem::temp_directory_path() / "tailrace-net.XXXXXX";
  std::unique_ptr<History> history_;
  std::unique_ptr<Network> network_ = std::make_unique<Network>();
};

}  // namespace tailrace
