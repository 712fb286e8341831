// SPDX-License-Identifier: Apache-2.0
// Our side of TLS against a server that nobody here wrote: `openssl s_server`.
#include <gtest/gtest.h>

#include <cstdio>

#include "harness/net/link_body.h"
#include "harness/net/two_ends.h"

namespace tailrace {
namespace {

constexpr std::string_view kNotVerified = "certificate verify failed";

// One connection's worth of a TLS server for the name "localhost"; ends with its client, or after
// some seconds without one.
class TlsServer {
 public:
  explicit TlsServer(const std::string& folder) : folder_(folder) {
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
        folder + "/key.pem -out " + folder + "/cert.pem 2>/dev/null";
    if (std::system(make.c_str()) != 0) return;
    const std::string serve =
        "exec timeout 60 openssl s_server -accept 127.0.0.1:0 -naccept 1 -www "
        "-key " +
        folder + "/key.pem -cert " + folder + "/cert.pem 2>&1 </dev/null";
    output_ = ::popen(serve.c_str(), "r");
    char line[256];
    while (output_ != nullptr && std::fgets(line, sizeof line, output_) != nullptr) {
      if (std::string(line).starts_with("ACCEPT ")) {
        const std::string text(line + 7);
        endpoint_ = *parse_endpoint(text.substr(0, text.find('\n')));
        return;
      }
    }
  }
  ~TlsServer() {
    if (output_ != nullptr) ::pclose(output_);
  }
  Endpoint endpoint() const { return endpoint_; }
  std::string certificate() const { return folder_ + "/cert.pem"; }

 private:
  std::string folder_;
  std::FILE* output_ = nullptr;
  Endpoint endpoint_;
};

// Why the connection was refused, "" where it was not.
std::string refusal(TwoEnds& ends, const TlsServer& server, const TlsOptions& tls) {
  EXPECT_NE(server.endpoint().port, 0) << "openssl did not start";
  ends.client = ends.network().connect(ends.tap(), server.endpoint(), {}, tls);
  if (!ends.soon([](const Timeline& timeline) { return !timeline.refused.empty(); })) return "";
  return ends.history().read([](const Timeline& t) { return t.refused.front().what.why; });
}

TEST(Tls, TheTapIsAboveIt) {
  TwoEnds ends;
  const TlsServer server(ends.folder());
  ASSERT_NE(server.endpoint().port, 0);
  ends.client = ends.network().connect(ends.tap(), server.endpoint(), {},
                                       {true, "localhost", server.certificate()});
  ASSERT_TRUE(
      ends.soon([&](const Timeline& t) { return t.connection(ends.client.id()) != nullptr; }));
  ends.client.write("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(ends.soon([&](const Timeline& timeline) {
    const Exchange* exchange = timeline.last_on(ends.client.id());
    return exchange != nullptr && exchange->response && exchange->response->status == 200 &&
           exchange->ended();
  })) << ends.text();
  EXPECT_TRUE(ends.history().read(
      [&](const Timeline& t) { return t.connection(ends.client.id())->opened.tls; }));
}

// An answer can be read before the write is known to have ended, and must not come first.
TEST(Tls, AWriteIsRecordedAsItBegins) {
  TwoEnds ends;
  const TlsServer server(ends.folder());
  asio::io_context io{1};  // This thread's own, so that nothing completes unasked.
  const auto link = std::make_shared<LinkBody>(io, ends.tap(), LinkOptions{});
  link->connect(server.endpoint(), {true, "localhost", server.certificate()});
  const auto known = [&] {
    return ends.history().read([&](const Timeline& t) { return t.connection(link->id()); });
  };
  const MonoTime until = mono_now() + stretched(kSoon);
  while (known() == nullptr && mono_now() < until) io.run_one_for(stretched(kSoon));
  ASSERT_NE(known(), nullptr) << ends.text();
  const std::string twice(20000, 'x');  // More than one record.
  link->write(twice);
  EXPECT_EQ(known()->written_bytes, 16384U);
  while (known()->written_bytes < twice.size() && mono_now() < until) io.run_one_for(kSoon);
  EXPECT_EQ(known()->written_bytes, twice.size());
  link->end(Ending::kFin);
}

TEST(Tls, AnUnknownCertificateIsRefused) {
  TwoEnds ends;
  const TlsServer server(ends.folder());
  EXPECT_NE(refusal(ends, server, {true, "localhost", ""}).find(kNotVerified), std::string::npos);
  EXPECT_TRUE(ends.history().read([](const Timeline& t) { return t.connections.empty(); }));
}

TEST(Tls, ACertificateForAnotherNameIsRefused) {
  TwoEnds ends;
  const TlsServer server(ends.folder());
  const std::string why = refusal(ends, server, {true, "elsewhere.example", server.certificate()});
  EXPECT_NE(why.find(kNotVerified), std::string::npos) << why;
}

TEST(Tls, AMissingFileOfCertificatesIsNamedAsThat) {
  TwoEnds ends;
  const TlsServer server(ends.folder());
  const std::string why = refusal(ends, server, {true, "localhost", ends.folder() + "/none.pem"});
  EXPECT_TRUE(why.starts_with("certificates: ")) << why;
}

// A peer that accepts and leaves TLS unanswered.
struct SilentPeer {
  SilentPeer(TwoEnds& ends, const std::string& server_name) {
    auto accepted = std::make_shared<std::promise<Link>>();
    const auto take = [accepted](Link link) { accepted->set_value(link); };
    auto listening = ends.network().listen(ends.tap(), v4_endpoint({127, 0, 0, 1}, 0), {}, take);
    ends.listener.emplace(std::move(*listening));
    ends.client =
        ends.network().connect(ends.tap(), ends.listener->endpoint(), {}, {true, server_name, ""});
    auto link = accepted->get_future();
    const auto told = link.wait_for(stretched(kSoon));
    EXPECT_EQ(told, std::future_status::ready) << "no connection was accepted";
    if (told == std::future_status::ready) ends.server = link.get();
    EXPECT_TRUE(ends.soon([&](const Timeline& timeline) {
      const Connection* connection = timeline.connection(ends.server.id());
      return connection != nullptr && connection->read_bytes > 0;  // Its ClientHello.
    }));
  }
};

TEST(Tls, ASilentPeerIsNoConnectionAndNoRefusal) {
  TwoEnds ends;
  const SilentPeer peer(ends, "localhost");
  ends.network().quiesce(ends.history());
  ends.history().read([&](const Timeline& timeline) {
    EXPECT_EQ(timeline.connection(ends.client.id()), nullptr);
    EXPECT_TRUE(timeline.refused.empty());
  });
}

TEST(Tls, APeerThatSpeaksNoTlsIsRefused) {
  TwoEnds ends;
  const SilentPeer peer(ends, "localhost");
  ends.server.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  ASSERT_TRUE(ends.soon([](const Timeline& timeline) { return !timeline.refused.empty(); }));
  ends.history().read([&](const Timeline& timeline) {
    EXPECT_TRUE(timeline.refused.front().what.why.starts_with("TLS: "));
    EXPECT_EQ(timeline.refused.front().what.target, ends.listener->endpoint().text());
  });
}

TEST(Tls, APeerThatLeavesInsteadOfSpeakingIsRefused) {
  TwoEnds ends;
  const SilentPeer peer(ends, "localhost");
  ends.server.close();
  EXPECT_TRUE(ends.soon([](const Timeline& timeline) { return !timeline.refused.empty(); }));
}

TEST(Tls, OnlyANameIsIndicated) {  // RFC 6066, section 3: no literal addresses.
  TwoEnds by_name, by_address;
  const SilentPeer named(by_name, "mcp.example");
  EXPECT_NE(by_name.text().find("mcp.example"), std::string::npos);
  const SilentPeer addressed(by_address, "192.0.2.7");
  EXPECT_EQ(by_address.text().find("192.0.2.7"), std::string::npos);
}

}  // namespace
}  // namespace tailrace
