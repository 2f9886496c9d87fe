#include "support/mosquitto.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace busbar::test {
namespace {

void must_succeed(std::vector<std::string> command) {
  const std::string program = command.front() + " " + command.at(1);
  Process process{std::move(command)};
  if (process.wait() != 0) throw std::runtime_error{program + " failed: " + process.err()};
}

bool accepts_connections(unsigned short port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

/// Debian keeps the broker where a user's PATH does not look.
std::string mosquitto_program() {
  for (const char* path : {"/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return "mosquitto";
}

}  // namespace

Certificates make_certificates(const TemporaryDirectory& directory, const std::string& server_names) {
  const auto in = [&](const char* name) { return directory.path() + "/" + name; };
  Certificates files{in("ca.crt"), in("server.crt"), in("server.key"), in("client.crt"), in("client.key")};
  must_succeed({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=test authority", "-keyout", in("ca.key"), "-out", files.ca});
  const auto issue = [&](const std::string& subject, const std::string& key, const std::string& certificate,
                         const std::string& names) {
    const auto request = certificate + ".csr";
    must_succeed({"openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", key, "-out",
                  request});
    const auto extensions = directory.write("extensions", "subjectAltName=" + names + "\n");
    must_succeed({"openssl", "x509", "-req", "-in", request, "-CA", files.ca, "-CAkey", in("ca.key"),
                  "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate});
  };
  issue("/CN=broker", files.server_key, files.server, server_names);
  issue("/CN=busbar", files.client_key, files.client, "DNS:busbar");
  return files;
}

Mosquitto::Mosquitto(MosquittoOptions options) : options_{std::move(options)}, port_{free_port()} {
  std::string text = "listener " + std::to_string(port_) + " 127.0.0.1\n";
  // Started as root it would give up the rights to its own directory.
  text += "user root\nlog_type all\n";
  text += options_.passwords.empty() ? "allow_anonymous true\n" : "allow_anonymous false\n";
  if (!options_.passwords.empty()) {
    const auto file = directory_.write("passwords", "");
    for (const auto& [user, password] : options_.passwords) {
      must_succeed({"mosquitto_passwd", "-b", file, user, password});
    }
    text += "password_file " + file + "\n";
  }
  if (options_.persistence) {
    text += "persistence true\npersistence_location " + directory_.path() + "/\n";
  }
  if (options_.tls) {
    text += "cafile " + options_.tls->ca + "\ncertfile " + options_.tls->server + "\nkeyfile " +
            options_.tls->server_key + "\n";
    if (options_.client_certificate) text += "require_certificate true\n";
  }
  config_ = directory_.write("mosquitto.conf", text + options_.extra);
  start();
}

Mosquitto::~Mosquitto() {
  if (process_ && process_->running()) thaw();
}

void Mosquitto::start() {
  process_ = std::make_unique<Process>(std::vector<std::string>{mosquitto_program(), "-c", config_});
  const bool up = eventually([this] { return !process_->running() || accepts_connections(port_); });
  if (!up || !process_->running()) throw std::runtime_error{"mosquitto does not start: " + process_->err()};
}

void Mosquitto::stop() {
  process_->signal(SIGTERM);
  (void)process_->wait();
}

void Mosquitto::kill() {
  process_->signal(SIGKILL);
  (void)process_->wait();
}

void Mosquitto::freeze() { process_->signal(SIGSTOP); }
void Mosquitto::thaw() { process_->signal(SIGCONT); }

std::string Mosquitto::url(const std::string& host) const {
  return (options_.tls ? "mqtts://" : "mqtt://") + host + ":" + std::to_string(port_);
}

std::string Mosquitto::log() const { return process_->err() + process_->out(); }

}  // namespace busbar::test
