#!/bin/sh
# embed.sh PAGE... - the pages (compiler/explain/DWnnnn.md, in order) as C, for explain.h.
set -eu
export LC_ALL=C

echo '/* Made by compiler/explain/embed.sh from the pages beside it. */'
echo '#include "explain/explain.h"'
for page; do
    name=$(basename "$page" .md)
    printf '\nstatic const char %s[] = {\n' "$name"
    od -An -v -td1 "$page" | sed 's/\([0-9]\)$/\1,/; s/\([0-9]\) /\1, /g'
    echo '0 };'
done
printf '\nconst struct explain_page explain_pages[] = {\n'
for page; do
    name=$(basename "$page" .md)
    echo "    { 1${name#DW} - 10000, sizeof $name - 1, $name },"
done
echo '};'
echo 'const size_t explain_page_count = sizeof explain_pages / sizeof *explain_pages;'
