#!/usr/bin/env bash
# tests/scripts/bench.sh - the benchmark counts right, and runs through.
source "$(dirname "$0")/../harness.sh"
needs python3
# gates LINES: what the table of these gates says, and whether all are met.
gates() { PYTHONPATH=$TOP/tests/bench PYTHONDONTWRITEBYTECODE=1 python3 -c "
from gates import Gates, median, smallest
gates = Gates()
$1
gates.show()
print(gates.all_met())"; }
expect_match "a ratio is ours by theirs, and what is just allowed is met" "*run*crun's*0.50*0.5*met*True" gates 'gates.compare("run", "crun", 2.0, 4.0, 0.5)'
expect_match "more than allowed isn't met" "*0.51*0.5*not met*False" gates 'gates.compare("run", "crun", 2.04, 4.0, 0.5)'
expect_match "one failed gate is enough" "*False" gates 'gates.compare("a", "crun", 1.0, 4.0, 0.5); gates.none("failures", 1)'
expect_match "nothing failed is met" "*failures*0*0*met*True" gates 'gates.none("failures", 0)'
expect_match "what wasn't measured isn't met" "*not measured*False" gates 'gates.compare("run", "crun", 2.0, None, 0.5)'
expect_output "of an even number the median is the upper middle" $'3\n2\nTrue' gates 'print(median([4, 1, 3, 2])); print(median([3, 1, 2]))'
expect_output "the smallest that works is found" $'37 None 100\nTrue' \
    gates 'print(smallest(lambda n: n >= 37, 1, 100), smallest(lambda n: False, 1, 100), smallest(lambda n: n >= 100, 1, 100))'
expect_match "what is asked of a figure by itself is met, or not" "*memory*MiB*31.00*32*met*memory*MiB*33.00*32*not met*False" \
    gates 'gates.within("memory", "MiB", 31.0, 32); gates.within("memory", "MiB", 33.0, 32)'

python=$(python3 -c 'import sys; print(sys.executable)')
# distribution PATH: its image where nothing but what is in PATH is installed, then with one that was kept.
distribution() { env -i PATH="$1" PYTHONPATH="$TOP/tests/bench" PYTHONDONTWRITEBYTECODE=1 "$python" -c '
import os, platform
import distribution
print(*distribution.layout(None, "cache"), os.path.exists("cache"))
os.makedirs(distribution.place_to_keep("cache", platform.freedesktop_os_release()))
print(*distribution.layout(None, "cache"))'; }
expect_match "without debootstrap there is no distribution's image, and why; one that was kept is taken" \
    $'None debootstrap: not installed False\ncache/distribution-*' distribution /nonexistent
rm -r cache && mkdir bin && for each in debootstrap apt-get; do printf '#!/bin/sh\n' >"bin/$each" && chmod +x "bin/$each"; done
expect_match "nor where apt knows no mirror" "None apt knows no mirror*apt-get update*" distribution "$PWD/bin"

needs root jq cc
left() { find /tmp /dev/shm /sys/fs/cgroup -maxdepth 2 -name "belltest-bench-$1*" 2>/dev/null || true; }
expect_error "a section that isn't there is told" 2 "*unknown section 'rnu'*run*" "$TOP/tests/bench/run" rnu
timeout 120 "$TOP/tests/bench/run" --quick --rounds 4 --containers 12 run create exec memory scale size >table 2>errors & pid=$!
bench=$(wait_until pgrep -P "$pid" -f bench/run)
wait "$pid"
expect_match "--quick measures, compares, and says which versions" \
    "*bundle-run version*run: a static true*bundle-run*exec*Memory*12 containers*Size*What is asked for*failures*met*" cat table errors
with crun expect_match "crun is measured beside it" "*crun *" grep -A9 '^run: ' table
expect_output "and nothing of it is left" "" left "$bench"
timeout 120 "$TOP/tests/bench/run" --quick --image tiny unpack >table 2>errors & pid=$!
unpack=$(wait_until pgrep -P "$pid" -f bench/run)
wait "$pid"
expect_match "an image is unpacked by all that know what to do with one" \
    "*unpack, tiny*gzip*layer-unpack*umoci unpack*podman load, vfs*skopeo copy*igzip -dc*tar -xzf*bsdtar -xf*hash:*" cat table errors
expect_output "and nothing of that" "" left "$unpack"
table() { PYTHONPATH=$TOP/tests/bench PYTHONDONTWRITEBYTECODE=1 python3 -c "
from place import Place
from table import Table
place = Place()
try:
    table = Table(place, 'Three')
    table.add('works', ['true'], note='a note')
    table.add('fails', ['sh', '-c', 'echo far away: the tool: no reason >&2; false'])
    table.add('is not there', ['nonexistent-program'])
    print(sorted(table.measure(2)))
finally:
    place.remove()"; }
expect_match "a case that fails spoils no table, and says why" \
    "Three (2 rounds, *% of the processors was others')*works \[1\] *.*1.00*fails \[2\] *- *is not there \[3\] *- *\[1\] a note*\[2\] the tool: no reason*\[3\] nonexistent-program: not installed*\['works'\]" table
