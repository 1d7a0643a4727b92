#!/usr/bin/env bash
# Trains the models of overfitting.md, prints their figures and draws overfitting.svg.
#   docs/overfitting.sh MNIST_FOLDER WORK_FOLDER     (weft on the PATH)
set -euo pipefail
mnist=$1 work=$2 docs=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"

# rows FIRST COUNT: label, then 784 pixels from 0 to 1. IDX has 16 bytes before the images and 8
# before the labels.
rows() {
  paste -d, \
    <(gzip -dc "$mnist/train-labels-idx1-ubyte.gz" | tail -c +$((9 + $1)) | head -c "$2" |
      od -An -v -tu1 -w1 | tr -d ' ') \
    <(gzip -dc "$mnist/train-images-idx3-ubyte.gz" | tail -c +$((17 + 784 * $1)) |
      head -c $((784 * $2)) | od -An -v -tu1 -w784 |
      awk -v OFS=, '{ for (i = 1; i <= NF; ++i) $i = sprintf("%.3g", $i / 255); print }')
}
set +o pipefail  # head leaves before gzip is done
[ -s "$work/train.csv" ] || rows 0 1000 > "$work/train.csv"
[ -s "$work/valid.csv" ] || rows 50000 2500 > "$work/valid.csv"
set -o pipefail

train() {  # NAME DROPOUT PATIENCE OPTIONS…
  local name=$1 dropout=$2 patience=$3
  shift 3
  weft train classifier --train "$work/train.csv" --valid "$work/valid.csv" \
    --model "$work/$name.weft" --arch mlp --layers 3 --hidden 512 --optimizer momentum \
    --learning-rate 0.01 --batch-size 50 --epochs 60 --dropout "$dropout" \
    --patience "$patience" --log "$work/$name.jsonl" --log-every 20 "$@" 2> "$work/$name.err"
}
train none 0 0
train l2 0 0 --l2 0.01
train l1 0 0 --l1 0.0003
train dropout 0.5 0
train stopping 0 5

logs=("$work"/{none,l2,l1,dropout,stopping}.jsonl)
awk -f "$docs/overfitting.awk" -v chart="$docs/overfitting.svg" "${logs[@]}"
