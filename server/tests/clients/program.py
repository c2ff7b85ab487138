"""The built program as an operator starts it, and the forms of its pages. VESTIBULE_BIN names the program."""

import html.parser
import json
import os
import pathlib
import secrets
import subprocess
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = ROOT / os.environ.get("VESTIBULE_BIN", "target/debug/vestibule")


class Server:
    """`vestibule serve` on a free port, with its management API."""

    def __init__(self, **settings):
        """`settings`: further variables of its environment."""
        self.folder = tempfile.TemporaryDirectory(prefix="vestibule-test-")
        self.token = secrets.token_urlsafe(24)
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
        environment |= {
            "VESTIBULE_LISTEN": "127.0.0.1:0",
            "VESTIBULE_DATA_DIR": self.folder.name,
            "VESTIBULE_BOOTSTRAP_TOKEN": self.token,
        } | settings
        self.log = open(pathlib.Path(self.folder.name) / "log", "w")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--json"], cwd=self.folder.name, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        for line in self.process.stdout:
            announced = json.loads(line) if line.startswith("{") else {}
            if "listen" in announced:
                self.url = f"http://{announced['listen']}"
                self.public_url = announced["public_url"].rstrip("/")
                break
        else:
            raise RuntimeError("the program ended before it listened")
        end = time.monotonic() + 10
        while requests.get(f"{self.url}/health/ready", timeout=5).status_code != 200:
            if time.monotonic() > end:
                raise RuntimeError("the program is not ready")
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()

    def api(self, method, path, body=None):
        answer = requests.request(
            method, f"{self.url}/api/v1{path}", json=body, timeout=20,
            headers={"authorization": f"Bearer {self.token}"},
        )
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def application(self, slug, **fields):
        return self.api("POST", "/applications", {"name": slug, "slug": slug, **fields})


class Forms(html.parser.HTMLParser):
    """The forms of a page: where they go and what they carry."""

    def __init__(self, page):
        super().__init__()
        self.forms = {}
        self.current = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.current = {"action": attributes.get("action") or "", "fields": {}}
            self.forms[attributes.get("id")] = self.current
        elif tag == "input" and self.current is not None and "name" in attributes:
            self.current["fields"][attributes["name"]] = attributes.get("value") or ""
