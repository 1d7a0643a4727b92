#!/usr/bin/env bash
# Installs the packages, builds weft and runs the whole test suite.
#   ./test.sh               as users get it
#   ./test.sh --sanitize    under AddressSanitizer and UndefinedBehaviorSanitizer
# Anything else is handed to ctest: ./test.sh -R Tokenizer
set -euo pipefail
cd "$(dirname "$0")"
. ./packages.sh

folder=build sanitize=OFF
if [ "${1:-}" = --sanitize ]; then
  folder=build-sanitize sanitize=ON
  shift
fi
install_packages
build_weft "$folder" -DWEFT_SANITIZE="$sanitize"
cd "$folder"
exec ctest --output-on-failure --parallel "$(nproc)" "$@"
