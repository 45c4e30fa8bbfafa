#!/bin/sh
# demo_test.sh DWRC - does `make run` tell of the six problem scenarios what semantics and rules say?
#
# Looks for facts, scenario by scenario, whatever the layout: blanks and line breaks do not count.

set -eu

dwrc=$1
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=$("$top/share/demo/run_demo.sh" "$dwrc" "$top/rules")
failures=0

# The text of scenario $1 on one line.
scenario() {
    printf '%s\n' "$out" | sed -n "/^$1\\. /,/^$(($1 + 1))\\. /p" | tr -s ' \n' ' '
}

# says N WORDS: scenario N tells WORDS.
says() {
    if ! scenario "$1" | grep -qF -- "$2"; then
        echo "demo_test: scenario $1 does not say: $2"
        failures=$((failures + 1))
    fi
}

# names N FILE DOCTYPE STATEMENT: scenario N names the line on which the statement begins, and quotes it.
names() {
    line=$(grep -n '' "$top/rules/$2" | tr -s ' ' | sed -n "/^[0-9]*:doctype \"$3\"/,/^[0-9]*:}/p" |
        sed -n "s/^\\([0-9]*\\): $4\\b.*/\\1/p" | head -n 1)
    says "$1" "rules/$2:${line:-?} $4"
}

says  1 'technician A status = "In Progress"'
says  1 'result merged'
says  1 '"Unassigned" is kept; "In Progress" is reported back'
says  1 '"Started work, pump is open" is taken'
says  1 'assigned_to = "TECH-B" status = "Unassigned" completion_notes'
says  1 'assignment_changed of assigned_to'
names 1 operations.dwr 'Dispatch Job' 'server_wins status'
names 1 operations.dwr 'Dispatch Job' client_wins

says  2 'customer = "Client X"'
says  2 'customer = "Client Y"'
says  2 'result success'
names 2 operations.dwr Appointment no_overlap

says  3 'result merged'
says  3 'message_count = 2'
says  3 'is added'
names 3 crm.dwr Conversation child
says  3 'result conflict_manual'
says  3 'waits for a person'
names 3 crm.dwr Conversation hold
says  3 'manual_resolution_required'

says  4 'result merged'
says  4 '"Urgent" is kept; "Resolved" is reported back'
says  4 'document now status = "Urgent" priority = "High" resolution_notes'
says  4 'client_change_overridden of status'
names 4 crm.dwr Ticket 'server_wins together'
names 4 crm.dwr Ticket client_wins

says  5 'result success'
names 5 operations.dwr 'Form Submission' current
says  5 'result conflict_manual'
says  5 'a person decides between nothing and "sig-customer"; for now "sig-customer"'
says  5 'validation_status = "pending_signature_review"'
names 5 operations.dwr 'Form Submission' 'manual signature'

says  6 'result success'
names 6 hr.dwr 'Clock In Record' as_of

if printf '%s\n' "$out" | grep -q '.\{81\}'; then
    echo "demo_test: a line is wider than a terminal"
    failures=$((failures + 1))
fi

# A program that does not answer must not look like a demonstration.
for broken in false true; do
    if "$top/share/demo/run_demo.sh" "$(command -v $broken)" "$top/rules" >/dev/null 2>&1; then
        echo "demo_test: with a program that answers nothing ($broken) the demonstration succeeds"
        failures=$((failures + 1))
    fi
done

[ "$failures" -eq 0 ] && echo "demo_test: 6 scenarios"
