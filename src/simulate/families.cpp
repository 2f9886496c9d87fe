// The families, and what each makes of a population.
#include "simulate/families.hpp"

#include "simulate/daly_board.hpp"
#include "simulate/daly_registers.hpp"
#include "simulate/jk_board.hpp"
#include "simulate/mbus_bus.hpp"
#include "simulate/orion_server.hpp"
#include "simulate/vedirect_product.hpp"
#include "simulate/voltronic_inverter.hpp"

#include <algorithm>
#include <array>

namespace busbar::simulate {
namespace {

Error no_variant(const Population& population) {
  return {Errc::invalid_configuration, "there is no variant '" + population.variant.substr(0, 40) + "'"};
}

Result<std::unique_ptr<Model>> orion(const Population& population) {
  OrionOptions options{.count = population.count};
  if (population.cells > 0) options.pack.cells = population.cells;
  options.pack.short_capacity = population.variant == "short-capacity";
  if (!population.variant.empty() && !options.pack.short_capacity) return no_variant(population);
  if (auto checked = check(options); !checked) return checked.error();
  return make_orion(options.count, options.pack);
}

Result<std::unique_ptr<Model>> daly(const Population& population) {
  if (population.variant == "registers") {
    DalyRegisterOptions registers{.count = population.count};
    if (population.cells > 0) registers.cells = population.cells;
    if (auto checked = check(registers); !checked) return checked.error();
    return std::unique_ptr<Model>{std::make_unique<DalyRegisterModel>(registers)};
  }
  DalyOptions options{.count = population.count};
  if (population.cells > 0) options.cells = population.cells;
  options.all_frames = population.variant == "all-frames";
  if (!population.variant.empty() && !options.all_frames) return no_variant(population);
  if (auto checked = check(options); !checked) return checked.error();
  return std::unique_ptr<Model>{std::make_unique<DalyModel>(options)};
}

Result<std::unique_ptr<Model>> vedirect(const Population& population) {
  const std::string& name = population.variant;
  if (!name.empty() && name != "bmv" && name != "mppt" && name != "phoenix") return no_variant(population);
  if (population.count != 1)
    return Error{Errc::invalid_configuration,
                 "VE.Direct is a line with one product; simulate several --lines"};
  const auto product = name == "mppt"      ? VeDirectProduct::mppt
                       : name == "phoenix" ? VeDirectProduct::phoenix
                                           : VeDirectProduct::bmv;
  return std::unique_ptr<Model>{std::make_unique<VeDirectModel>(product)};
}

Result<std::unique_ptr<Model>> jk(const Population& population) {
  using Variant = JkOptions::Variant;
  JkOptions options;
  if (population.cells > 0) options.cells = population.cells;
  options.variant = population.variant == "jk02_24s"   ? Variant::record_24
                    : population.variant == "jk02_32s" ? Variant::record_32
                    : population.variant == "pb"       ? Variant::bus
                                                       : Variant::terminal;
  if (!population.variant.empty() && options.variant == Variant::terminal) return no_variant(population);
  options.count = population.count;
  if (auto checked = check(options); !checked) return checked.error();
  return std::unique_ptr<Model>{std::make_unique<JkModel>(options)};
}

Result<std::unique_ptr<Model>> voltronic(const Population& population) {
  constexpr std::array<std::string_view, 4> names{"pi30", "hs", "max", "pi18"};  // as VoltronicVariant
  const std::string& name = population.variant;
  const auto known = std::find(names.begin(), names.end(), name.empty() ? names[0] : std::string_view{name});
  if (known == names.end()) return no_variant(population);
  if (population.count != 1)
    return Error{Errc::invalid_configuration, "a Voltronic line has one inverter; simulate several --lines"};
  return std::unique_ptr<Model>{
      std::make_unique<VoltronicModel>(static_cast<VoltronicVariant>(known - names.begin()))};
}

Result<std::unique_ptr<Model>> mbus(const Population& population) {
  MbusOptions options{.count = population.count};
  options.two_telegrams = population.variant == "two-telegrams";
  if (!population.variant.empty() && !options.two_telegrams) return no_variant(population);
  if (auto checked = check(options); !checked) return checked.error();
  return std::unique_ptr<Model>{std::make_unique<MbusModel>(options)};
}

constexpr std::array all{
    Family{"orion", "GoldenMate Orion 1000 packs; variant short-capacity", 9600, &orion},
    Family{"daly",
           "Daly Smart BMS boards, A5 protocol; variants all-frames: 16 frames of cells always, registers",
           9600, &daly},
    Family{"vedirect", "a Victron product that sends VE.Direct text; variants bmv, mppt, phoenix", 19200,
           &vedirect},
    Family{
        "jk",
        "a JK board, frames 4E 57; variants jk02_24s, jk02_32s: records of 300 bytes, pb: several on a bus",
        115200, &jk},
    Family{"voltronic", "a Voltronic inverter; variants pi30, hs (17 words), max, pi18", 2400, &voltronic},
    Family{"mbus", "M-Bus meters for heat, water and electricity in turn; variant two-telegrams", 2400,
           &mbus},
};

}  // namespace

std::span<const Family> families() { return all; }

}  // namespace busbar::simulate
