#include "protocol/mbus/moment.hpp"

#include <chrono>

namespace busbar::protocol::mbus {
namespace {

constexpr std::uint8_t low5 = 0x1F;
constexpr std::uint8_t low6 = 0x3F;

/// Day, month and the year within its century lie in two bytes, the same in all types.
std::uint8_t short_year(std::uint8_t first, std::uint8_t second) {
  return static_cast<std::uint8_t>(first >> 5 | (second >> 4) << 3);
}

void put_date(Moment& moment, std::uint8_t first, std::uint8_t second, int year) {
  moment.day = first & low5;
  moment.month = second & 0x0F;
  moment.year = static_cast<std::uint16_t>(year);
}

bool exists(const Moment& moment) {
  using namespace std::chrono;
  const year_month_day date{year{moment.year}, month{moment.month}, day{moment.day}};
  const bool day_exists = moment.kind == Moment::Kind::time || date.ok();
  return day_exists && moment.hour < 24 && moment.minute < 60 && moment.second < 60;
}

Value checked(const Moment& moment) {
  if (exists(moment)) return moment;
  return Unavailable::no_such_time;
}

Value type_g(ByteView data) {
  if (data[0] == 0xFF && data[1] == 0xFF) return Unavailable::marked;
  const auto year = short_year(data[0], data[1]);
  if (year > 99) return Unavailable::no_such_time;
  Moment moment{.kind = Moment::Kind::date};
  put_date(moment, data[0], data[1], 2000 + year);
  return checked(moment);
}

Value type_f(ByteView data) {
  if ((data[0] & 0x80) != 0) return Unavailable::invalid_time;
  const auto year = short_year(data[2], data[3]);
  if (year > 99) return Unavailable::no_such_time;
  const int century = data[1] >> 5 & 3;
  // Meters older than the two bits of the century leave them 0: up to 80 it is 20xx.
  const int full = century == 0 && year <= 80 ? 2000 + year : 1900 + 100 * century + year;
  Moment moment{.kind = Moment::Kind::date_time};
  moment.minute = data[0] & low6;
  moment.hour = data[1] & low5;
  moment.daylight_saving = (data[1] & 0x80) != 0;
  put_date(moment, data[2], data[3], full);
  return checked(moment);
}

Value type_i(ByteView data) {
  if ((data[1] & 0x80) != 0) return Unavailable::invalid_time;
  const auto year = short_year(data[3], data[4]);
  if (year > 99) return Unavailable::no_such_time;
  Moment moment{.kind = Moment::Kind::date_time};
  moment.second = data[0] & low6;
  moment.seconds = true;
  moment.minute = data[1] & low6;
  moment.hour = data[2] & low5;
  moment.daylight_saving = (data[0] & 0x40) != 0;
  put_date(moment, data[3], data[4], 2000 + year);
  return checked(moment);
}

Value type_j(ByteView data) {
  Moment moment{.kind = Moment::Kind::time};
  moment.second = data[0] & low6;
  moment.seconds = true;
  moment.minute = data[1] & low6;
  moment.hour = data[2] & low5;
  return checked(moment);
}

}  // namespace

Value decode_moment(ByteView data) {
  switch (data.size()) {
    case 2:
      return type_g(data);
    case 3:
      return type_j(data);
    case 4:
      return type_f(data);
    case 6:
      return type_i(data);
    default:
      return Raw{data};
  }
}

}  // namespace busbar::protocol::mbus
