#!/usr/bin/env bash
# From a fresh machine to an answer: installs the packages, builds weft, runs `weft demo`.
set -euo pipefail
cd "$(dirname "$0")"
. ./packages.sh

install_packages
weft_target=weft_program build_weft build
exec build/weft demo "$@"
