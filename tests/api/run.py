"""Has schemathesis ask the real program: `cargo xtask api` runs this.

The server has a store with two accounts. Machine and person ask in turn: at first about whatever account comes to mind,
and then about `acme`, whose people and states are known, so that requests reach what only those reach that succeed.
The last line is a JSON object; the exit code is 1 when there was a finding, or fewer cases than were wanted.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
SECRET = b"a-secret-of-this-test-alone-0123456789"
# How many operations the document has, roughly.
OPERATIONS = 13
TOKEN = "a-token-of-this-test-alone-0123456789"


def jwt(account, person):
    """A token of the platform, signed with HS256."""

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    claims = {"iss": "test", "aud": "security-contact", "account": account, "sub": person, "exp": int(time.time()) + 86_400}
    signed = ".".join(part(json.dumps(value).encode()) for value in ({"alg": "HS256"}, claims))
    return f"{signed}.{part(hmac.digest(SECRET, signed.encode(), hashlib.sha256))}"


class Server:
    """The program, serving two accounts."""

    def __init__(self, program, folder):
        (folder / "token").write_text(TOKEN)
        (folder / "secret").write_bytes(SECRET)
        data = folder / "data"
        self.fill = [program, "import", HERE / "directory.ndjson", "--data", data]
        self.bring()
        serve = [program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--without-worker", "--log-format", "json"]
        serve += ["--token-file", folder / "token", "--jwt-secret-file", folder / "secret", "--jwt-issuer", "test"]
        # Nobody who sends thousands of requests as one person would get answers otherwise.
        serve += ["--requests-per-person", "0", "--requests-per-account", "0"]
        self.log = open(folder / "log", "w+")
        self.process = subprocess.Popen(serve, stderr=self.log)
        self.url = f"http://{self.address()}"

    def bring(self):
        """Makes both accounts what they were in the beginning."""
        subprocess.run(self.fill, check=True, stdout=subprocess.DEVNULL)

    def address(self):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            self.log.seek(0)
            for line in self.log:
                if line.endswith("\n") and (entry := json.loads(line)).get("message") == "serving":
                    return entry["listen"]
            time.sleep(0.05)
        raise SystemExit(f"the server did not start, see {self.log.name}")

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=30)


def ask(server, folder, name, token, account, examples, seed):
    """One run of schemathesis; the number of its cases, and whether it found nothing."""
    print(f"\n== {name}", flush=True)
    known = f'\n[parameters]\n"path.account" = "{account}"\n' if account else ""
    server.bring()
    config = folder / "schemathesis.toml"
    config.write_text((HERE / "callers.toml").read_text() + known)
    report = folder / "report.json"
    command = [HERE / "../../target/tools/schemathesis/bin/schemathesis", "--config-file", config, "run"]
    command += [f"{server.url}/openapi.json", "--max-examples", str(examples), "--seed", str(seed), "--checks", "all"]
    command += ["--report", "json", "--report-json-path", report, "--warnings", "off", "--no-color"]
    environment = dict(os.environ, API_TOKEN=token, API_READER=TOKEN, API_URL=server.url, API_ACCOUNT=account or "", PYTHONPATH=str(HERE))
    ended = subprocess.run(command, env=environment, cwd=folder)
    return json.loads(report.read_text()), ended.returncode == 0


def main():
    """Asks as each of the callers."""
    options = argparse.ArgumentParser()
    options.add_argument("--program", required=True)
    options.add_argument("--cases", type=int, required=True)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    callers = [
        ("a machine, about any account", TOKEN, None),
        ("a machine, about one account", TOKEN, "acme"),
        ("a manager of that account", jwt("acme", "u-maya"), "acme"),
    ]
    # What is derived from the document alone, and random sequences, come on top.
    examples = max(1, options.cases // (len(callers) * OPERATIONS))
    cases, clean = 0, True
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = Server(options.program, folder)
        try:
            for number, (name, token, account) in enumerate(callers):
                report, passed = ask(server, folder, name, token, account, examples, options.seed + number)
                cases += report["test_cases"]["generated"]
                clean &= passed
        finally:
            clean &= server.stop() == 0
    print(json.dumps({"cases": cases, "wanted": options.cases, "findings": not clean}))
    sys.exit(not clean or cases < options.cases)


if __name__ == "__main__":
    main()
