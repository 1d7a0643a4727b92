// libgomp and OpenBLAS read their settings when they are loaded, before main(). A program can make
// them by starting itself again, but then every library is loaded twice. Functions in
// .preinit_array come earlier than any library, but what they add to the environment is lost, as
// the C library sets its own pointer to the array later. They can exchange an entry of it, though:
// one that no library looks at gives its place until main() begins.
#include "tools/patient_threads.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <system_error>

namespace weft {
namespace {

struct Setting {
  char entry[32];
  const char* names[2];       // where one of these is set, somebody has decided already
  char* displaced = nullptr;  // the entry in whose place this one stands
  bool given = false;
};

Setting settings[] = {{"GOMP_SPINCOUNT=1000", {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}},
                      {"OPENBLAS_NUM_THREADS=1", {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS"}}};

/// Runs before the C library is ready, so it uses nothing of it.
bool is_entry(const char* entry, const char* name) {
  while (*name && *entry == *name) ++entry, ++name;
  return !*name && *entry == '=';
}

bool is_of_no_interest(const char* entry) {
  for (const char* name : {"_", "PWD", "OLDPWD", "SHLVL"})
    if (is_entry(entry, name)) return true;
  return false;
}

void exchange_entries(int, char**, char** environment) {
  if (!environment) return;
  for (Setting& setting : settings)
    for (char** entry = environment; *entry; ++entry)
      for (const char* name : setting.names) setting.given |= is_entry(*entry, name);
  char** place = environment;
  for (Setting& setting : settings) {
    if (setting.given) continue;
    while (*place && !is_of_no_interest(*place)) ++place;
    if (!*place) return;
    setting.displaced = *place;
    *place++ = setting.entry;
  }
}

#ifdef __GLIBC__  // which hands the environment over
[[gnu::section(".preinit_array"),
  gnu::used]] void (*const kBeforeLibraries)(int, char**, char**) = exchange_entries;
#endif

}  // namespace

void wait_patiently(char** argv) {
  bool again = false;
  for (Setting& setting : settings) {
    if (setting.displaced) putenv(setting.displaced);
    if (setting.displaced || std::getenv(setting.names[0]) || std::getenv(setting.names[1]))
      continue;
    putenv(setting.entry);
    again = true;
  }
  std::error_code ignored;  // if it fails, work goes on, only slower
  if (again) execv(std::filesystem::read_symlink("/proc/self/exe", ignored).c_str(), argv);
}

}  // namespace weft
