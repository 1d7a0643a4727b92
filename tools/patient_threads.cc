// libgomp reads GOMP_SPINCOUNT when it is loaded, before main(). A program can put it there by
// starting itself again, but then every library is loaded twice. Functions in .preinit_array come
// earlier than any library, but what they add to the environment is lost, as the C library sets its
// own pointer to the array later. They can exchange an entry of it, though: one that no library
// looks at gives its place until main() begins.
#include "tools/patient_threads.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <system_error>

namespace weft {
namespace {

char spin_count[] = "GOMP_SPINCOUNT=1000";
char* displaced = nullptr;  // the entry in whose place spin_count stands

/// Runs before the C library is ready, so it uses nothing of it.
bool is_entry(const char* entry, const char* name) {
  while (*name && *entry == *name) ++entry, ++name;
  return !*name && *entry == '=';
}

void exchange_entry(int, char**, char** environment) {
  char** place = nullptr;
  for (char** entry = environment; entry && *entry; ++entry) {
    for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) {
      if (is_entry(*entry, name)) return;
    }
    for (const char* name : {"_", "PWD", "OLDPWD", "SHLVL"}) {
      if (is_entry(*entry, name)) place = entry;
    }
  }
  if (!place) return;
  displaced = *place;
  *place = spin_count;
}

#ifdef __GLIBC__  // which hands the environment over
[[gnu::section(".preinit_array"),
  gnu::used]] void (*const kBeforeLibraries)(int, char**, char**) = exchange_entry;
#endif

}  // namespace

void wait_patiently(char** argv) {
  if (displaced) {
    putenv(displaced);
    return;
  }
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  putenv(spin_count);
  std::error_code ignored;  // if it fails, work goes on, only slower
  execv(std::filesystem::read_symlink("/proc/self/exe", ignored).c_str(), argv);
}

}  // namespace weft
