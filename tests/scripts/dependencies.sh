#!/bin/bash
# dependencies.sh - scripts/install-dependencies asks for what is missing only. dpkg and apt are played by small scripts.
# shellcheck disable=SC2016    # what is in single quotes is for the played program
set -u
. "$(dirname -- "${BASH_SOURCE[0]}")/checks.sh"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
ln -s /bin/bash /usr/bin/{env,grep} "$work"
play() { printf '#!/bin/bash\n%s\n' "$2" >"$work/$1"; chmod 755 "$work/$1"; }
run() { PATH=$work /bin/bash "$scripts/install-dependencies" "$@" </dev/null 2>&1; }

is "without apt-get it names the packages" yes "$([[ $(run --build) == *"neither Debian nor Ubuntu"*libseccomp-dev* ]] && echo yes)"

play apt-get 'echo apt-get "$@"'
play sudo '[[ $1 == -n ]] || exec "$@"'
play apt-cache 'echo "  Candidate: 1"'
play dpkg-query "for p in g++ cmake ninja-build pkg-config ccache libcli11-dev nlohmann-json3-dev libarchive-dev libseccomp-dev \
    libcap-dev libssl-dev zlib1g-dev libzstd-dev libdeflate-dev libisal-dev libsystemd-dev libcmark-gfm-dev libcmark-gfm-extensions-dev scdoc busybox-static \
    uidmap; do echo ii \$p; done"
install="apt-get update
apt-get install --yes --no-install-recommends"
is "only what is missing is installed" "$install jq" "$(run --build)"

play dpkg-query "$(tail -n +2 "$work/dpkg-query"); echo ii jq"
is "nothing is done when nothing is missing" "" "$(run --build)"

play dpkg-query "$(tail -n +2 "$work/dpkg-query"); for p in doctest-dev python3-cram mandoc zsh fish clang-format-14 clang-tidy-14 libclang-rt-14-dev shellcheck \
    strace bc python3 tmux sudo hyperfine runc crun umoci skopeo libarchive-tools zstd isal util-linux libcap2-bin \
    debootstrap openssl podman buildah containerd docker.io conmon netavark slirp4netns tini \
    codespell aspell aspell-en manpages manpages-dev systemd dbus dbus-user-session python3-dbus python3-gi pandoc; do echo ii \$p; done"
play apt-cache '[[ $2 == clang-14 || $2 == user-mode-linux ]] && echo "  Candidate: (none)" || echo "  Candidate: 1"'
is "an alternative serves, a nicety is left out" "$install clang" "$(run)"

play apt-cache 'echo "  Candidate: (none)"'
is "a package that is nowhere is named" yes "$([[ $(run) == *"install clang-14 or clang: this release has no such package"* ]] && echo yes)"
exit $failed
