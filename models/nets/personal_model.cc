#include "models/nets/personal_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "tokenizer/vocabulary.h"

namespace weft {

PersonalModel::PersonalModel(const Description& description)
    : Model(nullptr),
      description_(description),
      trie_(parameters_, description.options, description.vocabulary, description.sizes),
      preferences_(parameters_.add("preferences", static_cast<Index>(description.vocabulary), 1,
                                   Initializer::zeros())) {}

nlohmann::json PersonalModel::architecture() const {
  nlohmann::json architecture = trie_.description();
  architecture["vocabulary"] = description_.vocabulary;
  architecture["weights"] = description_.weights;
  architecture["tokenizer"] = description_.tokenizer;
  return architecture;
}

std::vector<double> PersonalModel::fingerprint(const std::string& input) const {
  NgramTrie::State state = trie_.start();
  std::istringstream ids(input);
  for (int id; ids >> id;) trie_.read(state, std::clamp(id, 0, description_.vocabulary - 1));
  const Matrix next = trie_.log_probabilities(state);
  std::vector<double> numbers;
  for (Index i = kEos; i < std::min<Index>(next.n_elem, kEos + 16); ++i)
    numbers.push_back(static_cast<double>(next[i]));
  return numbers;
}

int PersonalModel::familiarity(const NgramTrie::KnownContext& known) {
  if (known.length == 0) return 0;
  const int quarter = std::min(static_cast<int>(kQuarters * known.left_over), kQuarters - 1);
  return 1 + (known.length - 1) * kQuarters + quarter;
}

double PersonalModel::weight(const NgramTrie::State& state) const {
  return description_.weights[static_cast<std::size_t>(familiarity(trie_.known_context(state)))];
}

void PersonalModel::check(const NextTokenModel& general) const {
  if (checksum_of(*general.tokenizer()) != description_.tokenizer)
    throw UserError(
        "the personal model was made for a model with another vocabulary; make it again with weft "
        "adapt");
}

std::string checksum_of(const Tokenizer& tokenizer) {
  return checksum_digits(checksum(tokenizer.serialize()));
}

namespace {

struct MixedReading : NextTokenModel::Reading {
  MixedReading(Matrix next, NextTokenModel::ReadingPointer of_general, NgramTrie::State of_personal)
      : Reading(std::move(next)), general(std::move(of_general)), state(std::move(of_personal)) {}
  NextTokenModel::ReadingPointer general;
  NgramTrie::State state;
};

const MixedReading& parts(const NextTokenModel::ReadingPointer& reading) {
  return static_cast<const MixedReading&>(*reading);
}

}  // namespace

PersonalizedModel::PersonalizedModel(const NextTokenModel& general, const PersonalModel& personal)
    : NextTokenModel(general.shared_tokenizer()), general_(general), personal_(personal) {
  personal.check(general);
}

nlohmann::json PersonalizedModel::architecture() const { return general_.architecture(); }

std::vector<double> PersonalizedModel::fingerprint(const std::string& input) const {
  return general_.fingerprint(input);
}

NextTokenModel::ReadingPointer PersonalizedModel::mixed(ReadingPointer general,
                                                        NgramTrie::State state) const {
  const Matrix personal = personal_.trie().log_probabilities(state);
  const real a = static_cast<real>(personal_.weight(state));
  Matrix next = arma::exp(general->next() + personal_.preferences());
  next = arma::log(a * arma::exp(personal) + (1 - a) / arma::accu(next) * next);
  return std::make_shared<MixedReading>(std::move(next), std::move(general), std::move(state));
}

NextTokenModel::ReadingPointer PersonalizedModel::begin() const {
  return mixed(general_.begin(), personal_.trie().start());
}

std::vector<NextTokenModel::ReadingPointer> PersonalizedModel::advance(
    const std::vector<ReadingPointer>& readings, const std::vector<int>& tokens) const {
  std::vector<ReadingPointer> before;
  for (const ReadingPointer& reading : readings) before.push_back(parts(reading).general);
  const std::vector<ReadingPointer> general = general_.advance(before, tokens);
  std::vector<ReadingPointer> result;
  for (std::size_t n = 0; n < tokens.size(); ++n) {
    NgramTrie::State state = parts(readings[n]).state;
    personal_.trie().read(state, tokens[n]);
    result.push_back(mixed(general[n], std::move(state)));
  }
  return result;
}

NextTokenModel::ReadingPointer PersonalizedModel::read(const ReadingPointer& reading,
                                                       const std::vector<int>& tokens) const {
  if (tokens.empty()) return reading;
  NgramTrie::State state = parts(reading).state;
  for (const int id : tokens) personal_.trie().read(state, id);
  return mixed(general_.read(parts(reading).general, tokens), std::move(state));
}

}  // namespace weft
