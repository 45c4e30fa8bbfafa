// json_differential.mjs - what Node says of the documents that json_differential prints (its head
// describes the lines). Reads them on stdin; exit 1 where Node reads a document otherwise.
import { createInterface } from "node:readline";

const NOT_JSON = 2; // DWR_INVALID_JSON
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const bytesOf = (hex) => Buffer.from(hex ?? "", "hex");
const parse = (hex) => JSON.parse(strict.decode(bytesOf(hex)));

// The tokens of a value, as the scanner prints them; a number is a number.
function* tokens(value) {
  if (value === null) yield "n";
  else if (value === true) yield "t";
  else if (value === false) yield "f";
  else if (typeof value === "number") yield value;
  else if (typeof value === "string") yield "S " + Buffer.from(value, "utf8").toString("hex");
  else if (Array.isArray(value)) {
    yield "[";
    for (const element of value) yield* tokens(element);
    yield "]";
  } else {
    yield "{";
    for (const [name, member] of Object.entries(value)) {
      yield "K " + Buffer.from(name, "utf8").toString("hex");
      yield* tokens(member);
    }
    yield "}";
  }
}

const isToken = (token, line) =>
  typeof token === "number"
    ? line.startsWith("N ") && Object.is(Number(line.slice(2)), token)
    : token === line;

let expected = null; // of the document whose tokens are being read
let document = "";
let valid = 0, refused = 0, wrong = 0;

function complain(what) {
  if (wrong++ < 10) console.log(`json_differential: ${what}: ${bytesOf(document)}`);
}

function finish() {
  if (expected !== null && !expected.next().done) complain("Node finds more");
  expected = null;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, second, third] = line.split(" ");

  if (kind === "V") {
    finish();
    document = second;
    valid++;
    try {
      expected = tokens(parse(document));
    } catch (error) {
      complain(`Node refuses a document (${error.message})`);
    }
  } else if (kind === "X") {
    finish();
    document = third;
    let accepted = true;
    try {
      parse(document);
    } catch {
      accepted = false;
    }
    // What else the scanner refuses (a name twice, half a surrogate, depth) Node may accept.
    if (Number(second) === 0 && !accepted) complain("Node refuses a document");
    if (Number(second) === NOT_JSON) {
      refused++;
      if (accepted) complain("Node accepts what is refused as no JSON");
    }
  } else if (expected !== null) {
    const next = expected.next();

    if (next.done || !isToken(next.value, line)) {
      complain(`Node has ${next.value} for ${line}`);
      expected = null;
    }
  }
}
finish();
console.log(`json_differential: Node: ${valid} valid documents, ${refused} refused, ${wrong} wrong`);
process.exit(wrong === 0 && valid > 0 && refused > 0 ? 0 : 1);
