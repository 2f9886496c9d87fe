// What the tests of the store share: records that tell themselves apart, and a short way to look into a file.
#pragma once

#include "store/record.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace busbar::store::test {

using namespace std::chrono_literals;

inline const UtcMillis noon{1795262400000ms};

/// The number is the payload, and the second in which it was taken.
inline Record record(int number) {
  return {noon + std::chrono::seconds{number}, "pack1", "status", std::to_string(number)};
}

inline std::vector<Record> records(int first, int last) {
  std::vector<Record> all;
  for (int number = first; number <= last; ++number) all.push_back(record(number));
  return all;
}

inline std::vector<int> numbers(const std::vector<StoredRecord>& stored) {
  std::vector<int> found;
  for (const auto& one : stored) found.push_back(std::stoi(one.record.payload));
  return found;
}

inline std::vector<int> range(int first, int last) {
  std::vector<int> all;
  for (int number = first; number <= last; ++number) all.push_back(number);
  return all;
}

}  // namespace busbar::store::test
