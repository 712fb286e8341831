// SPDX-License-Identifier: Apache-2.0
#include "harness/net/network.h"

#include <netdb.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <future>
#include <thread>
#include <vector>

#include "harness/net/link_body.h"

namespace tailrace {

Link::Link(std::shared_ptr<LinkBody> body) : body_(std::move(body)) {}

ConnectionId Link::id() const {
  return body_ ? body_->id() : ConnectionId{};
}

void Link::write(std::string bytes) {
  if (!body_) return;
  asio::post(body_->io(),
             [body = body_, bytes = std::move(bytes)]() mutable { body->write(std::move(bytes)); });
}

void Link::close() {
  if (body_) asio::post(body_->io(), [body = body_] { body->end(Ending::kFin); });
}

void Link::reset() {
  if (body_) asio::post(body_->io(), [body = body_] { body->end(Ending::kReset); });
}

void Link::half_close() {
  if (body_) asio::post(body_->io(), [body = body_] { body->half_close(); });
}

void Link::pause_reading() {
  if (body_) asio::post(body_->io(), [body = body_] { body->pause(true); });
}

void Link::resume_reading() {
  if (body_) asio::post(body_->io(), [body = body_] { body->pause(false); });
}

struct Network::Body {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  // Links and listeners by weak pointer; touched by the I/O thread only.
  std::vector<std::weak_ptr<LinkBody>> links;
  std::thread thread;

  void keep(const std::shared_ptr<LinkBody>& link) {
    std::erase_if(links, [](const auto& known) { return known.expired(); });
    links.push_back(link);
  }
  void end_links(const History* history) {
    for (const auto& known : links) {
      const auto link = known.lock();
      if (link && (!history || link->history() == history)) link->end(Ending::kFin);
    }
  }
};

// Until a descriptor may be free again.
constexpr Deadline kAcceptsAgain{"accepts_again", Millis(10)};

class ListenerBody : public std::enable_shared_from_this<ListenerBody> {
 public:
  ListenerBody(asio::io_context& io, TapContext tap, LinkOptions options,
               std::function<void(Link)> on_link,
               std::function<void(std::shared_ptr<LinkBody>)> keep)
      : io_(io),
        tap_(tap),
        options_(options),
        acceptor_(io),
        again_(io),
        on_link_(std::move(on_link)),
        keep_(std::move(keep)) {}

  Failure open(const Endpoint& address) {
    const auto at = to_asio(address);
    Failure failure;
    acceptor_.open(at.protocol(), failure);
    if (!failure && options_.receive_buffer > 0) {  // What is accepted inherits it.
      acceptor_.set_option(asio::socket_base::receive_buffer_size(options_.receive_buffer),
                           failure);
    }
    if (!failure) acceptor_.bind(at, failure);
    if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
    if (!failure) endpoint_ = to_endpoint(acceptor_.local_endpoint(failure));
    return failure;
  }

  void accept_next() {
    // Who resets at once has no address any more when it is asked for.
    acceptor_.async_accept(peer_, [self = shared_from_this()](const Failure& failure,
                                                              Tcp::socket socket) {
      if (failure == asio::error::operation_aborted || self->stopped_) return;
      // No descriptor is left: the listener stays readable, and would be asked without end.
      if (failure) return self->accept_later();
      auto link = std::make_shared<LinkBody>(self->io_, self->tap_, self->options_);
      self->keep_(link);
      // First the owner learns of the link, then facts of it can arrive.
      self->on_link_(Link(link));
      link->adopt(std::move(socket), self->peer_);
      self->accept_next();
    });
  }

  void accept_later() {
    again_.expires_after(kAcceptsAgain.limit);
    again_.async_wait([self = shared_from_this()](const Failure&) {
      if (!self->stopped_) self->accept_next();
    });
  }

  void stop() {
    stopped_ = true;
    again_.cancel();
    Failure failure;
    acceptor_.close(failure);
  }

  Endpoint endpoint() const { return endpoint_; }
  asio::io_context& io() { return io_; }

 private:
  asio::io_context& io_;
  TapContext tap_;
  LinkOptions options_;
  Tcp::acceptor acceptor_;
  Tcp::endpoint peer_;  // Of what is accepted next.
  asio::steady_timer again_;
  std::function<void(Link)> on_link_;
  std::function<void(std::shared_ptr<LinkBody>)> keep_;
  Endpoint endpoint_;
  bool stopped_ = false;
};

Listener::Listener(std::shared_ptr<ListenerBody> body) : body_(std::move(body)) {}

Listener::~Listener() {
  if (!body_) return;
  std::promise<void> stopped;
  asio::post(body_->io(), [&] {
    body_->stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

Endpoint Listener::endpoint() const {
  return body_->endpoint();
}

Network::Network() : body_(std::make_unique<Body>()) {
  body_->thread = std::thread([io = &body_->io] { io->run(); });
}

Network::~Network() {
  asio::post(body_->io, [body = body_.get()] {
    body->end_links(nullptr);
    body->work.reset();
  });
  body_->thread.join();
}

Link Network::connect(TapContext tap, const Endpoint& target, const LinkOptions& options,
                      const TlsOptions& tls) {
  auto link = std::make_shared<LinkBody>(body_->io, tap, options);
  asio::post(body_->io, [body = body_.get(), link, target, tls] {
    body->keep(link);
    link->connect(target, tls);
  });
  return Link(link);
}

Result<Listener> Network::listen(TapContext tap, const Endpoint& address,
                                 const LinkOptions& options, std::function<void(Link)> on_link) {
  auto keep = [body = body_.get()](const std::shared_ptr<LinkBody>& link) { body->keep(link); };
  auto listener = std::make_shared<ListenerBody>(body_->io, tap, options, std::move(on_link), keep);
  if (const Failure failure = listener->open(address)) {
    return trouble("cannot listen on " + address.text() + ": " + failure.message(),
                   failure.value());
  }
  asio::post(body_->io, [listener] { listener->accept_next(); });
  return Listener(listener);
}

void Network::quiesce(const History& history) {
  std::promise<void> ended;
  asio::post(body_->io, [&] {
    body_->end_links(&history);
    // Handlers that were cancelled just now run before what is posted here.
    asio::post(body_->io, [&] { ended.set_value(); });
  });
  ended.get_future().wait();
}

Result<std::vector<Endpoint>> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) return trouble("cannot resolve '" + host + "': " + gai_strerror(failure));
  std::vector<Endpoint> endpoints;
  for (const addrinfo* entry = found; entry; entry = entry->ai_next) {
    Tcp::endpoint address;
    address.resize(entry->ai_addrlen);
    std::memcpy(address.data(), entry->ai_addr, entry->ai_addrlen);
    endpoints.push_back(to_endpoint(address));
  }
  freeaddrinfo(found);
  return endpoints;
}

}  // namespace tailrace
