#!/bin/sh
# Builds llama.cpp's server with CUDA for compute capability 90 and, beside it, a random model of an
# 8B's shape. Takes about four minutes on 16 cores.
#   build_llama.sh FOLDER [OUT]
# FOLDER holds llama.tar.xz: vendor/llama.cpp of the sources of llama-cpp-python 0.3.36, with gguf-py. The
# pieces llama-server.xz.* of an earlier build are used where they are in FOLDER and run on this machine.
# OUT is /tmp/ll by default; b/bin/llama-server and m.gguf are written there. What is there already is
# kept; the file `built` is written after a build. CUDA=OFF builds for the processor alone and MODEL holds
# the arguments of make_gguf.py after the path, both for a trial without a GPU.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "$1" && pwd)
out=${2:-/tmp/ll}
mkdir -p "$out"
cd "$out"
[ -f llama.cpp/CMakeLists.txt ] || tar xJf "$folder/llama.tar.xz"

model=
if [ ! -f m.gguf ]; then
    PYTHONPATH=llama.cpp/gguf-py python3 "$here/make_gguf.py" m.gguf ${MODEL:-} >gguf.log 2>&1 &
    model=$!
fi

fail() {
    echo "build_llama.sh: $1 failed; the end of $out/$2:" >&2
    tail -n 30 "$out/$2" >&2
    [ -z "$model" ] || kill "$model" 2>/dev/null || true
    exit 1
}

build() {
    cmake -S llama.cpp -B b -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
        -DGGML_CUDA="${CUDA:-ON}" -DCMAKE_CUDA_ARCHITECTURES=90 -DGGML_CUDA_FA=OFF \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
        -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF \
        >cmake.log 2>&1 || fail cmake cmake.log
    ninja -C b llama-server >ninja.log 2>&1 || fail ninja ninja.log
    touch built
}

if [ ! -x b/bin/llama-server ] && [ -f "$folder/llama-server.xz.aa" ]; then
    mkdir -p b/bin
    cat "$folder"/llama-server.xz.* | xz -d >b/bin/llama-server
    chmod +x b/bin/llama-server
    b/bin/llama-server --version >carried.log 2>&1 || rm b/bin/llama-server
fi
[ -x b/bin/llama-server ] || build
if [ -n "$model" ]; then
    wait "$model" || fail make_gguf.py gguf.log
fi
ls -l b/bin/llama-server m.gguf
