#!/bin/sh
# size.sh ARCHIVE... - the text (code and constants) of the runtime in each build, stripped, in bytes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for archive; do
    cp "$archive" "$folder/a"
    strip --strip-debug "$folder/a"
    size --totals "$folder/a" | awk -v a="$archive" 'END { printf "%-40s %7d bytes, %.1f KiB\n", a, $1, $1 / 1024 }'
done
