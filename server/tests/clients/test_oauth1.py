"""oauthlib as an OAuth 1.0a service that people sign in through (RFC 5849): all three legs, by both signature methods, and what
happens when the service says no.

Run by `./test python`.
"""

import datetime
import http.server
import ipaddress
import json
import pathlib
import ssl
import tempfile
import threading
import time
import unittest
import urllib.parse

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from oauthlib.oauth1 import RequestValidator, WebApplicationServer
from program import Server

KEY = "aConsumerKeyOfVestibule00000"
SECRET = "a consumer secret & more"


def certificates(folder):
    """A certificate for 127.0.0.1 with its key in one file, and the authority behind it in another."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def certificate(name, issuer, key, signer, authority):
        builder = x509.CertificateBuilder(
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]),
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
            key.public_key(), x509.random_serial_number(), now - datetime.timedelta(hours=1), now + datetime.timedelta(days=1),
        ).add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        if not authority:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, service = folder / "authority.pem", folder / "service.pem"
    authority.write_bytes(certificate("An authority", "An authority", root, root, True))
    service.write_bytes(certificate("A service", "An authority", leaf, root, False) + leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))
    return authority, service


class Validator(RequestValidator):
    """What oauthlib asks of a service: one client, its tokens in memory, and each nonce once."""

    enforce_ssl = False
    dummy_client = dummy_request_token = dummy_access_token = "dummy0000000000000000000000000"
    allowed_signature_methods = ("HMAC-SHA1", "PLAINTEXT")

    def __init__(self, callback):
        super().__init__()
        self.callback = callback
        self.requested, self.verifiers, self.given, self.nonces = {}, {}, {}, set()
        self.methods = set()

    def validate_client_key(self, client_key, request):
        self.methods.add(request.signature_method)
        return client_key == KEY

    def get_client_secret(self, client_key, request):
        return SECRET

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request, request_token=None, access_token=None):
        used = (timestamp, nonce, request_token, access_token)
        fresh = used not in self.nonces and abs(time.time() - int(timestamp)) < 60
        self.nonces.add(used)
        return fresh

    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def verify_realms(self, token, realms, request):
        return True

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri.split("?")[0] == self.callback

    def save_request_token(self, token, request):
        self.requested[token["oauth_token"]] = (token["oauth_token_secret"], request.redirect_uri)

    def validate_request_token(self, client_key, token, request):
        return token in self.requested

    def verify_request_token(self, token, request):
        return token in self.requested

    def get_request_token_secret(self, client_key, token, request):
        return self.requested[token][0]

    def get_redirect_uri(self, token, request):
        return self.requested[token][1]

    def save_verifier(self, token, verifier, request):
        self.verifiers[token] = verifier["oauth_verifier"]

    def validate_verifier(self, client_key, token, verifier, request):
        return self.verifiers.get(token) == verifier

    def save_access_token(self, token, request):
        self.given[token["oauth_token"]] = token["oauth_token_secret"]

    def invalidate_request_token(self, client_key, request_token, request):
        del self.requested[request_token]

    def validate_access_token(self, client_key, token, request):
        return token in self.given

    def get_access_token_secret(self, client_key, token, request):
        return self.given[token]


class Service:
    """The service on a free port, over TLS with a certificate. `/authorize` agrees for everybody at once."""

    def __init__(self, callback, certificate=None):
        self.validator = validator = Validator(callback)
        self.profile = {"id_str": "9007199254740993", "screen_name": "mona", "email": "mona@example.com"}
        endpoints = WebApplicationServer(validator)
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                uri = f"{service.scheme}://{self.headers['host']}{self.path}"
                if self.command == "POST" and "content-length" not in self.headers:
                    return self.send_error(411)
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode() or None
                headers = dict(self.headers.items())
                step = urllib.parse.urlsplit(self.path).path
                if step == "/request_token":
                    answer = endpoints.create_request_token_response(uri, self.command, body, headers)
                elif step == "/authorize":
                    realms, credentials = endpoints.get_realms_and_credentials(uri)
                    answer = endpoints.create_authorization_response(uri, realms=realms, credentials=credentials)
                elif step == "/access_token":
                    answer = endpoints.create_access_token_response(uri, self.command, body, headers)
                else:
                    valid, _ = endpoints.validate_protected_resource_request(uri, self.command, body, headers, [])
                    answer = ({"Content-Type": "application/json"}, json.dumps(service.profile), 200) if valid else ({}, "", 401)
                sent, text, status = answer
                self.send_response(status)
                sent["Content-Length"] = str(len(text or ""))
                for name, value in sent.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write((text or "").encode())

            do_POST = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class OAuth1(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="vestibule-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.authority, cls.certificate = certificates(pathlib.Path(folder.name))
        cls.server = Server(VESTIBULE_OUTGOING_ALLOW="127.0.0.0/8,::1", SSL_CERT_FILE=str(cls.authority))
        cls.addClassCleanup(cls.server.stop)

    def source(self, key, certificate=None, **fields):
        """A service, and the source that leads to it."""
        service = Service(f"{self.server.public_url}/source/oauth/callback/{key}/", certificate)
        self.addCleanup(service.stop)
        made = self.server.api("POST", "/sources", {
            "key": key, "name": key, "kind": "oauth1", "client_id": KEY, "client_secret": SECRET,
            "request_token_endpoint": f"{service.url}/request_token",
            "authorization_endpoint": f"{service.url}/authorize",
            "token_endpoint": f"{service.url}/access_token",
            "userinfo_endpoint": f"{service.url}/me?include_email=true",
            "attribute_mapping": {"provider_user_id": "id_str", "email_address": "email", "first_name": "screen_name"},
        } | fields)
        self.assertEqual(made["redirect_uri"], service.validator.callback)
        return service

    def come(self, key):
        """A person follows the way to the service and back. Answers where they end and their cookies."""
        browser = requests.Session()
        browser.trust_env = False
        browser.verify = str(self.authority)
        answer = browser.get(f"{self.server.public_url}/source/oauth/login/{key}/", timeout=20)
        return answer, browser

    def links(self, key):
        return self.server.api("GET", f"/external-accounts?source={key}")["items"]

    def test_three_legs_by_both_methods(self):
        for key, method in (("signed", "HMAC-SHA1"), ("plain", "PLAINTEXT")):
            with self.subTest(method):
                service = self.source(key, self.certificate, oauth1_signature_method=method)
                answer, browser = self.come(key)
                self.assertEqual(answer.status_code, 200, answer.text)
                self.assertNotIn("data-error-code", answer.text)
                self.assertEqual(service.validator.methods, {method})
                account = browser.get(f"{self.server.public_url}/account", timeout=20)
                self.assertIn(f'data-source="{key}"', account.text)
                (link,) = self.links(key)
                self.assertEqual(link["provider_user_id"], "9007199254740993")
                self.assertEqual(link["email_address"], "mona@example.com")
                self.come(key)
                self.assertEqual(len(self.links(key)), 1)

    def test_secrets_do_not_travel_in_the_open(self):
        self.source("open", oauth1_signature_method="PLAINTEXT")
        answer, _ = self.come("open")
        self.assertIn('data-error-code="upstream_not_configured"', answer.text)

    def test_a_wrong_secret_is_told_and_nobody_is_made(self):
        self.source("wrong", client_secret="another secret")
        answer, _ = self.come("wrong")
        self.assertIn('data-error-code="upstream_request_token_refused"', answer.text)
        self.assertEqual(self.links("wrong"), [])

    def test_an_answer_works_once_and_only_here(self):
        self.source("once")
        browser = requests.Session()
        left = browser.get(f"{self.server.public_url}/source/oauth/login/once/", allow_redirects=False, timeout=20)
        agreed = browser.get(left.headers["location"], allow_redirects=False, timeout=20)
        back = agreed.headers["location"]
        stranger = requests.get(back, timeout=20)
        self.assertIn("data-error-code", stranger.text, "another browser gets nothing")
        first = browser.get(back, timeout=20)
        self.assertNotIn("data-error-code", first.text)
        again = browser.get(back, timeout=20)
        self.assertIn("data-error-code", again.text, "the answer was used")
        self.assertEqual(len(self.links("once")), 1)
