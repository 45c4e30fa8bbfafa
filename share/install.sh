#!/bin/sh
# install.sh install|uninstall BUILD DESTDIR PREFIX VERSION SONAME - called by make; the list of what
# is installed, and where, stands here once for both.
set -eu

what=$1
build=$2
root=$3$4
version=$5
soname=$6

# put MODE SOURCE PLACE: one file.
if [ "$what" = install ]; then
    put() {
        mkdir -p "$(dirname "$root/$3")"
        install -m "$1" "$2" "$root/$3"
    }
    link() { ln -sf "$1" "$root/$2"; }
else
    put() { rm -f "$root/$3"; }
    link() { rm -f "$root/$2"; }
fi

put 755 "$build/dwrc" bin/dwrc
put 755 "$build/dwr" bin/dwr

for header in dwr.h tables.h name_hash.h rule_kinds.def strategies.def dwr_cjson.h; do
    put 644 "runtime/$header" "include/dwr/$header"
done
put 644 "$build/libdwr.a" lib/libdwr.a
put 644 "$build/libdwr_cjson.a" lib/libdwr_cjson.a
put 755 "$build/libdwr.so" "lib/libdwr.so.$version"
link "libdwr.so.$version" "lib/$soname"
link "$soname" lib/libdwr.so

for pc in dwr dwr-cjson; do
    if [ "$what" = install ]; then
        sed "s/@VERSION@/$version/g" "share/pkgconfig/$pc.pc.in" >"$build/$pc.pc"
    fi
    put 644 "$build/$pc.pc" "lib/pkgconfig/$pc.pc"
done
put 644 share/dwr.mk share/dwr/dwr.mk

for file in share/editor/*.* share/editor/vim/*/*.vim share/ci/*; do
    put 644 "$file" "share/dwr/${file#share/}"
done
for shell in bash zsh fish; do
    if [ "$what" = install ]; then
        "$build/dwrc" completion $shell >"$build/completion.$shell"
    fi
done
put 644 "$build/completion.bash" share/bash-completion/completions/dwrc
put 644 "$build/completion.zsh" share/zsh/site-functions/_dwrc
put 644 "$build/completion.fish" share/fish/vendor_completions.d/dwrc.fish

for page in share/man/*.[1-8]; do
    put 644 "$page" "share/man/man${page##*.}/$(basename "$page")"
done

if [ "$what" = uninstall ]; then
    # Only what is ours, and only when nothing of somebody else stands in it.
    for folder in include/dwr share/dwr/editor/vim/syntax share/dwr/editor/vim/ftdetect \
        share/dwr/editor/vim/ftplugin share/dwr/editor/vim share/dwr/editor share/dwr/ci share/dwr; do
        rmdir "$root/$folder" 2>/dev/null || true
    done
fi
