#!/usr/bin/env bash
# tests/image/hostile-corpus.sh - a thousand hostile images and more at random: layer-unpack holds out against all, as root
# and as an ordinary user. hostile-tars shows them, hostile/judge.py says what is held to be wrong, hostile-oracle runs them.
# It runs layer-unpack some four thousand times, beside two labs that want the processors as well.
# minutes: 30
source "$(dirname "$0")/../harness.sh"
needs python3
ORACLE=$TOP/tests/image/hostile-oracle
# In memory where there is some: a disk takes five times as long for as many files.
PLACE=$WORK
if [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs ]] && (($(df --output=avail -k /dev/shm | tail -n 1) > 3000000)); then
    PLACE=/dev/shm/bell-test.$UNIQUE
    mkdir "$PLACE" && cleanup rm -rf --one-file-system "$PLACE"
fi
corpus() { (cd "$1" && python3 "$ORACLE" 2>&1 && python3 "$ORACLE" --store 2>&1 | sed "s/^ok - .*/& in a store/"); }
# say_who WORDS: behind each sentence.
say_who() { sed "s/^\(ok\|not ok\) - .*/& $1/"; }
as_root() { set -o pipefail; corpus "$PLACE" | say_who "as root"; }
as_ordinary() {
    set -o pipefail
    install -d -o "$BELL_TEST_USER" "$PLACE/user"
    cp -r "$TOP/tests/image" "$PLACE/tools"  # a checkout may be where others can't read
    as_user env ${BELL_MUTANTS+"BELL_MUTANTS=$BELL_MUTANTS"} ${BELL_SEED+"BELL_SEED=$BELL_SEED"} \
        bash -c "cd '$PLACE/user' && python3 '$PLACE/tools/hostile-oracle' 2>&1 &&
            python3 '$PLACE/tools/hostile-oracle' --store 2>&1 | sed 's/^ok - .*/& in a store/'" | say_who "as an ordinary user"
}
check "the corpus has a name for each case" bash -c "python3 '$TOP/tests/image/hostile-tars' --list | awk '{print \$1}' | sort | uniq -d | { ! grep .; }"
if have root; then
    relay as_root
    _need_user
    relay as_ordinary
else
    relay corpus "$PLACE"
fi
