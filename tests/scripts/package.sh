#!/usr/bin/env bash
# tests/scripts/package.sh - the tarball that cpack makes runs where it is unpacked; what is installed can be uninstalled.
source "$(dirname "$0")/../harness.sh"
needs cmake busybox
tree=$(realpath -m "$BELL_BIN/..")
[[ -f $tree/CPackConfig.cmake && $tree == "$TOP"/build/* ]] ||
    { skip "all of $(basename "$0")" "$BELL_BIN is no release build of this tree"; exit 0; }
[[ -w $tree && -w $TOP ]] || { skip "all of $(basename "$0")" "$tree is somebody else's"; exit 0; }

# What isn't built yet, is: static layer tools, half a minute after a change.
check "the tarball is made" cpack --config "$tree/CPackConfig.cmake" -B "$WORK/packed"
name=$(basename "$WORK"/packed/*.tar.gz)
expect_match "it is named for version and machine" "diving-bell-*-Linux-$(uname -m).tar.gz" echo "$name"
[[ -f packed/$name ]] || exit 0
if have root; then _need_user; else mkdir user; fi
mkdir elsewhere && tar xzf "packed/$name" -C elsewhere && chmod -R go-w elsewhere
here=$WORK/elsewhere/${name%.tar.gz}
# bare COMMAND...: by an ordinary user who has a home directory, and nothing else.
bare() { (cd / && as_user env -i HOME="$WORK/user" TMPDIR="$WORK/user" "$@"); }

tools=(bind-mounter bundle-run cgroup-setter chroot-only layer-pack layer-unpack ns-enter priv-drop proc-peek root-pivot)
[[ ! -x $tree/bin/lesson ]] || tools+=(lesson)
for tool in "${tools[@]}"; do
    expect_match "$tool needs no library" "*not a dynamic executable*" bash -c 'ldd "$1" 2>&1 || true' sh "$here/bin/$tool"
    expect_match "$tool runs" "$tool*" bare "$here/bin/$tool" --version
done
check "the lab finds its process 1" test -x "$here/libexec/diving-bell/lab-init" -a -x "$here/bin/lab"
with linux.uml expect_output "the lab boots" "0 hello" "$here/bin/lab" --timeout 100 -- sh -c 'echo $(id -u) hello'
if [[ -d $tree/share/man ]]; then
    with man expect_output "man finds its pages" "$here/share/man/man1/ns-enter.1" env -u MANPATH PATH="$here/bin:$PATH" man -w ns-enter
fi
for file in bash-completion/completions/ns-enter zsh/site-functions/_ns-enter fish/vendor_completions.d/ns-enter.fish; do
    check "a completion is where its shell looks: $file" test -s "$here/share/$file"
done

if [[ -x $here/bin/lesson ]]; then
    expect_match "lesson list, with an empty environment" "*01  What must a program bring along?*" bare "$here/bin/lesson" list
    if have userns; then
        echo 'pwd; layer-unpack --list "$(dirname "$(type -P lesson)")/../share/diving-bell/images/busybox" | head -n 1' >user/typed
        start() { bare SHELL=/bin/bash "$here/bin/lesson" start 1 <user/typed; }
        expect_match "lesson start has image and tools" "*$WORK/user/.local/state/diving-bell/01*latest*1 layer*" start
        check "lesson reset" bare "$here/bin/lesson" reset 1
        with cram3 check "lesson 1 is as it says" bare "$here/bin/lesson" run 1
    else
        skip "lesson start" "$REASON"
    fi
fi

# ---- cmake --install, and back. What it has noted of an earlier one stays.
manifest=$tree/install_manifest.txt
if [[ -e $manifest ]]; then cp "$manifest" noted && cleanup cp "$WORK/noted" "$manifest"; else cleanup rm -f "$manifest"; fi
check "cmake --install" env DESTDIR="$WORK/installed" cmake --install "$tree" --prefix /opt/bell
[[ ! -d $tree/share/man ]] || check "a page is there" test -s "installed/opt/bell/share/man/man7/diving-bell.7"
check "the lab and the lessons are there" test -x installed/opt/bell/bin/lab -a -x installed/opt/bell/share/diving-bell/lessons/shell
check "uninstalling" env DESTDIR="$WORK/installed" cmake -P "$tree/uninstall.cmake"
expect_output "nothing is left but the directories of everybody" "" find installed -type f
expect_output "(of our own none)" "" find installed -name 'diving-bell*'
