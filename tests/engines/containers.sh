# shellcheck shell=bash
# containers.sh - podman and buildah with settings, states and images of their own, in the directory $HERE.
#
# Their default limits are lowered: they would be raised to what the kernel allows, which a root without
# CAP_SYS_RESOURCE can't.

# containers_at DIR DRIVER: sets the environment of podman and buildah. DRIVER: overlay or vfs.
containers_at() {
    HERE=$1
    mkdir -p "$HERE"
    cat >"$HERE/containers.conf" <<C
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "$HERE/tmp"
init_path = "$(command -v tini-static || command -v tini)"
runtime_supports_nocgroups = ["bundle-run"]
[engine.runtimes]
bundle-run = ["$BELL_BIN/bundle-run"]
[network]
network_config_dir = "$HERE/networks"
C
    cat >"$HERE/storage.conf" <<C
[storage]
driver = "$2"
graphroot = "$HERE/storage"
runroot = "$HERE/run"
C
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$HERE/policy.json"
    cleanup umount "$HERE/storage/$2"
    export CONTAINERS_CONF=$HERE/containers.conf CONTAINERS_STORAGE_CONF=$HERE/storage.conf
}

# rootless: from here on everything is an ordinary user's; sets $as, the command to put in front, $HOME and $SHARED.
rootless() {
    HOME=$WORK/user
    as=()
    if [[ $EUID == 0 ]]; then
        as_user true
        as=(setpriv --reuid="$BELL_TEST_USER" --regid="$BELL_TEST_USER" --init-groups --inh-caps=-all --reset-env)
    fi
    SHARED=$HOME/volume
    containers_at "$HOME/engine" vfs
    mkdir -p "$SHARED" "$HOME/run" "$HOME/engine"
    chmod 0700 "$HOME/run"
    echo fish >"$SHARED/file"
    [[ $EUID != 0 ]] || chown -R "$BELL_TEST_USER:" "$HOME"
    as+=(env --chdir="$HOME" PATH="$PATH" HOME="$HOME" XDG_RUNTIME_DIR="$HOME/run" TMPDIR="$HOME" LC_ALL=C.UTF-8
        CONTAINERS_CONF="$CONTAINERS_CONF" CONTAINERS_STORAGE_CONF="$CONTAINERS_STORAGE_CONF")
    cleanup _end_pause
}
# podman keeps a process that holds the user's namespaces, between one command and the next.
_end_pause() { find "$HOME" -name pause.pid -exec sh -c 'kill -KILL "$(cat "$1")"' sh {} \;; }
