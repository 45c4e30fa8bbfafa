#!/bin/bash
# completion_test.sh DWRC - the scripts of `dwrc completion`: read by their shells, exercised in bash
# and fish, and with every command and option that --help lists.
set -u
. "$(dirname "$0")/count.sh"

dwrc=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

mkdir -p rules other
touch rules/a.dwr b.dwr c.json
for shell in bash zsh fish; do
    "$dwrc" completion $shell >script.$shell 2>err
    is "completion $shell" "$? $(cat err)" "0 "
    if ! command -v $shell >/dev/null; then
        echo "completion_test: no $shell here"
        continue
    fi
    if $shell -n script.$shell; then pass; else fail "$shell does not read its script"; fi
done

# --- nothing is missing ---

for command in $("$dwrc" help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
    for shell in bash zsh fish; do
        grep -q "\\b$command\\b" script.$shell && pass || fail "$shell: no command $command"
    done
    sed -n "/^    $command)/,/^        ;;/p" script.bash >of.bash
    sed -n "/^    $command)/,/^        ;;/p" script.zsh >of.zsh
    grep -- "_from $command'" script.fish >of.fish
    for option in $("$dwrc" "$command" --help | sed -nE 's/^  (-[A-Za-z-]+).*/\1/p') --help; do
        grep -qE -- "[' ]$option[' ]" of.bash && pass || fail "bash: no $command $option"
        grep -qE -- "'\*?$option[=[]" of.zsh && pass || fail "zsh: no $command $option"
        grep -qE -- " -[lso] ${option##*-} -d" of.fish || grep -qE -- "-l ${option#--} -d|-o ${option#-} -d" of.fish &&
            pass || fail "fish: no $command $option"
    done
done

# --- bash ---

bash_completes() { # EXPECTED (sorted), WORDS... (the last one is being written)
    local expected=$1 got
    shift
    got=$(bash --norc -c '
        compopt() { :; }
        . ./script.bash
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _dwrc
        printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | sort | tr '\n' ' ')
    is "bash: $*" "${got% }" "$expected"
}
bash_completes "fmt" dwrc fm
bash_completes "lint lsp" dwrc l
bash_completes "--check --color" dwrc fmt --c
bash_completes "always auto" dwrc fmt --color a
bash_completes "never" dwrc fmt --color = n
bash_completes "always auto never" dwrc fmt --color =
bash_completes "b.dwr other rules" dwrc lint ""
bash_completes "rules/a.dwr" dwrc lint rules/
bash_completes "rules" dwrc compile rules -o r
bash_completes "-MD -MF -MP -MT" dwrc compile rules -M
bash_completes "bash" dwrc completion b
bash_completes "compile completion" dwrc help c
bash_completes "" dwrc nonsense ""

# --- fish ---

fish_completes() { # EXPECTED, LINE
    is "fish: $2" "$(fish --no-config -c "source script.fish; complete -C '$2'" | cut -f1 | sort | tr '\n' ' ')" "$1 "
}
if command -v fish >/dev/null; then
    export HOME=$work
    fish_completes "fmt" "dwrc fm"
    fish_completes "--check --color" "dwrc fmt --c"
    fish_completes "always auto never" "dwrc fmt --color "
    fish_completes "bash fish zsh" "dwrc completion "
fi

# --- zsh ---

if command -v zsh >/dev/null; then
    # The function itself, with the shell's own parts that it calls written down.
    is "zsh: what it offers" "$(zsh -f -c '
        compdef() { :; }
        _describe() { print -r -- "commands ${(P)#2}"; }
        _arguments() { print -r -- "$1"; }
        . ./script.zsh
        words=(dwrc fmt --c); CURRENT=3; _dwrc
        words=(dwrc fm); CURRENT=2; _dwrc' | sed 's/\[.*//' | tr '\n' ' ')" \
        "--check commands $("$dwrc" help | grep -cE '^  [a-z]+ ') "
fi

# --- values ---

# What the program itself takes is what completes: a word that is none is answered with all that are.
chosen=0
for command in $("$dwrc" help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
    for option in $("$dwrc" "$command" --help | sed -nE 's/^  (-[A-Za-z-]+) [A-Z].*/\1/p'); do
        words=$("$dwrc" "$command" "$option" no-such-word rules </dev/null 2>&1 |
            sed -nE "s/.* is no value of $option: ([a-z]+(, [a-z]+)+)\$/\1/p" | tr -d ,)
        rm -rf no-such-word
        [ -n "$words" ] || continue
        chosen=$((chosen + 1))
        sorted=$(printf '%s\n' $words | sort | tr '\n' ' ')
        bash_completes "${sorted% }" dwrc "$command" rules "$option" ""
        is "zsh: $command $option" "$(sed -n "/^    $command)/,/^        ;;/p" script.zsh |
            sed -nE "s/^ *'$option=.*:\((.*)\)'.*/\1/p")" "$words"
        if command -v fish >/dev/null; then
            fish_completes "${sorted% }" "dwrc $command $option "
        else
            grep -q "_from $command' -l ${option#--} .* -x -a '$words'" script.fish && pass ||
                fail "fish: no values of $command $option"
        fi
    done
done
is "every command's --format, --color and --fail-on" "$([ $chosen -ge 28 ] && echo yes)" yes

# --- usage ---

"$dwrc" completion >log 2>err
is "no shell: status 2" "$? $(head -n 1 err) $(cat log)" "2 dwrc completion: for which shell? bash, zsh or fish "
"$dwrc" completion tcsh >log 2>err
is "another shell: status 2" "$? $(head -n 1 err) $(cat log)" \
    "2 dwrc completion: 'tcsh' is no value of SHELL: bash, zsh, fish "

echo "completion: $passed passed, $failed failed"
[ "$failed" = 0 ]
