#include "models/nets/reading_tree.h"

namespace weft {

std::size_t advance(const NextTokenModel& model, std::vector<std::shared_ptr<ReadingNode>>& nodes,
                    const std::vector<int>& tokens) {
  std::vector<NextTokenModel::ReadingPointer> readings;
  std::vector<int> unread;
  std::vector<std::shared_ptr<ReadingNode>> fresh;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    auto& after = nodes[n]->after[tokens[n]];
    if (!after) {
      after = std::make_shared<ReadingNode>();
      readings.push_back(nodes[n]->reading);
      unread.push_back(tokens[n]);
      fresh.push_back(after);
    }
    nodes[n] = after;
  }
  if (unread.empty()) return 0;
  const auto made = model.advance(readings, unread);
  for (std::size_t n = 0; n < fresh.size(); ++n) fresh[n]->reading = made[n];
  return made.size();
}

}  // namespace weft
