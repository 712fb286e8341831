// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/server_driver.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>

namespace tailrace {
namespace {

constexpr Millis kSoon{20000};

// Our scripted server, and a client of one connection that writes what a test gives it.
class ServerDrivers : public testing::Test {
 protected:
  ServerDrivers() {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    of_server_ = *History::create(folder_ + "/server.jsonl");
    of_client_ = *History::create(folder_ + "/client.jsonl");
    ServerSettings settings;
    settings.contract = ClientContract::kCalls;
    settings.start_client = [this](const std::string& url, const Environment&) {
      const auto from = url.find("//") + 2;
      const auto endpoint = parse_endpoint(url.substr(from, url.find('/', from) - from));
      client_ = network_.connect({of_client_.get(), &vault_}, *endpoint, {}, {});
      return Status{};
    };
    server_.emplace(network_, vault_, *of_server_, std::move(settings));
    server_->start_client(1);
  }
  ~ServerDrivers() override {
    server_.reset();
    network_.quiesce(*of_server_);
    network_.quiesce(*of_client_);
    std::filesystem::remove_all(folder_);
  }

  void post(int id, const std::string& method, const std::string& headers) {
    const std::string body =
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}"}})", id, method);
    client_.write(fmt::format("POST /mcp HTTP/1.1\r\nHost: a\r\n{}Content-Length: {}\r\n\r\n{}",
                              headers, body.size(), body));
  }
  // Of its own history: it serves while it waits.
  bool server_sees(const Condition& holds) { return server_->watch({"served", kSoon}, holds); }
  bool client_sees(const Condition& holds) {
    return of_client_->wait_until(mono_now() + kSoon, holds);
  }

  std::string folder_ = testing::TempDir() + "tailrace-driver.XXXXXX";
  std::unique_ptr<History> of_server_, of_client_;
  Vault vault_;
  Network network_;
  Link client_;
  std::optional<ServerDriver> server_;
};

TEST_F(ServerDrivers, EndTheConnectionBehindTheAnswerToWhoAsksForIt) {
  post(1, "ping", "");
  post(2, "ping", "Connection: close\r\n");
  const auto is_ended = [](const Timeline& seen) {
    return std::ranges::any_of(seen.connections, [](const Connection& one) {
      return one.peer_ended || one.half_closed;
    });
  };
  ASSERT_TRUE(server_sees(is_ended));
  ASSERT_TRUE(client_sees(is_ended));
  of_client_->read([](const Timeline& seen) {
    ASSERT_EQ(seen.exchanges.size(), 2U);
    EXPECT_EQ(seen.exchanges.back().end, BodyEnd::kComplete);
    EXPECT_EQ(seen.connections.front().peer_ended->how, Ending::kFin);
  });
}

TEST_F(ServerDrivers, RefuseARevisionThatNobodySpeaks) {
  post(1, "ping", "MCP-Protocol-Version: 2024-11-05\r\n");
  post(2, "ping", "MCP-Protocol-Version: 2099-01-01\r\n");
  const auto are_answered = [](const Timeline& seen) {
    return seen.exchanges.size() == 2 && seen.exchanges.back().ended();
  };
  ASSERT_TRUE(server_sees(are_answered));
  ASSERT_TRUE(client_sees(are_answered));
  of_client_->read([](const Timeline& seen) {
    EXPECT_EQ(seen.exchanges.front().response->status, 200);
    EXPECT_EQ(seen.exchanges.back().response->status, 400);
    EXPECT_EQ(seen.exchanges.back().answer->kind, MessageKind::kError);
  });
}

}  // namespace
}  // namespace tailrace
