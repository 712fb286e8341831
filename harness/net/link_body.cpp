// SPDX-License-Identifier: Apache-2.0
#include "harness/net/link_body.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <optional>

#include "harness/net/timestamps_off.h"

namespace tailrace {
namespace {

// Bytes kept of one direction of a connection; what follows is counted as TapTruncated.
constexpr std::uint64_t kMostKept = 8U << 20;
// What one write by TLS takes whole: the most that one record holds (RFC 8446, section 5.1).
constexpr std::size_t kTlsRecord = 16 << 10;

Ending ending_of(const Failure& failure) {
  if (failure == asio::error::eof || failure == asio::ssl::error::stream_truncated) {
    return Ending::kFin;
  }
  const bool reset = failure == asio::error::connection_reset ||
                     failure == asio::error::broken_pipe ||
                     failure == asio::error::connection_aborted;
  return reset ? Ending::kReset : Ending::kError;
}

}  // namespace

LinkBody::LinkBody(asio::io_context& io, TapContext tap, LinkOptions options)
    : io_(io),
      tap_(tap),
      options_(options),
      id_(tap.history->next_connection()),
      socket_(io),
      read_redactor_(*tap.vault),
      write_redactor_(*tap.vault) {}

void LinkBody::connect(const Endpoint& target, const TlsOptions& tls) {
  target_ = to_asio(target);
  Failure failure;
  socket_.open(target_.protocol(), failure);
  if (failure) return fail_to_connect(failure.message());
  if (options_.receive_buffer > 0) {
    socket_.set_option(asio::socket_base::receive_buffer_size(options_.receive_buffer), failure);
  }
  // What the SYN offers holds for the connection, and it leaves within async_connect.
  std::optional<TimestampsOff> off;
  if (!options_.timestamps) off.emplace();
  socket_.async_connect(target_, [self = shared_from_this(), tls](const Failure& refused) {
    if (self->ended_) return;
    if (refused) return self->fail_to_connect(refused.message());
    if (tls.enabled) return self->handshake(tls);
    self->opened(Side::kClient, self->target_);
  });
}

void LinkBody::handshake(const TlsOptions& tls) {
  Failure failure;
  tls_context_.emplace(asio::ssl::context::tls_client);
  tls_context_->set_verify_mode(asio::ssl::verify_peer);
  if (tls.ca_file.empty()) {
    tls_context_->set_default_verify_paths(failure);
  } else {
    tls_context_->load_verify_file(tls.ca_file, failure);
  }
  if (failure) return fail_to_connect("certificates: " + failure.message());
  tls_.emplace(socket_, *tls_context_);
  tls_->set_verify_callback(asio::ssl::host_name_verification(tls.server_name));
  Failure no_address;
  asio::ip::make_address(tls.server_name, no_address);
  if (no_address) {  // RFC 6066, section 3: addresses are not indicated.
    // What SSL_set_tlsext_host_name() expands to, without its C cast.
    SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(tls.server_name.c_str()));
  }
  tls_->async_handshake(asio::ssl::stream_base::client,
                        [self = shared_from_this(), name = tls.server_name](const Failure& why) {
                          if (self->ended_) return;
                          if (why) return self->fail_to_connect(self->why_no_tls(why, name));
                          self->opened(Side::kClient, self->target_);
                        });
}

// OpenSSL's words, and what they come to.
std::string LinkBody::why_no_tls(const Failure& failure, const std::string& name) {
  const std::string text = "TLS: " + failure.message();
  if (failure.category() != asio::error::get_ssl_category()) return text;
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(failure.value()));
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST) {
    return text + ": that port does not speak TLS; is it http:// instead?";
  }
  if (reason != SSL_R_CERTIFICATE_VERIFY_FAILED) return text;
  const long verified = SSL_get_verify_result(tls_->native_handle());
  if (verified == X509_V_OK || verified == X509_V_ERR_UNSPECIFIED) {
    return text + ": its certificate is not for '" + name + "'";
  }
  return text + ": " + X509_verify_cert_error_string(verified) +
         "; --cacert FILE names who may sign it";
}

void LinkBody::fail_to_connect(const std::string& why) {
  ended_ = true;
  tap_.history->append(ConnectFailed{to_endpoint(target_).text(), why});
  release();
}

void LinkBody::adopt(Tcp::socket socket, const Tcp::endpoint& peer) {
  socket_ = std::move(socket);
  opened(Side::kServer, peer);
}

void LinkBody::opened(Side we_are, const Tcp::endpoint& remote) {
  Failure failure;
  socket_.set_option(Tcp::no_delay(options_.no_delay), failure);
  ask_for_quick_acks();
  socket_.non_blocking(true, failure);  // For write_next().
  const auto local = socket_.local_endpoint(failure);
  is_open_ = true;
  we_are_ = we_are;
  tap_.history->append(ConnectionOpened{id_, to_endpoint(local), to_endpoint(remote), we_are,
                                        options_.no_delay, options_.quick_ack, tls_.has_value()});
  read_next();
  write_next();
}

// Linux clears the quick-ACK mode with the next answer it sends, hence again each time (tcp(7)).
void LinkBody::ask_for_quick_acks() {
  if (!options_.quick_ack) return;
  const int on = 1;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void LinkBody::read_next() {
  if (reading_ || paused_ || ended_ || !is_open_) return;
  reading_ = true;
  auto handler = [self = shared_from_this()](const Failure& failure, std::size_t count) {
    self->has_read(failure, count);
  };
  ask_for_quick_acks();
  if (tls_) {
    tls_->async_read_some(asio::buffer(buffer_), std::move(handler));
  } else {
    socket_.async_read_some(asio::buffer(buffer_), std::move(handler));
  }
}

void LinkBody::has_read(const Failure& failure, std::size_t count) {
  const MonoTime now = mono_now();
  reading_ = false;
  if (ended_) return;
  if (count > 0) record(true, {buffer_.data(), count}, now);
  if (failure) return peer_ended(failure);
  read_so_far_ += count;
  paused_ |= options_.reads_first > 0 && read_so_far_ >= options_.reads_first;
  read_next();
}

void LinkBody::record(bool read, std::string_view bytes, MonoTime at) {
  std::uint64_t& kept = read ? kept_read_ : kept_written_;
  if (kept > kMostKept) return;
  kept += bytes.size();
  if (kept > kMostKept || !tap_.history->keeps(bytes.size())) {
    kept = kMostKept + 1;
    return tap_.history->append_at(at, TapTruncated{id_, read});
  }
  std::string masked = (read ? read_redactor_ : write_redactor_).mask(bytes);
  if (read) {
    tap_.history->append_at(at, BytesRead{id_, std::move(masked)});
  } else {
    tap_.history->append_at(at, BytesWritten{id_, std::move(masked)});
  }
}

void LinkBody::peer_ended(const Failure& failure) {
  const Ending how = ending_of(failure);
  tap_.history->append(PeerEnded{id_, how});
  // After its FIN a client may still read what we send; after a reset there is nothing left.
  if (how != Ending::kFin) {
    ended_ = true;
    release();
  } else if (we_are_ == Side::kClient) {
    end(Ending::kFin);  // HTTP has no use for a connection whose server is done.
  }
}

void LinkBody::write(std::string bytes) {
  if (ended_ || bytes.empty()) return;
  if (!paused_) read_so_far_ = 0;
  writes_.push_back(std::move(bytes));
  write_next();
}

// What the kernel takes at once is sent and recorded before this returns, so that an end asked for
// right after a write neither drops it nor hides it from the History.
void LinkBody::write_next() {
  while (!writing_ && !ended_ && is_open_ && !writes_.empty()) {
    const std::string& front = writes_.front();
    const auto rest =
        asio::buffer(front.data() + written_of_front_, front.size() - written_of_front_);
    if (tls_) return write_by_tls(rest);
    Failure failure;
    // Before the write: nothing that it causes may seem to come before it.
    const MonoTime at = mono_now();
    const std::size_t count = socket_.write_some(rest, failure);
    if (failure == asio::error::would_block) return write_when_possible();
    if (!failure) record(false, {static_cast<const char*>(rest.data()), count}, at);
    has_written(failure, count);
  }
  if (half_close_after_writes_ && !writing_ && !ended_ && is_open_) finish_half_close();
}

// Recorded as it begins: an answer may be read before the write is known to have ended. The record
// leaves at once where the socket has room; where it has none, an end of ours drops it.
void LinkBody::write_by_tls(asio::const_buffer rest) {
  writing_ = true;
  const auto piece = asio::buffer(rest, kTlsRecord);
  record(false, {static_cast<const char*>(piece.data()), piece.size()}, mono_now());
  tls_->async_write_some(
      piece, [self = shared_from_this()](const Failure& failure, std::size_t count) {
        self->writing_ = false;
        if (self->ended_) return;
        self->has_written(failure, count);
        self->write_next();
      });
}

void LinkBody::write_when_possible() {
  writing_ = true;
  socket_.async_wait(Tcp::socket::wait_write, [self = shared_from_this()](const Failure&) {
    self->writing_ = false;
    self->write_next();
  });
}

void LinkBody::has_written(const Failure& failure, std::size_t count) {
  ask_for_quick_acks();
  if (failure) {
    writes_.clear();
    written_of_front_ = 0;
    half_close_after_writes_ = false;
    return;  // The read side sees how the connection ended, and what came before that.
  }
  written_of_front_ += count;
  if (written_of_front_ == writes_.front().size()) {
    writes_.pop_front();
    written_of_front_ = 0;
  }
}

void LinkBody::half_close() {
  if (ended_ || half_closed_) return;
  half_close_after_writes_ = true;
  write_next();
}

void LinkBody::finish_half_close() {
  half_close_after_writes_ = false;
  half_closed_ = true;
  Failure failure;
  const MonoTime at = mono_now();  // Before it, as for writes.
  socket_.shutdown(Tcp::socket::shutdown_send, failure);
  if (!failure) tap_.history->append_at(at, WeEnded{id_, Ending::kFin, true});
}

void LinkBody::end(Ending how) {
  if (ended_) return;
  ended_ = true;
  Failure failure;
  const MonoTime at = mono_now();  // Before it, as for writes.
  if (how == Ending::kReset) {
    socket_.set_option(asio::socket_base::linger(true, 0), failure);
  } else {
    socket_.shutdown(Tcp::socket::shutdown_both, failure);
  }
  if (is_open_) tap_.history->append_at(at, WeEnded{id_, how, false});
  release();
}

void LinkBody::pause(bool paused) {
  paused_ = paused;
  if (!paused) options_.reads_first = 0;
  if (!paused) read_next();
  // A read that is under way takes one more buffer; the receive window fills up after it.
}

void LinkBody::release() {
  Failure failure;
  socket_.close(failure);
  writes_.resize(writing_ ? 1 : 0);  // A write under way keeps its bytes until it returns.
}

Endpoint to_endpoint(const Tcp::endpoint& from) {
  Endpoint endpoint;
  if (from.address().is_v4()) return v4_endpoint(from.address().to_v4().to_bytes(), from.port());
  const auto bytes = from.address().to_v6().to_bytes();
  std::copy(bytes.begin(), bytes.end(), endpoint.address.begin());
  endpoint.port = from.port();
  return endpoint;
}

Tcp::endpoint to_asio(const Endpoint& from) {
  if (from.is_v4()) {
    asio::ip::address_v4::bytes_type bytes{};
    std::copy(from.address.begin() + 12, from.address.end(), bytes.begin());
    return {asio::ip::address_v4(bytes), from.port};
  }
  asio::ip::address_v6::bytes_type bytes{};
  std::copy(from.address.begin(), from.address.end(), bytes.begin());
  return {asio::ip::address_v6(bytes), from.port};
}

}  // namespace tailrace
