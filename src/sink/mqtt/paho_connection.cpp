// Paho MQTT C++ behind the Connection seam; the one file that includes it and catches its exceptions.
//
// What its version 1.2 (C library 1.3.12) needs: a fresh client for every attempt, because reusing one after
// a dead connection can block for ever; no buffering and no kept tokens, because tokens of messages that were
// never sent leak; no TLS error handler, because the library keeps a pointer to a copy that is gone (so
// diagnosis.cpp asks OpenSSL itself); no waiting inside callbacks, which all run on one thread of the
// library.
#include "sink/mqtt/paho_connection.hpp"

#include "sink/mqtt/diagnosis.hpp"
#include "sink/mqtt/library_thread.hpp"
#include "sink/mqtt/topics.hpp"

#include <boost/asio/post.hpp>
#include <mqtt/async_client.h>

#include <algorithm>
#include <new>
#include <unistd.h>
#include <utility>

namespace busbar::sink::mqtt {

namespace {

namespace paho = ::mqtt;

constexpr std::size_t max_message = 1024 * 1024;  ///< what others send us beyond that is not looked at

/// Where events go. `events` belongs to the loop thread and is null once the connection object is gone.
struct Mailbox {
  asio::any_io_executor executor;
  ConnectionEvents* events = nullptr;
  LibraryThread* thread = nullptr;  ///< valid as long as `events` is
  std::uint64_t generation = 0;     ///< of the client whose events count; loop thread only
};

using MailboxPtr = std::shared_ptr<Mailbox>;

/// Posts a call to the loop, where it is dropped if it comes from a client that was replaced meanwhile.
template <class Call>
void post_event(const MailboxPtr& mailbox, std::uint64_t generation, Call call) {
  asio::post(mailbox->executor, [mailbox, generation, call = std::move(call)]() mutable {
    if (mailbox->events != nullptr && mailbox->generation == generation) call(*mailbox->events);
  });
}

std::string client_id(const Options& options) {
  if (!options.client_id.empty()) return options.client_id;
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return "busbar-" + std::string{host} + "-" + options.topic_prefix;
}

/// What a broker's no means to the person who can mend it. MQTT 3.1.1, section 3.2.2.3; MQTT 5.0,
/// section 3.2.2.2.
std::string meaning(const Options& options, int return_code, int reason) {
  const std::string login = options.username.empty() ? "the login without a user name"
                                                     : "the login as user '" + options.username + "'";
  if (return_code == 2 || reason == paho::ReasonCode::CLIENT_IDENTIFIER_NOT_VALID) {
    return "the client id '" + client_id(options) + "'; set client_id";
  }
  if (return_code == 4 || reason == paho::ReasonCode::BAD_USER_NAME_OR_PASSWORD) {
    return login + ": wrong user name or password";
  }
  if (return_code == 5 || reason == paho::ReasonCode::NOT_AUTHORIZED) {
    return login + ": not authorised; check user name and password";
  }
  return "the connection: " +
         (reason >= 0x80 ? paho::exception::reason_code_str(reason) : "it is unavailable");
}

/// Whether nobody has to mend anything before the broker may say yes: it is overloaded, or not ready yet.
bool may_pass(int return_code, int reason) {
  constexpr int unavailable = 3;
  switch (reason) {
    case paho::ReasonCode::UNSPECIFIED_ERROR:
    case paho::ReasonCode::SERVER_UNAVAILABLE:
    case paho::ReasonCode::SERVER_BUSY:
    case paho::ReasonCode::QUOTA_EXCEEDED:
    case paho::ReasonCode::CONNECTION_RATE_EXCEEDED:
      return true;
    default:
      return return_code == unavailable;
  }
}

Refusal explain(const Options& options, int code, int reason, const std::string& text) {
  constexpr int wrong_version = 1;
  constexpr int last_return_code = 5;
  if (code == wrong_version || reason == paho::ReasonCode::UNSUPPORTED_PROTOCOL_VERSION) {
    return {.reason = "the broker does not speak this version of MQTT", .unsupported_version = true};
  }
  if ((code > wrong_version && code <= last_return_code) || (reason >= 0x80 && reason <= 0xFF)) {
    return {.reason = "the broker refused " + meaning(options, code, reason),
            .rejected = true,
            .passing = may_pass(code, reason)};
  }
  // The library's words for a TCP connection that came about, and ended before the broker said anything.
  const bool hung_up = text == "TCP connect completion failure";
  return {.reason = text.empty() ? paho::exception::error_str(code) : text, .hung_up = hung_up};
}

class Client final : public paho::iaction_listener {
 public:
  Client(const Options& options, MailboxPtr mailbox, std::uint64_t generation, int version)
      : options_{options},
        mailbox_{std::move(mailbox)},
        generation_{generation},
        version_{version},
        client_{options.url, client_id(options), paho::create_options{MQTTVERSION_5}} {}

  // All on the library thread; they may throw paho::exception.
  void connect();
  void publish(Connection::Publication publication);
  void subscribe(const std::vector<std::string>& filters);
  void subscribe_live(const std::vector<std::string>& filters);
  void unsubscribe(const std::vector<std::string>& filters);
  void probe();
  void disconnect(std::chrono::milliseconds patience);

 private:
  // On the library's thread.
  void on_success(const paho::token& token) override;
  void on_failure(const paho::token& token) override;
  void on_message(const paho::const_message_ptr& message);
  void on_refused(const paho::token& token);

  [[nodiscard]] paho::connect_options connect_options() const;
  template <class Call>
  void tell(Call call) {
    try {
      post_event(mailbox_, generation_, std::move(call));
    } catch (const std::bad_alloc&) {
      // Nothing may be thrown through the library. What is not told is taken for a broker that does not
      // answer.
    }
  }

  Options options_;
  MailboxPtr mailbox_;
  std::uint64_t generation_;
  int version_;
  paho::async_client client_;
};

paho::ssl_options ssl_options(const TlsOptions& tls) {
  paho::ssl_options ssl;
  if (!tls.ca_file.empty()) ssl.set_trust_store(tls.ca_file);
  if (!tls.certificate_file.empty()) ssl.set_key_store(tls.certificate_file);
  if (!tls.key_file.empty()) ssl.set_private_key(tls.key_file);
  if (!tls.key_password.empty()) ssl.set_private_key_password(tls.key_password);
  ssl.set_enable_server_cert_auth(tls.verify);
  ssl.set_verify(tls.verify);  // without it the library does not compare the host name
  ssl.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
  return ssl;
}

paho::connect_options Client::connect_options() const {
  const Topics topics{options_};
  paho::connect_options connect;
  connect.set_mqtt_version(version_);
  if (version_ == MQTTVERSION_5) {
    connect.set_clean_start(true);
  } else {
    connect.set_clean_session(true);
  }
  connect.set_keep_alive_interval(std::max<int>(1, static_cast<int>(options_.keepalive.count())));
  connect.set_automatic_reconnect(false);
  connect.set_max_inflight(20);
  if (!options_.username.empty()) connect.set_user_name(options_.username);
  if (!options_.password.empty()) connect.set_password(options_.password);
  connect.set_will(paho::will_options{paho::message{topics.status(), "offline", 1, true}});
  if (is_tls(options_)) connect.set_ssl(ssl_options(options_.tls.value_or(TlsOptions{})));
  return connect;
}

void Client::connect() {
  client_.set_message_callback([this](const paho::const_message_ptr& message) { on_message(message); });
  client_.set_connection_lost_handler([this](const std::string&) {
    tell([](ConnectionEvents& events) { events.on_lost("the connection broke"); });
  });
  client_.set_disconnected_handler([this](const paho::properties&, paho::ReasonCode reason) {
    auto text = "the broker closed the connection: " + paho::exception::reason_code_str(reason);
    tell([text = std::move(text)](ConnectionEvents& events) { events.on_lost(text); });
  });
  client_.connect(connect_options(), nullptr, *this);
}

void Client::publish(Connection::Publication publication) {
  auto* context = reinterpret_cast<void*>(static_cast<std::uintptr_t>(publication.id));
  paho::properties properties;
  if (version_ == MQTTVERSION_5 && !publication.correlation.empty())
    properties.add({paho::property::CORRELATION_DATA, publication.correlation});
  client_.publish(paho::message::create(std::move(publication.topic), std::move(publication.payload),
                                        publication.qos, publication.retain, properties),
                  context, *this);
}

void Client::subscribe(const std::vector<std::string>& filters) {
  for (const auto& filter : filters) client_.subscribe(filter, 0);
}

void Client::subscribe_live(const std::vector<std::string>& filters) {
  paho::subscribe_options live;  // an older broker is told nothing of them
  live.set_retain_handling(paho::subscribe_options::DONT_SEND_RETAINED);
  for (const auto& filter : filters) client_.subscribe(filter, 1, live);
}

void Client::unsubscribe(const std::vector<std::string>& filters) {
  for (const auto& filter : filters) client_.unsubscribe(filter);
}

void Client::probe() {
  // The library keeps its pings to itself. Ending a subscription that there never was is answered by every
  // broker.
  client_.unsubscribe(Topics{options_}.probe(), nullptr, *this);
}

void Client::disconnect(std::chrono::milliseconds patience) {
  client_.disconnect(static_cast<int>(patience.count()), nullptr, *this);
}

void Client::on_success(const paho::token& token) {
  if (token.get_type() == paho::token::PUBLISH) {
    const auto id = reinterpret_cast<std::uintptr_t>(token.get_user_context());
    tell([id](ConnectionEvents& events) { events.on_published(id, true); });
  } else if (token.get_type() == paho::token::CONNECT) {
    std::size_t max_packet = 0;
    if (version_ == MQTTVERSION_5) {
      const auto response = token.get_connect_response();
      const auto& properties = response.get_properties();
      if (properties.contains(paho::property::MAXIMUM_PACKET_SIZE)) {
        max_packet = paho::get<std::uint32_t>(properties, paho::property::MAXIMUM_PACKET_SIZE);
      }
    }
    tell([max_packet, version = version_](ConnectionEvents& events) {
      events.on_connected(version, max_packet);
    });
  } else if (token.get_type() == paho::token::UNSUBSCRIBE) {
    tell([](ConnectionEvents& events) { events.on_alive(); });
  } else if (token.get_type() == paho::token::DISCONNECT) {
    tell([](ConnectionEvents& events) { events.on_closed(); });
  }
}

void Client::on_failure(const paho::token& token) {
  if (token.get_type() == paho::token::PUBLISH) {
    const auto id = reinterpret_cast<std::uintptr_t>(token.get_user_context());
    tell([id](ConnectionEvents& events) { events.on_published(id, false); });
  } else if (token.get_type() == paho::token::CONNECT) {
    on_refused(token);
  } else if (token.get_type() == paho::token::DISCONNECT) {
    tell([](ConnectionEvents& events) { events.on_closed(); });
  }
}

void Client::on_refused(const paho::token& token) {
  std::string text;
  try {
    (void)token.get_connect_response();  // the only way to the library's message
  } catch (const paho::exception& failure) {
    text = failure.get_message();
  } catch (const std::exception&) {
    // a token without response: there is no message
  }
  const int code = token.get_return_code();
  // With MQTT 5 the library gives the broker's reason code in place of the return code.
  auto refusal = version_ == MQTTVERSION_5 && code >= 0x80 ? explain(options_, 0, code, text)
                                                           : explain(options_, code, 0, text);
  asio::post(mailbox_->executor, [mailbox = mailbox_, generation = generation_, options = options_,
                                  refusal = std::move(refusal)]() mutable {
    if (mailbox->events == nullptr || mailbox->generation != generation) return;
    const bool clear = refusal.rejected || refusal.unsupported_version;
    if (clear || (refusal.hung_up && !is_tls(options))) {
      mailbox->events->on_refused(std::move(refusal));
      return;
    }
    mailbox->thread->post([mailbox, generation, options = std::move(options),
                           refusal = std::move(refusal)]() mutable {
      auto why = diagnose(options);
      if (!why.empty()) refusal = Refusal{.reason = std::move(why)};
      post_event(mailbox, generation,
                 [refusal = std::move(refusal)](ConnectionEvents& events) { events.on_refused(refusal); });
    });
  });
}

ReplyTo reply_to(const paho::properties& properties) {
  ReplyTo reply;
  if (properties.contains(paho::property::RESPONSE_TOPIC))
    reply.topic = paho::get<std::string>(properties, paho::property::RESPONSE_TOPIC);
  if (properties.contains(paho::property::CORRELATION_DATA))
    reply.correlation = paho::get<std::string>(properties, paho::property::CORRELATION_DATA);
  return reply;
}

void Client::on_message(const paho::const_message_ptr& message) {
  if (message->get_payload_ref().size() > max_message) return;
  tell([topic = message->get_topic(), payload = message->to_string(), retained = message->is_retained(),
        reply = reply_to(message->get_properties())](ConnectionEvents& events) mutable {
    events.on_message(std::move(topic), std::move(payload), retained, std::move(reply));
  });
}

class PahoConnection final : public Connection {
 public:
  PahoConnection(asio::any_io_executor executor, const Options& options, ConnectionEvents& events)
      : options_{options}, mailbox_{std::make_shared<Mailbox>()}, slot_{std::make_shared<Slot>()} {
    *mailbox_ = Mailbox{std::move(executor), &events, &thread_, 0};
  }

  ~PahoConnection() override {
    mailbox_->events = nullptr;
    thread_.clear();
    thread_.post([slot = slot_] { *slot = Slot{}; });
  }

  void open(int version) override {
    thread_.clear();
    const auto generation = ++mailbox_->generation;
    thread_.post([slot = slot_, mailbox = mailbox_, options = options_, generation, version] {
      slot->client.reset();
      Refusal refusal;
      try {
        if (!slot->anchor)
          slot->anchor = std::make_unique<paho::async_client>("tcp://localhost", "busbar-anchor");
        refusal.reason = options.tls ? unreadable_file(*options.tls) : std::string{};
        if (refusal.reason.empty()) {
          slot->client = std::make_unique<Client>(options, mailbox, generation, version);
          slot->client->connect();
          return;
        }
      } catch (const paho::exception& failure) {
        refusal = explain(options, failure.get_return_code(), 0, failure.get_message());
      } catch (const std::exception& failure) {
        refusal.reason = std::string{"the library cannot begin: "} + failure.what();
      }
      post_event(mailbox, generation, [refusal](ConnectionEvents& events) { events.on_refused(refusal); });
    });
  }

  void publish(Publication publication) override {
    const auto id = publication.id;
    on_client([publication = std::move(publication)](
                  Client& client) mutable { client.publish(std::move(publication)); },
              [id](ConnectionEvents& events) { events.on_published(id, false); });
  }

  void subscribe(std::vector<std::string> filters) override {
    on_client([filters = std::move(filters)](Client& client) { client.subscribe(filters); },
              [](ConnectionEvents&) {});
  }

  void subscribe_live(std::vector<std::string> filters) override {
    on_client([filters = std::move(filters)](Client& client) { client.subscribe_live(filters); },
              [](ConnectionEvents&) {});
  }

  void unsubscribe(std::vector<std::string> filters) override {
    on_client([filters = std::move(filters)](Client& client) { client.unsubscribe(filters); },
              [](ConnectionEvents&) {});
  }

  void probe() override {
    on_client([](Client& client) { client.probe(); }, [](ConnectionEvents&) {});
  }

  void close(std::chrono::milliseconds patience) override {
    on_client([patience](Client& client) { client.disconnect(patience); },
              [](ConnectionEvents& events) { events.on_closed(); });
  }

  void abandon() override {
    thread_.clear();
    ++mailbox_->generation;
    thread_.post([slot = slot_] { slot->client.reset(); });
  }

 private:
  /// LibraryThread thread only.
  struct Slot {
    /// Never connected. The library takes itself down with its last client, which must not happen between
    /// attempts.
    std::unique_ptr<paho::async_client> anchor;
    std::unique_ptr<Client> client;
  };

  template <class Job, class Failed>
  void on_client(Job job, Failed failed) {
    thread_.post([slot = slot_, mailbox = mailbox_, generation = mailbox_->generation, job = std::move(job),
                  failed = std::move(failed)]() mutable {
      try {
        if (slot->client) {
          job(*slot->client);
          return;
        }
      } catch (const std::exception&) {
        // not connected any more: on_lost is on its way; or no memory
      }
      post_event(mailbox, generation, failed);
    });
  }

  Options options_;
  MailboxPtr mailbox_;
  std::shared_ptr<Slot> slot_;
  LibraryThread thread_;  // last: its thread uses all of the above
};

}  // namespace

std::unique_ptr<Connection> make_paho_connection(asio::any_io_executor executor, const Options& options,
                                                 ConnectionEvents& events) {
  return std::make_unique<PahoConnection>(std::move(executor), options, events);
}

}  // namespace busbar::sink::mqtt
