# Sourced by demo.sh and test.sh: the packages weft is built from, and how to build it.
# Debian 12 and Ubuntu 24.04.

weft_packages=(
  g++ cmake ninja-build pkg-config
  libarmadillo-dev libopenblas-dev libdnnl-dev
  libicu-dev libsentencepiece-dev libstemmer-dev
  libboost-program-options-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev liblzma-dev
  libgtest-dev libgmock-dev
)

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c 2)" = i ]
}

# Installs what is missing, without a question; without the right to, prints the command and stops.
install_packages() {
  local package missing=() as_root=()
  for package in "${weft_packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "There is no apt-get here; please install what Debian calls ${missing[*]}" >&2
    exit 2
  fi

  if [ "$(id -u)" -ne 0 ]; then
    # sudo may ask for a password, but only where somebody can type one.
    if ! command -v sudo >/dev/null || { ! sudo -n true 2>/dev/null && [ ! -t 0 ]; }; then
      echo "Some packages are missing. Please have an administrator run" >&2
      echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}" >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

# build_weft FOLDER [cmake options]: configures once, then builds what has changed, on all cores.
build_weft() {
  local folder=$1 generator=(-G Ninja)
  shift
  # A folder that was configured before keeps its generator.
  [ ! -e "$folder/CMakeCache.txt" ] || generator=()
  cmake -S . -B "$folder" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release "$@" >&2
  cmake --build "$folder" --parallel "$(nproc)" ${weft_target:+--target "$weft_target"} >&2
}
