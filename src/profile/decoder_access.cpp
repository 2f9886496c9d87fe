// A decoder's plan, and what it tells of its quantities.
#include "profile/decoder.hpp"
#include "profile/plan.hpp"

namespace busbar::profile {

Decoder::Decoder() : plan_{std::make_unique<const Plan>()} {}
Decoder::Decoder(std::unique_ptr<const Plan> plan) : plan_{std::move(plan)} {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

const std::vector<const Quantity*>& Decoder::quantities() const noexcept { return plan_->announced; }

bool Decoder::open() const noexcept { return plan_->describer != nullptr; }

bool Decoder::guaranteed(const Quantity& quantity) const noexcept {
  const Quantity* const first = plan_->quantities.data();
  return &quantity >= first && &quantity < first + plan_->quantities.size() &&
         plan_->guaranteed[static_cast<std::size_t>(&quantity - first)];
}

}  // namespace busbar::profile
