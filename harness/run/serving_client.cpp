// SPDX-License-Identifier: Apache-2.0
#include "harness/run/serving_client.h"

#include <utility>

#include "harness/sut/last_words.h"
#include "harness/wire/json.h"

namespace tailrace {

Result<std::unique_ptr<ServingClient>> ServingClient::start(Supervisor& supervisor,
                                                            const Manifest& manifest,
                                                            const std::string& mode,
                                                            Vault& vault) {
  std::unique_ptr<ServingClient> client(new ServingClient(mode, vault));
  const Environment told = {{std::string(kServeVariable), "1"}};
  auto started = ClientProcess::start(
      supervisor, manifest, mode, "", told,
      [serving = client.get()](const std::string& line) { serving->hear(line); });
  if (!started) return std::unexpected(started.error());
  client->process_ = std::move(*started);
  return client;
}

ServingClient::~ServingClient() {
  release();
}

void ServingClient::hear(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  if (history_ == nullptr || done_) {
    strayed_ = true;
    return;
  }
  const auto status = status_when_done(line);
  if (!status || in_sessions_) return history_->hear(vault_.mask(line));
  done_ = true;
  history_->append(ProcessEnded{*status, 0, asked_});
}

void ServingClient::end(const ProcessEnded& how) {
  const std::scoped_lock lock(mutex_);
  if (history_ == nullptr || done_ || ended_) return;
  ended_ = true;
  history_->append(how);
}

Status ServingClient::tell(const std::string& url, const Environment& environment) {
  Json word;
  word.set("url", url);
  for (const auto& [name, value] : environment) word.set(name, value);
  return process_->tell(to_text(word) + "\n");
}

bool ServingClient::begin(History& history, bool in_sessions) {
  const std::scoped_lock lock(mutex_);
  history_ = &history;
  ended_ = false;
  in_sessions_ = in_sessions;
  asked_ = false;
  return std::exchange(done_, false);
}

void ServingClient::watch() {
  ++taken_;
  watch_.emplace(*process_, [this](const ExitStatus& status) {
    const std::string printed = asked_ ? "" : vault_.mask(last_words(process_->output()));
    end({status.code, status.signal, asked_, printed});
  });
}

Status ServingClient::take(const std::string& url, const Environment& environment,
                           History& history) {
  const bool was_done = begin(history, false);
  auto told = tell(url, environment);
  if (told) {
    watch();
  } else {
    release();
    const std::scoped_lock lock(mutex_);
    done_ = was_done;
  }
  return told;
}

Status ServingClient::take_session(const std::string& url, const Environment& environment,
                                   History& history) {
  const bool first = !in_sessions_;
  if (first) begin(history, true);
  auto told = tell(url, environment);
  if (first && told) watch();
  return told;
}

void ServingClient::release() {
  watch_.reset();
  const std::scoped_lock lock(mutex_);
  history_ = nullptr;
}

bool ServingClient::is_done() {
  const std::scoped_lock lock(mutex_);
  return history_ == nullptr || done_;
}

bool ServingClient::is_ready() {
  const std::scoped_lock lock(mutex_);
  return history_ == nullptr && !strayed_ && !process_->wait_exit(mono_now());
}

std::optional<ExitStatus> ServingClient::crashed_late(MonoTime until) {
  {
    const std::scoped_lock lock(mutex_);
    if (asked_ || !done_ || history_ != nullptr) return std::nullopt;
  }
  return process_->wait_exit(until);
}

void ServingClient::stop() {
  asked_ = true;
  process_->stop();
  const auto status = process_->wait_exit(mono_now());
  if (status) end({status->code, status->signal, true});
  release();
}

}  // namespace tailrace
