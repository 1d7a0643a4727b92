#include "train/search/search_log.h"

#include "base/error.h"
#include "base/file.h"
#include "corpora/line_reader.h"

namespace weft {
namespace {

using Json = nlohmann::json;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

constexpr const char* kNoLog = "this is no log of weft tune; name the --log file of a search";

/// The names of what two objects do not have in common, one level down where both have objects.
std::string difference(const Json& a, const Json& b) {
  std::string names;
  Json all = a;
  all.update(b);
  for (const auto& [key, ignored] : all.items()) {
    if (a.contains(key) && b.contains(key) && a[key] == b[key]) continue;
    const bool deeper =
        a.contains(key) && b.contains(key) && a[key].is_object() && b[key].is_object();
    names += (names.empty() ? "" : ", ") + (deeper ? difference(a[key], b[key]) : key);
  }
  return names;
}

void check_heading(const std::string& path, const std::string& line, const Json& heading) {
  const Json found = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!found.is_object() || found.value("type", Json()) != "search")
    throw FormatError::at_line(path, 1, kNoLog);
  if (found != heading)
    throw FormatError(path, "this search was another one (its " + difference(found, heading) +
                                "); repeat what it was given or search anew");
}

/// Whether the last line has its end.
bool is_whole(const std::string& path) {
  const std::string bytes = read_file(path);
  return bytes.empty() || bytes.back() == '\n';
}

}  // namespace

std::vector<Trial> read_search_log(const std::string& path, const Json& heading,
                                   const SearchSpace& space) {
  LineReader lines(path);
  std::string line;
  if (!lines.next(line)) throw FormatError(path, kNoLog);
  check_heading(path, line, heading);
  const bool whole = is_whole(path);
  std::vector<Trial> trials;
  while (lines.next(line)) {
    std::string next;
    if (!whole && !lines.peek(next)) break;
    try {
      trials.push_back(trial_from_json(Json::parse(line), space));
    } catch (const std::exception&) {
      throw FormatError::at_line(path, lines.line_number(),
                                 "this is no trial of the search; take the line out");
    }
  }
  return trials;
}

SearchLog::SearchLog(const std::string& path, const Json& heading, const std::vector<Trial>& trials,
                     const SearchSpace& space)
    : path_(path), space_(space) {
  if (path_.empty()) return;
  AtomicFile begun(path_);
  begun.write(line_of(heading));
  for (std::size_t i = 0; i < trials.size(); ++i)
    begun.write(line_of(trial_to_json(trials[i], i, space_)));
  begun.commit();
  file_.open(path_, std::ios::app | std::ios::binary);
}

void SearchLog::add(const std::vector<Trial>& trials) {
  if (path_.empty()) return;
  file_ << line_of(trial_to_json(trials.back(), trials.size() - 1, space_)) << std::flush;
  if (!file_) throw UserError("cannot write '" + path_ + "'; make room for it and use --resume");
}

}  // namespace weft
