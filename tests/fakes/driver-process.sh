#!/bin/sh
# Started through a link in a test's folder: puts that folder's fake libraries on the loader's path.
FAKE_GPU_DIR=$(dirname "$0")
LD_LIBRARY_PATH=$FAKE_GPU_DIR/lib
export FAKE_GPU_DIR LD_LIBRARY_PATH
exec "$FAKE_GPU_DIR/program" "$@"
