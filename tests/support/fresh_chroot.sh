#!/bin/bash
# fresh_chroot.sh [COMMAND] - tried as a new user would: an empty Debian in a temporary folder, a
# clone of the last commit, and the two commands of the README, nothing else. COMMAND runs instead of
# them (`.ci/run`, say). As root; a few hundred megabytes and some minutes.
#
# The empty Debian gets packages the way this machine does: its apt configuration is copied in when
# this runs.
set -euo pipefail

command=${1:-make run && make check}
tree=$(git rev-parse --show-toplevel)
[ "$(id -u)" = 0 ] || {
    echo "fresh: run as root"
    exit 1
}

root=$(mktemp -d /tmp/fresh.XXXXXX)
finish() {
    umount "$root/chroot/proc" 2>/dev/null || true
    umount "$root/chroot/dev/pts" 2>/dev/null || true
    umount "$root/chroot/dev" 2>/dev/null || true
    # Never through a mount that is still there.
    if ! grep -q " $root/" /proc/mounts; then rm -rf "$root"; fi
}
trap finish EXIT

# The mirror that this machine's apt uses for the suite.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 2>/dev/null |
    sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
echo "fresh: an empty Debian in $root"
debootstrap --variant=minbase bookworm "$root/chroot" ${mirror:+"$mirror"} >"$root/debootstrap.log" 2>&1 || {
    tail -n 20 "$root/debootstrap.log"
    exit 1
}
mount --bind /dev "$root/chroot/dev"
mount -t proc proc "$root/chroot/proc"
mount -t devpts devpts "$root/chroot/dev/pts"
cp -a /etc/apt/. "$root/chroot/etc/apt/"
# The list that debootstrap wrote only where this machine has one too.
[ -e /etc/apt/sources.list ] || rm -f "$root/chroot/etc/apt/sources.list"
for file in /etc/resolv.conf /etc/hosts; do
    cp -L "$file" "$root/chroot$file"
done
# What apt's configuration points to outside of its own folder.
{ grep -rhoE '"?/(etc|usr/local|usr/share/keyrings)/[^" ;]+' /etc/apt 2>/dev/null || true; } | tr -d '"' | sort -u |
    while read -r path; do
        [ -e "$path" ] && mkdir -p "$root/chroot$(dirname "$path")" && cp -aL "$path" "$root/chroot$path"
    done || true
if [ -d /usr/local/share/ca-certificates ]; then
    cp -aL /usr/local/share/ca-certificates "$root/chroot/usr/local/share/" || true
fi
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    mkdir -p "$root/chroot/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/chroot/etc/ssl/certs/"
fi

git clone -q "$tree" "$root/chroot/srv/dwr"
git -C "$root/chroot/srv/dwr" log -1 --format='fresh: commit %h %s'
proxies=$(env | grep -iE '^(https?|no|ftp)_proxy=' || true)
# make is what a user has; git came with the clone.
start=$(date +%s)
mapfile -t keep <<<"$proxies"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 ${proxies:+"${keep[@]}"} \
    chroot "$root/chroot" sh -c "export DEBIAN_FRONTEND=noninteractive
        command -v make >/dev/null || [ '$command' = .ci/run ] ||
            { apt-get -qq update && apt-get -qq install -y --no-install-recommends make >/dev/null; }
        cd /srv/dwr && $command"
echo "fresh: done in $(($(date +%s) - start)) s"
