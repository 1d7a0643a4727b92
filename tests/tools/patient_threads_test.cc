// How long waiting threads spin, as libgomp itself reports it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "weft_process.h"

namespace weft::testing {
namespace {

using ::testing::HasSubstr;

/// What libgomp writes when weft starts; the last report counts, if weft starts itself again.
std::string spin_count() {
  const Folder folder;
  const std::string report = weft(folder, {"--version"}).err;
  return report.substr(std::min(report.rfind("GOMP_SPINCOUNT = "), report.size()));
}

TEST(PatientThreads, SpinForSomeMicrosecondsOnly) {
  setenv("OMP_DISPLAY_ENV", "verbose", 1);
  unsetenv("OMP_WAIT_POLICY");
  unsetenv("GOMP_SPINCOUNT");
  setenv("SHLVL", "1", 1);
  EXPECT_THAT(spin_count(), HasSubstr("= '1000'"));
  for (const char* name : {"_", "PWD", "OLDPWD", "SHLVL"}) unsetenv(name);
  EXPECT_THAT(spin_count(), HasSubstr("= '1000'"));
  setenv("GOMP_SPINCOUNT", "77", 1);
  EXPECT_THAT(spin_count(), HasSubstr("= '77'"));
  unsetenv("GOMP_SPINCOUNT");
  unsetenv("OMP_DISPLAY_ENV");
}

}  // namespace
}  // namespace weft::testing
