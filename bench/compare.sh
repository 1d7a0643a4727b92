#!/usr/bin/env bash
# weft beside what people would use instead: builds the benchmarks, runs them in turn with their
# peers on this machine, and writes a page in docs/benchmarks/.
#   bench/compare.sh                              every row
#   bench/compare.sh --rounds 3 lm-650 classifier some rows, fewer rounds; the others keep their figures
#   bench/compare.sh --list                       the rows
# A peer that is not there is named as missing. To have them all:
#   apt-get install python3-torch libopenblas0-openmp fasttext nodejs npm
#   npm install --prefix build-bench/peers --ignore-scripts onnxruntime-node
# WEFT_BUILD names another build folder than build-bench.
set -euo pipefail
cd "$(dirname "$0")/.."
. ./packages.sh

folder=${WEFT_BUILD:-build-bench}
weft_packages+=(libbenchmark-dev python3)
weft_target=weft_measured
case " $* " in
  *" --list "* | *" --help "* | *" -h "*) ;;
  *)
    install_packages
    build_weft "$folder" -DWEFT_BENCH=ON
    ;;
esac
exec python3 bench/compare/main.py --build "$folder" "$@"
