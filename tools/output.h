// What commands write, and where to.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/options.h"

namespace weft {

/// Sends on what std::cout holds back. Throws UserError if standard output does not take it.
void flush_output();

/// Without line breaks: as part of a line.
std::string one_line(std::string text);
/// Without tabs and line breaks: as a field of a tab-separated line.
std::string one_field(std::string text);

/// A note on stderr that does not end the command.
void warn(const std::string& message);

/// A line about what is going on, on stderr.
void say(const std::string& line);

/// The object in one line on stdout.
void print_json(const nlohmann::json& object);

/// "12,013,010"
std::string with_commas(std::uint64_t number);
/// Six digits that count: "0.412387", "83.1204".
std::string short_number(double value);
/// "3.2 MB"
std::string readable_bytes(double bytes);
/// "42 s", "3 min 5 s", "2 h 10 min"
std::string readable_duration(double seconds);

/// `--threads`, of every command that computes.
struct ThreadOptions {
  int threads = 0;
  void visit(OptionVisitor& v);
  void apply() const;
};

}  // namespace weft
