#include "tools/output.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "models/core/kernels/parallel.h"

namespace weft {

void flush_output() {
  errno = 0;
  std::cout.flush();
  if (!std::cout) {
    const std::string cause = errno ? std::string(": ") + std::strerror(errno) : "";
    throw UserError("standard output cannot be written" + cause +
                    "; give it a place that takes all of the answer");
  }
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  return text;
}

std::string one_field(std::string text) {
  std::replace(text.begin(), text.end(), '\t', ' ');
  return one_line(std::move(text));
}

void warn(const std::string& message) {
  std::cerr << "weft: warning: " << one_line(message) << std::endl;
}

void say(const std::string& line) { std::cerr << line << std::endl; }

void print_json(const nlohmann::json& object) {
  std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return digits;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string readable_bytes(double bytes) {
  const char* units[] = {"bytes", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit < 4) {
    bytes /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit && bytes < 99.5 ? "%.1f %s" : "%.0f %s", bytes,
                units[unit]);
  return text;
}

std::string readable_duration(double seconds) {
  const auto whole = static_cast<long>(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) return std::to_string(whole) + " s";
  const std::string minutes = std::to_string(whole / 60 % 60) + " min";
  if (whole < 3600) return minutes + " " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + minutes;
}

void ThreadOptions::visit(OptionVisitor& v) {
  v.integer("threads", threads, 0, 1024,
            "processor cores to use; 0: all that this process may use");
}

void ThreadOptions::apply() const { kernels::set_threads(threads); }

}  // namespace weft
