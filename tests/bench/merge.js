// merge.js - a plain JavaScript merge of a Dispatch Job by the same rules, to compare speed with.
//
// What someone would write who needs the merged document and no report: parse three, merge, print
// one. Reads commands, a line each: `doc` prints the merged document, a number N makes N merges and
// prints the nanoseconds of one.
'use strict';
const fs = require('fs');

const [baseText, serverText, clientText] = process.argv.slice(2, 5).map((f) => fs.readFileSync(f, 'utf8'));

const META = new Set(['name', 'doctype', 'owner', 'creation', 'modified', 'modified_by', 'idx']);
const CLIENT_WINS = new Set(['completion_notes', 'signature', 'customer_feedback', 'actual_start_time',
  'actual_end_time']);
const SCHEDULE = ['scheduled_date', 'scheduled_time', 'estimated_duration'];
const IN_SCHEDULE = new Set(SCHEDULE);

function same(a, b) {
  if (a === b) return true;
  if (a === undefined || a === null || a === '') return b === undefined || b === null || b === '';
  if (typeof a !== 'object' || typeof b !== 'object' || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a);
  if (Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  for (const k of keys) if (!same(a[k], b[k])) return false;
  return true;
}

function byKey(rows) {
  const map = new Map();
  for (const row of rows || []) map.set(row.item_code, row);
  return map;
}

// Quantities are summed, the other members of a row are the server's where both changed them.
function mergeParts(base, server, client) {
  const was = byKey(base);
  const is = byKey(server);
  for (const theirs of client) {
    const ours = is.get(theirs.item_code);
    const old = was.get(theirs.item_code);
    if (ours === undefined) {
      if (old === undefined || !same(theirs, old)) server.push(theirs);
      continue;
    }
    for (const k of Object.keys(theirs)) {
      if (META.has(k)) continue;
      const before = old ? old[k] : undefined;
      if (same(theirs[k], before)) continue;
      if (k === 'qty') ours.qty = (before || 0) + ((ours.qty || 0) - (before || 0)) + ((theirs.qty || 0) - (before || 0));
      else if (same(ours[k], before)) ours[k] = theirs[k];
    }
  }
  return server;
}

function keepBoth(server, client) {
  const out = server.slice();
  for (const x of client) if (!out.some((y) => same(x, y))) out.push(x);
  return out;
}

function merge() {
  const base = JSON.parse(baseText);
  const server = JSON.parse(serverText);
  const client = JSON.parse(clientText);
  const rescheduled = SCHEDULE.some((f) => !same(server[f], base[f]));

  for (const f of Object.keys(client)) {
    if (META.has(f) || f === 'docstatus') continue;
    const c = client[f];
    const b = base[f];
    const s = server[f];
    if (f === 'parts_used') {
      server[f] = mergeParts(b, s || [], c || []);
      continue;
    }
    if (same(c, b) || same(c, s)) continue;
    if (IN_SCHEDULE.has(f)) {
      if (!rescheduled) server[f] = c;
    } else if (same(s, b) || CLIENT_WINS.has(f)) {
      server[f] = c;
    } else if (f === 'photos') {
      server[f] = keepBoth(s || [], c || []);
    }
  }
  return JSON.stringify(server);
}

// Warm: the code is compiled before anything is measured.
let kept = 0;
for (let i = 0; i < 30000; i++) kept += merge().length;

const input = Buffer.alloc(100);
let pending = '';
for (;;) {
  const n = fs.readSync(0, input, 0, input.length, null);
  if (n === 0) break;
  pending += input.toString('utf8', 0, n);
  let end;
  while ((end = pending.indexOf('\n')) >= 0) {
    const command = pending.slice(0, end);
    pending = pending.slice(end + 1);
    if (command === 'doc') {
      fs.writeSync(1, merge() + '\n');
    } else {
      const count = Number(command);
      const start = process.hrtime.bigint();
      for (let i = 0; i < count; i++) kept += merge().length;
      fs.writeSync(1, Number(process.hrtime.bigint() - start) / count + '\n');
    }
  }
}
if (kept === 0) process.exitCode = 1;
