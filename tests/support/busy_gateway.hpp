// A gateway whose one connection can be taken: it holds the first so many connections and hangs up on every
// other at once, as device servers do.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace busbar::test {

class BusyGateway {
 public:
  explicit BusyGateway(std::size_t holds) : holds_{holds} {
    accept();
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  BusyGateway(const BusyGateway&) = delete;
  BusyGateway& operator=(const BusyGateway&) = delete;
  ~BusyGateway() {
    loop_.stop();
    thread_.join();
  }

  [[nodiscard]] std::string url() const {
    return "tcp://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  using tcp = boost::asio::ip::tcp;

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket peer) {
      if (error) return;
      if (held_.size() < holds_) held_.push_back(std::move(peer));
      accept();
    });
  }

  std::size_t holds_;
  boost::asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
  std::vector<tcp::socket> held_;
  std::thread thread_;
};

}  // namespace busbar::test
