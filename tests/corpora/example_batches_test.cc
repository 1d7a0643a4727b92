#include "corpora/example_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"

namespace weft {
namespace {

using ::testing::SizeIs;

/// Example i has label i and a length that looks random.
EncodedExample example(int i) {
  const int length = i * 7919 % 61;
  return {std::vector<int>(static_cast<std::size_t>(length), 4 + i),
          {i},
          {0.5f * static_cast<float>(i)}};
}

std::function<ExampleBatches::Source()> examples(int count) {
  return [count] {
    return [count, i = 0](EncodedExample& out) mutable {
      if (i == count) return false;
      out = example(i++);
      return true;
    };
  };
}

BatchOptions options(int batch_size, int max_tokens, int buffer) {
  BatchOptions result;
  result.batch_size = batch_size;
  result.max_tokens = max_tokens;
  result.shuffle_buffer = buffer;
  return result;
}

using LabelsOfBatch = std::vector<int>;

LabelsOfBatch labels_of(const ClassifierBatch& batch) {
  LabelsOfBatch labels;
  for (const auto& label : batch.labels) labels.push_back(label.at(0));
  return labels;
}

std::vector<LabelsOfBatch> epoch(ExampleBatches& batches) {
  std::vector<LabelsOfBatch> all;
  ClassifierBatch batch;
  while (batches.next(batch)) all.push_back(labels_of(batch));
  return all;
}

std::vector<int> sorted(const std::vector<LabelsOfBatch>& batches) {
  std::vector<int> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  std::sort(all.begin(), all.end());
  return all;
}

RandomStream random(std::uint64_t seed = 1) { return RandomStream(seed, "shuffle"); }

TEST(ExampleBatchesTest, EveryExampleOnceAnEpochWhateverTheBuffer) {
  std::vector<int> all(1000);
  std::iota(all.begin(), all.end(), 0);
  for (const int buffer : {1, 2, 7, 100, 999, 1000, 5000}) {
    ExampleBatches batches(examples(1000), options(8, 0, buffer), random());
    EXPECT_EQ(sorted(epoch(batches)), all) << buffer;
    EXPECT_EQ(sorted(epoch(batches)), all) << buffer;
  }
}

TEST(ExampleBatchesTest, EpochsDifferAndSeedsDecide) {
  ExampleBatches a(examples(500), options(8, 0, 100), random());
  ExampleBatches b(examples(500), options(8, 0, 100), random());
  ExampleBatches other(examples(500), options(8, 0, 100), random(2));
  const auto first = epoch(a);
  EXPECT_EQ(first, epoch(b));
  EXPECT_NE(first, epoch(other));
  const auto second = epoch(a);
  EXPECT_NE(first, second);
  EXPECT_EQ(second, epoch(b));
}

TEST(ExampleBatchesTest, ResumesExactlyAfterEveryBatch) {
  ExampleBatches whole(examples(200), options(8, 0, 64), random());
  std::vector<LabelsOfBatch> expected;
  std::vector<BatchPosition> positions{whole.position()};
  ClassifierBatch batch;
  for (int e = 0; e < 2; ++e) {
    while (whole.next(batch)) {
      expected.push_back(labels_of(batch));
      positions.push_back(whole.position());
    }
    expected.push_back({});  // the end of an epoch
    positions.push_back(whole.position());
  }
  EXPECT_EQ(positions.back().epoch, 2u);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ExampleBatches resumed(examples(200), options(8, 0, 64), random(99));
    resumed.next(batch);  // a restore also leaves what is under way
    resumed.restore(positions[i]);
    ASSERT_EQ(resumed.position(), positions[i]);
    for (std::size_t k = i; k < std::min(i + 3, expected.size()); ++k) {
      const bool any = resumed.next(batch);
      ASSERT_EQ(any, !expected[k].empty()) << i;
      if (any) {
        ASSERT_EQ(labels_of(batch), expected[k]) << i;
      }
    }
  }
}

TEST(ExampleBatchesTest, LengthsFallWithinABatchAndEverythingStaysTogether) {
  ExampleBatches batches(examples(300), options(8, 0, 100), random());
  ClassifierBatch batch;
  while (batches.next(batch)) {
    EXPECT_TRUE(std::is_sorted(batch.tokens.lengths.rbegin(), batch.tokens.lengths.rend()));
    for (std::size_t b = 0; b < batch.labels.size(); ++b) {
      const EncodedExample expected = example(batch.labels[b].at(0));
      ASSERT_EQ(batch.tokens.lengths[b], static_cast<int>(expected.ids.size()));
      ASSERT_EQ(batch.values[b], expected.values);
      for (std::size_t t = 0; t < expected.ids.size(); ++t) {
        ASSERT_EQ(batch.tokens.ids[t * batch.labels.size() + b], expected.ids[t]);
      }
    }
  }
}

TEST(ExampleBatchesTest, BucketsKeepPaddingSmall) {
  ExampleBatches batches(examples(5000), options(16, 0, 5000), random());
  std::size_t tokens = 0, padded = 0;
  ClassifierBatch batch;
  while (batches.next(batch)) {
    tokens += batch.tokens.tokens();
    padded += batch.tokens.ids.size();
  }
  // In the order of the file, or shuffled only, padding would be about as much as the tokens.
  EXPECT_LT(static_cast<double>(padded), 1.1 * static_cast<double>(tokens));
}

TEST(ExampleBatchesTest, SizedByTokens) {
  ExampleBatches batches(examples(1000), options(0, 240, 500), random());
  ClassifierBatch batch;
  std::size_t count = 0;
  while (batches.next(batch)) {
    EXPECT_LE(batch.tokens.ids.size(), 240u);
    count += batch.labels.size();
  }
  EXPECT_EQ(count, 1000u);
}

TEST(ExampleBatchesTest, AnExampleBeyondTheTokensComesAlone) {
  ExampleBatches batches(examples(61), options(0, 30, 100), random());
  ClassifierBatch batch;
  std::set<int> alone;
  while (batches.next(batch)) {
    if (batch.tokens.ids.size() > 30) {
      EXPECT_THAT(batch.labels, SizeIs(1));
      alone.insert(batch.tokens.steps);
    }
  }
  EXPECT_THAT(alone, SizeIs(30));  // lengths 31 to 60
}

TEST(ExampleBatchesTest, UnshuffledKeepsTheOrderOfEqualLengths) {
  BatchOptions unshuffled = options(3, 0, 4);
  unshuffled.shuffle = false;
  const auto open = [] {
    return [i = 0](EncodedExample& out) mutable {
      out = {{7}, {i}, {}};
      return i++ < 5;
    };
  };
  ExampleBatches batches(open, unshuffled, random());
  const std::vector<LabelsOfBatch> expected{{0, 1}, {2, 3, 4}};
  EXPECT_EQ(epoch(batches), expected);
  EXPECT_EQ(epoch(batches), expected);
}

TEST(ExampleBatchesTest, EmptySourceAndMissingLimit) {
  ExampleBatches batches(examples(0), options(8, 0, 10), random());
  ClassifierBatch batch;
  EXPECT_FALSE(batches.next(batch));
  EXPECT_EQ(batches.position().epoch, 1u);
  EXPECT_THROW(ExampleBatches(examples(1), options(0, 0, 10), random()), UserError);
}

TEST(ExampleBatchesTest, ErrorsOfTheSourceComeOutOfNext) {
  const auto open = [] {
    return [i = 0](EncodedExample& out) mutable -> bool {
      if (i == 20) throw FormatError::at_line("data.tsv", 21, "bad row");
      out = example(i++);
      return true;
    };
  };
  ExampleBatches batches(open, options(4, 0, 8), random());
  EXPECT_THROW(epoch(batches), FormatError);
}

TEST(LengthBucketTest, GrowsWithTheLengthAndStaysNarrow) {
  std::size_t begin = 0;
  for (std::size_t length = 1; length < 5000; ++length) {
    const std::size_t step = length_bucket(length) - length_bucket(length - 1);
    ASSERT_LE(step, 1u) << length;
    if (step == 1) begin = length;
    ASSERT_LE(length - begin, begin / 8) << length;
  }
}

}  // namespace
}  // namespace weft
