// A simulated JK board: answers 4E 57 frames, requests for 300-byte records, or triggers on a bus. Pure; time
// is passed in. Layouts: docs/protocols/jk.md.
#pragma once

#include "simulate/battery.hpp"
#include "simulate/model.hpp"

#include <memory>
#include <vector>

namespace busbar::simulate {

struct JkOptions {
  unsigned cells = 16;  ///< 1…24; 1…32 in records of 32 cells and in frames
  enum class Variant { terminal, record_24, record_32, bus } variant = Variant::terminal;
  unsigned count = 1;  ///< boards on a bus, with the addresses 1…count; else 1
};

[[nodiscard]] Result<void> check(const JkOptions& options);

class JkModel final : public Model {
 public:
  /// `options` must have passed check().
  explicit JkModel(const JkOptions& options);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  [[nodiscard]] std::vector<Bytes> respond_terminal(const protocol::Frame& request);
  [[nodiscard]] std::vector<Bytes> respond_bus(const protocol::Frame& request, milliseconds elapsed);
  [[nodiscard]] Bytes tags() const;
  [[nodiscard]] Bytes cells(const Battery& battery) const;
  [[nodiscard]] Bytes settings() const;
  [[nodiscard]] static Bytes device();

  JkOptions options_;
  std::unique_ptr<protocol::Codec> codec_;
  std::vector<Battery> batteries_;
  bool charge_ = true;
  bool discharge_ = true;
  std::uint8_t counter_ = 0;
};

}  // namespace busbar::simulate
