"""The receiver of docs/how-to/webhooks.md as it is printed, with the library of Standard Webhooks, at the built program.

Run by `./test python`.
"""

import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from program import ROOT, Server

PAGE = ROOT / "docs" / "how-to" / "webhooks.md"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Receiver:
    """The program of the page, and what it prints."""

    def __init__(self, port, secret):
        [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
        self.folder = tempfile.TemporaryDirectory(prefix="vestibule-test-")
        program = pathlib.Path(self.folder.name) / "receiver.py"
        program.write_text(code)
        environment = os.environ | {"WEBHOOK_SECRET": secret, "PORT": str(port)}
        self.process = subprocess.Popen(
            [sys.executable, "-B", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def line(self):
        return self.lines.get(timeout=20)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.folder.cleanup()


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(VESTIBULE_OUTGOING_ALLOW="127.0.0.0/8")
        cls.addClassCleanup(cls.server.stop)

    def webhook(self, port):
        body = {"url": f"http://127.0.0.1:{port}/", "events": ["user.created", "user.deleted"]}
        made = self.server.api("POST", "/webhooks", body)
        self.addCleanup(self.server.api, "DELETE", f"/webhooks/{made['id']}")
        return made

    def receiver(self, port, secret):
        receiver = Receiver(port, secret)
        self.addCleanup(receiver.stop)
        return receiver

    def deliveries(self, made, count, **wanted):
        """The deliveries of a webhook, when there are `count` of them and each has these members."""
        end = time.monotonic() + 20
        while True:
            found = self.server.api("GET", f"/webhooks/{made['id']}/deliveries")["items"]
            if len(found) == count and all(one[name] == value for one in found for name, value in wanted.items()):
                return found
            self.assertLess(time.monotonic(), end, found)
            time.sleep(0.05)

    def test_the_receiver_of_the_page_takes_what_is_sent(self):
        port = free_port()
        made = self.webhook(port)
        receiver = self.receiver(port, made["secret"])
        self.server.api("POST", f"/webhooks/{made['id']}/test")
        self.assertEqual(receiver.line(), f"webhook.test {made['id']}")
        user = self.server.api("POST", "/users", {"username": "alice", "name": "\u00c4lice \u2028 \"\\"})
        self.assertEqual(receiver.line(), f"user.created {user['id']}")
        self.server.api("DELETE", f"/users/{user['id']}")
        self.assertEqual(receiver.line(), f"user.deleted {user['id']}")
        found = self.deliveries(made, 3, state="delivered", attempts=1, last_status=204)
        # Sent once more, it is the same event: the receiver takes it and does nothing.
        again = f"/webhooks/{made['id']}/deliveries/{found[0]['id']}/retry"
        self.assertEqual(self.server.api("POST", again)["state"], "waiting")
        end = time.monotonic() + 20
        while self.server.api("GET", f"/webhooks/{made['id']}/deliveries")["items"][0]["attempts"] != 2:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.deliveries(made, 3, state="delivered")
        self.assertTrue(receiver.lines.empty())

    def test_a_receiver_changes_over_to_a_new_secret_when_it_likes(self):
        port = free_port()
        made = self.webhook(port)
        old = self.receiver(port, made["secret"])
        fresh = self.server.api("POST", f"/webhooks/{made['id']}/rotate-secret")["secret"]
        bob = self.server.api("POST", "/users", {"username": "bob"})
        self.assertEqual(old.line(), f"user.created {bob['id']}")
        old.stop()
        new = Receiver(port, fresh)
        self.addCleanup(new.stop)
        self.server.api("DELETE", f"/users/{bob['id']}")
        self.assertEqual(new.line(), f"user.deleted {bob['id']}")

    def test_a_receiver_with_another_secret_takes_nothing(self):
        port = free_port()
        made = self.webhook(port)
        other = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        receiver = self.receiver(port, other)
        carol = self.server.api("POST", "/users", {"username": "carol"})
        [waiting] = self.deliveries(made, 1, last_status=400, state="waiting")
        self.assertEqual((waiting["attempts"], waiting["last_error"]), (1, "it answered 400"))
        self.assertTrue(receiver.lines.empty())
        self.server.api("DELETE", f"/users/{carol['id']}")


if __name__ == "__main__":
    unittest.main()
