#!/usr/bin/env bash
# tests/narration/equality.sh - the narration never lies: --explain held against strace, both ways (equality.py).
source "$(dirname "$0")/../harness.sh"
needs strace python3
rootfs R
((EUID)) || as_user true  # makes the user, for strace -u
export BELL_TEST_USER
PATH=${_user_bin:-$BELL_BIN}:$PATH relay python3 "$TOP/tests/narration/equality.py" "$PWD/R"
