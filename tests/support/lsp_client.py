"""A client of `dwrc lsp`, as an editor is one: for tests and measurements."""
import json
import pathlib
import select
import subprocess
import time


CAPABILITIES = {"textDocument": {
    "rename": {"prepareSupport": True},
    "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}}}


class Client:
    def __init__(self, dwrc, *options):
        self.process = subprocess.Popen([dwrc, "lsp", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.id = 0
        self.buffer = b""
        self.diagnostics = {}  # by URI: the last that were published

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method, params=None):
        self.send({"method": method, "params": params or {}})

    def read(self, seconds=20):
        """The next message; None where none comes, or the server has gone."""
        end = time.monotonic() + seconds
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if found:
                length = int(head.split(b"Content-Length:")[1])
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return json.loads(rest[:length])
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            data = self.process.stdout.read1(1 << 16)
            if not data:
                return None
            self.buffer += data

    def keep(self, message):
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]

    def ask(self, method, params=None):
        """The whole answer of a request."""
        self.id += 1
        self.send({"id": self.id, "method": method, "params": params or {}})
        return self.answer(self.id)

    def answer(self, identity):
        while True:
            message = self.read()
            if message is None:
                return None
            self.keep(message)
            if "method" not in message and message.get("id") == identity:
                return message

    def settle(self):
        """Waits until no more findings come: they are sent when nothing is left to read."""
        seconds = 20
        while True:
            message = self.read(seconds)
            if message is None:
                return
            self.keep(message)
            seconds = 0.2

    def start(self, options=None, **more):
        answer = self.ask("initialize", {"processId": None, "rootUri": None,
                                         "capabilities": CAPABILITIES,
                                         "initializationOptions": options or {}, **more})
        self.notify("initialized")
        return answer

    def open(self, path, text=None):
        uri = path if ":" in str(path) else pathlib.Path(path).absolute().as_uri()
        text = pathlib.Path(path).read_text() if text is None else text
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "dwr", "version": 1, "text": text}})
        return uri

    def at(self, method, uri, line, character, **more):
        return self.ask("textDocument/" + method, {
            "textDocument": {"uri": uri}, "position": {"line": line, "character": character},
            **more})

    def stop(self):
        """The exit status of a session that ends as it should."""
        self.ask("shutdown")
        self.notify("exit")
        self.process.stdin.close()
        return self.process.wait(20)
