#!/bin/sh
# rules_test.sh DWRC - the shipped rules: is every DocType there, with a reason and two tests at least,
# does lint find nothing in them, do their tests pass, and do they try every conflict class?

set -eu

dwrc=$1
rules=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)/rules
all=$(find "$rules" -name '*.dwr' -exec cat {} +)
failures=0

fail() {
    echo "rules_test: $1"
    failures=$((failures + 1))
}

count=0
while IFS= read -r doctype; do
    [ -n "$doctype" ] || continue
    count=$((count + 1))
    found=$(cat "$rules"/*.dwr | sed -n "/^doctype \"$doctype\" {/,/^}/p")
    [ -n "$found" ] || fail "no rules for $doctype"
    printf '%s\n' "$found" | grep -q '^    reason  *"..*";' || fail "no reason for $doctype"
    tests=$(printf '%s\n' "$all" | grep -c "^test \".*\" for \"$doctype\" {") || true
    [ "$tests" -ge 2 ] || fail "$tests tests for $doctype"
done <<'END'
Dispatch Job
Appointment
Form Submission
Conversation
Inbound Message
Ticket
Vault Document
Clock In Record
Schedule Entry
Shift Template
Workflow Instance
Broadcast Alert
Growth Campaign
AI Call
SLA Policy
Geofence
Form Template
Organization
Person
Org Member
File
Task
Calendar Event
Notification
Comment
Equipment
Conversation Message
Work Order
Asset
Inventory
Attachment
Usage Event
Shipment
Quote
Invoice
END

named=$(cat "$rules"/*.dwr | grep -c '^doctype "')
[ "$named" -eq "$count" ] || fail "$named DocTypes in the rules, $count in this list"

# What a source forces is allowed in place.
found=$("$dwrc" lint --fail-on note "$rules") || fail "lint finds something: $found"
found=$("$dwrc" lint --fail-on note "$rules" --schema "$rules/schema") ||
    fail "the rules do not fit the DocTypes of rules/schema: $found"

written=$(printf '%s\n' "$all" | grep -c '^test "')
if out=$("$dwrc" test --threshold 100 "$rules"); then
    # However it is worded, it counts all of them.
    printf '%s\n' "$out" | grep -qw "^$written tests" || fail "$written tests are written; dwrc says: $out"
else
    fail "tests fail, or leave a kind of merge untried: $out"
fi

[ "$failures" -eq 0 ] && echo "rules_test: $count DocTypes, $written tests"
