#include "support/old_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace busbar::test {
namespace {

bool receive_all(int socket, void* data, std::size_t size) {
  return size == 0 || ::recv(socket, data, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

void send_all(int socket, const std::vector<std::uint8_t>& bytes) {
  (void)!::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::size_t u16(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  return at + 1 < bytes.size() ? bytes[at] * 256U + bytes[at + 1] : 0U;
}

}  // namespace

OldBroker::OldBroker(Refusal refusal) : refusal_{refusal} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error{"cannot listen"};
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

OldBroker::~OldBroker() {
  stop_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  ::shutdown(current_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<int> OldBroker::levels() const {
  const std::lock_guard lock{mutex_};
  return levels_;
}

std::vector<std::string> OldBroker::topics() const {
  const std::lock_guard lock{mutex_};
  return topics_;
}

void OldBroker::serve() {
  while (!stop_) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    current_ = socket;
    talk(socket);
    current_ = -1;
    ::close(socket);
  }
}

void OldBroker::talk(int socket) {
  Packet packet;
  bool open = true;
  while (open && receive(socket, packet)) handle(socket, packet, open);
}

bool OldBroker::receive(int socket, Packet& packet) {
  if (!receive_all(socket, &packet.type, 1)) return false;
  std::size_t length = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    std::uint8_t byte = 0;
    if (!receive_all(socket, &byte, 1)) return false;
    length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  packet.body.resize(length);
  return receive_all(socket, packet.body.data(), length);
}

void OldBroker::handle(int socket, const Packet& packet, bool& open) {
  const auto& body = packet.body;
  switch (packet.type >> 4U) {
    case 1: {  // CONNECT: protocol name, then its level
      const int level = body.at(2 + u16(body, 0));
      {
        const std::lock_guard lock{mutex_};
        levels_.push_back(level);
      }
      open = level == 4;
      if (open) send_all(socket, {0x20, 2, 0, 0});
      if (!open && refusal_ == Refusal::return_code) send_all(socket, {0x20, 2, 0, 1});
      if (!open && refusal_ == Refusal::reason_code) send_all(socket, {0x20, 3, 0, 0x84, 0});
      break;
    }
    case 3: {  // PUBLISH
      const std::size_t size = u16(body, 0);
      {
        const std::lock_guard lock{mutex_};
        topics_.emplace_back(body.begin() + 2, body.begin() + 2 + static_cast<std::ptrdiff_t>(size));
      }
      if ((packet.type & 0x06U) != 0) send_all(socket, {0x40, 2, body.at(2 + size), body.at(3 + size)});
      break;
    }
    case 8:  // SUBSCRIBE, one filter at a time
      send_all(socket, {0x90, 3, body.at(0), body.at(1), 0});
      break;
    case 10:  // UNSUBSCRIBE
      send_all(socket, {0xB0, 2, body.at(0), body.at(1)});
      break;
    case 12:  // PINGREQ
      send_all(socket, {0xD0, 0});
      break;
    default:  // DISCONNECT and what is not expected
      open = false;
  }
}

}  // namespace busbar::test
