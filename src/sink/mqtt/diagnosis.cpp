// One handshake with OpenSSL itself, on a blocking socket with deadlines; called on the worker thread after a
// failure.
#include "sink/mqtt/diagnosis.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace busbar::sink::mqtt {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Stream = std::unique_ptr<SSL, Deleter<SSL_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using Addresses = std::unique_ptr<addrinfo, Deleter<freeaddrinfo>>;

struct Socket {
  int fd = -1;
  explicit Socket(int descriptor) : fd{descriptor} {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd >= 0) ::close(fd);
  }
};

struct Address {
  std::string host;
  std::string port;
};

Address address_of(std::string_view url) {
  const std::string fallback = url.starts_with("mqtts") ? "8883" : "1883";
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find('/'));
  if (url.starts_with('[')) {
    const auto end = url.find(']');
    const auto rest = end == std::string_view::npos ? std::string_view{} : url.substr(end + 1);
    return {std::string{url.substr(1, end - 1)},
            rest.starts_with(':') ? std::string{rest.substr(1)} : fallback};
  }
  const auto colon = url.rfind(':');
  if (colon == std::string_view::npos) return {std::string{url}, fallback};
  return {std::string{url.substr(0, colon)}, std::string{url.substr(colon + 1)}};
}

/// A connected socket, or -1 with what went wrong in `error`.
int connect_to(const Address& address, timeval patience, std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found); code != 0) {
    error = "the name '" + address.host + "' cannot be looked up: " + ::gai_strerror(code) +
            "; check url and DNS";
    return -1;
  }
  const Addresses addresses{found};
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    const int fd = ::socket(entry->ai_family, entry->ai_socktype | SOCK_CLOEXEC, entry->ai_protocol);
    if (fd < 0) continue;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);  // bounds connect() too
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd, entry->ai_addr, entry->ai_addrlen) == 0) return fd;
    const int code = errno == EINPROGRESS ? ETIMEDOUT : errno;
    error = std::string{std::strerror(code)} +
            (code == ECONNREFUSED ? "; is the broker running on this port?" : "");
    ::close(fd);
  }
  return -1;
}

bool is_ip(const std::string& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

/// "broker.example, 192.0.2.7": the names the certificate is made out to.
std::string names_in(SSL* stream) {
  const Certificate certificate{SSL_get1_peer_certificate(stream)};
  if (!certificate) return {};
  const Names names{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr))};
  std::string text;
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count && text.size() < 200; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string one;
    if (name->type == GEN_DNS) {
      one.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                 static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      char buffer[INET6_ADDRSTRLEN] = {};
      const int family = ASN1_STRING_length(name->d.iPAddress) == 4 ? AF_INET : AF_INET6;
      ::inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), buffer, sizeof buffer);
      one = buffer;
    }
    if (!one.empty()) text.append(text.empty() ? "" : ", ").append(one);
  }
  return text;
}

std::string library_error() {
  const auto code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? std::string{} : std::string{reason};
}

std::string explain_verification(long result, SSL* stream, const std::string& host) {
  const std::string text = X509_verify_cert_error_string(result);
  if (result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    const auto names = names_in(stream);
    return "the broker's certificate is not made out to '" + host +
           "' but to: " + (names.empty() ? "nobody" : names) + "; use one of these names in url";
  }
  return "the broker's certificate is not trusted: " + text + "; check tls.ca_file";
}

std::string explain_failure(const std::string& error, bool has_certificate) {
  if (error.empty()) return "the broker closed the connection during the TLS handshake";
  if (error == "wrong version number" || error == "packet length too long" || error == "http request") {
    return "the port does not speak TLS (" + error + "); use mqtt:// or the broker's TLS port";
  }
  if (error.find("certificate required") != std::string::npos ||
      (error.find("handshake failure") != std::string::npos && !has_certificate)) {
    return "the broker wants a client certificate (" + error + "); set tls.certificate_file and tls.key_file";
  }
  return "the TLS handshake failed: " + error;
}

/// What is wrong with the files, "" if nothing.
std::string load_files(SSL_CTX* context, const TlsOptions& tls) {
  if (tls.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_locations(context, tls.ca_file.c_str(), nullptr) != 1) {
    return "tls.ca_file '" + tls.ca_file + "' holds no certificate in PEM form: " + library_error();
  }
  if (!tls.certificate_file.empty()) {
    const std::string& key = tls.key_file.empty() ? tls.certificate_file : tls.key_file;
    SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<char*>(tls.key_password.c_str()));
    if (SSL_CTX_use_certificate_chain_file(context, tls.certificate_file.c_str()) != 1) {
      return "tls.certificate_file '" + tls.certificate_file + "' cannot be used: " + library_error();
    }
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
      return "tls.key_file '" + key + "' cannot be used: " + library_error();
    }
  }
  return {};
}

std::string diagnose_tls(const TlsOptions& tls, const std::string& host, int fd) {
  ERR_clear_error();
  const Context context{SSL_CTX_new(TLS_client_method())};
  if (!context) return {};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (auto error = load_files(context.get(), tls); !error.empty()) return error;
  const Stream stream{SSL_new(context.get())};
  SSL_set_fd(stream.get(), fd);
  // The verdict is asked for below; going on in spite of it is what lets us see the names in the certificate.
  SSL_set_verify(stream.get(), SSL_VERIFY_NONE, nullptr);
  if (is_ip(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream.get()), host.c_str());
  } else {
    SSL_set_tlsext_host_name(stream.get(), host.c_str());
    SSL_set1_host(stream.get(), host.c_str());
  }
  const bool shaken = SSL_connect(stream.get()) == 1;
  const long verified = SSL_get_verify_result(stream.get());
  if (tls.verify && verified != X509_V_OK) return explain_verification(verified, stream.get(), host);
  if (!shaken) return explain_failure(library_error(), !tls.certificate_file.empty());
  // With TLS 1.3 a missing client certificate is only complained about after the handshake.
  const timeval moment{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
  char byte = 0;
  if (SSL_read(stream.get(), &byte, 1) == 1) return {};
  const auto error = library_error();
  return error.empty() ? std::string{} : explain_failure(error, !tls.certificate_file.empty());
}

}  // namespace

bool is_tls(const Options& options) {
  const std::string_view url = options.url;
  return url.starts_with("mqtts://") || url.starts_with("ssl://") || url.starts_with("wss://");
}

std::string unreadable_file(const TlsOptions& tls) {
  const std::pair<const char*, const std::string&> files[] = {{"tls.ca_file", tls.ca_file},
                                                              {"tls.certificate_file", tls.certificate_file},
                                                              {"tls.key_file", tls.key_file}};
  for (const auto& [option, file] : files) {
    if (file.empty()) continue;
    errno = 0;
    std::ifstream stream{file};
    if (!stream || stream.peek() == std::ifstream::traits_type::eof()) {
      return std::string{option} + " '" + file +
             "' cannot be read: " + std::strerror(errno == 0 ? ENODATA : errno);
    }
  }
  return {};
}

std::string diagnose(const Options& options) {
  const Address address = address_of(options.url);
  std::string error;
  const Socket socket{connect_to(address, timeval{3, 0}, error)};
  if (socket.fd < 0) return error;
  return is_tls(options) ? diagnose_tls(options.tls.value_or(TlsOptions{}), address.host, socket.fd)
                         : std::string{};
}

}  // namespace busbar::sink::mqtt
