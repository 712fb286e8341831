// SPDX-License-Identifier: Apache-2.0
// LinkBody: one tapped socket. Private to `net`; only the I/O thread touches its members, but for
// `id_`, which never changes.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <deque>
#include <optional>

#include "harness/net/network.h"

namespace tailrace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

class LinkBody : public std::enable_shared_from_this<LinkBody> {
 public:
  LinkBody(asio::io_context& io, TapContext tap, LinkOptions options);

  ConnectionId id() const { return id_; }
  const History* history() const { return tap_.history; }
  asio::io_context& io() { return io_; }

  void connect(const Endpoint& target, const TlsOptions& tls);
  void adopt(Tcp::socket socket, const Tcp::endpoint& peer);  // An accepted connection.

  void write(std::string bytes);
  void end(Ending how);
  void half_close();
  void pause(bool paused);

 private:
  // `remote`: as it was connected; of a socket that was reset since nobody can ask.
  void opened(Side we_are, const Tcp::endpoint& remote);
  void handshake(const TlsOptions& tls);
  std::string why_no_tls(const Failure& failure, const std::string& name);
  void fail_to_connect(const std::string& why);
  void read_next();
  void has_read(const Failure& failure, std::size_t count);
  void write_next();
  void write_by_tls(asio::const_buffer rest);
  void write_when_possible();
  void has_written(const Failure& failure, std::size_t count);
  void finish_half_close();
  void peer_ended(const Failure& failure);
  void record(bool read, std::string_view bytes, MonoTime at);
  void ask_for_quick_acks();
  void release();

  asio::io_context& io_;
  TapContext tap_;
  LinkOptions options_;
  ConnectionId id_;
  Tcp::socket socket_;
  std::optional<asio::ssl::context> tls_context_;
  std::optional<asio::ssl::stream<Tcp::socket&>> tls_;
  Tcp::endpoint target_;
  Redactor read_redactor_, write_redactor_;
  std::uint64_t kept_read_ = 0, kept_written_ = 0;
  std::size_t read_so_far_ = 0;
  std::deque<std::string> writes_;
  std::size_t written_of_front_ = 0;
  Side we_are_ = Side::kClient;
  bool is_open_ = false, writing_ = false, reading_ = false, paused_ = false, ended_ = false;
  bool half_close_after_writes_ = false, half_closed_ = false;
  std::array<char, 65536> buffer_;
};

Endpoint to_endpoint(const Tcp::endpoint& from);
Tcp::endpoint to_asio(const Endpoint& from);

}  // namespace tailrace
