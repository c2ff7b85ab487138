"""Authlib, the Python client, against the built program: machine grants and a whole sign-in through plain HTTP forms.

Run by `./test python`.
"""

import base64
import datetime
import secrets
import time
import unittest
import urllib.parse

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwk, jwt
from program import Forms, Server

REDIRECT = "https://app.example/callback"
PASSWORD = "a long enough password"


def sign_in(server, address, username, password):
    """Follows an authorization request through the sign-in page to the redirect URI."""
    browser = requests.Session()
    answer = browser.get(address, allow_redirects=False, timeout=20)
    for _ in range(10):
        if answer.is_redirect:
            target = urllib.parse.urljoin(answer.url, answer.headers["location"])
            if target.startswith(REDIRECT):
                return target
            answer = browser.get(target, allow_redirects=False, timeout=20)
            continue
        form = Forms(answer.text).forms["login-form"]
        fields = form["fields"] | {"username": username, "password": password}
        target = urllib.parse.urljoin(answer.url, form["action"])
        answer = browser.post(target, data=fields, headers={"origin": server.url}, allow_redirects=False, timeout=20)
    raise RuntimeError(f"no redirect: {answer.status_code} {answer.text[:500]}")


class Authlib(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server = Server()
        cls.addClassCleanup(server.stop)
        user = server.api("POST", "/users", {"username": "ada", "name": "Ada Lovelace", "email": "ada@example.com"})
        server.api("POST", f"/users/{user['id']}/password", {"password": PASSWORD})
        cls.robot = server.api("POST", "/users", {"username": "robot", "type": "service_account"})
        keys = server.api("GET", "/keys?alg=ES256&state=active")["items"]
        cls.app = server.application(
            "wiki", signing_key=keys[0]["id"], consent_mode="skip",
            grant_types=["authorization_code", "refresh_token", "client_credentials", "password"],
            scope_mappings=["openid", "email", "profile", "offline_access"],
            redirect_uris=[{"url": REDIRECT}],
        )
        cls.metadata = requests.get(
            f"{server.url}/application/o/wiki/.well-known/openid-configuration", timeout=20
        ).json()

    def session(self, **settings):
        settings = {"client_id": self.app["client_id"], "client_secret": self.app["client_secret"], **settings}
        return OAuth2Session(**settings)

    def endpoint(self, name):
        address = urllib.parse.urlsplit(self.metadata[f"{name}_endpoint"])
        return self.server.url + address.path

    def claims(self, token):
        published = requests.get(self.server.url + urllib.parse.urlsplit(self.metadata["jwks_uri"]).path, timeout=20)
        return jwt.decode(token, jwk.KeySet.import_key_set(published.json()), algorithms=["ES256"]).claims

    def app_password(self, **fields):
        return self.server.api("POST", f"/users/{self.robot['id']}/app-passwords", {"name": "authlib", **fields})

    def introspect(self, token):
        answer = self.session().introspect_token(self.endpoint("introspection"), token=token)
        self.assertEqual(answer.status_code, 200)
        return answer.json()

    def test_client_credentials_by_basic_and_post(self):
        for method in ("client_secret_basic", "client_secret_post"):
            session = self.session(token_endpoint_auth_method=method, scope="profile")
            token = session.fetch_token(self.endpoint("token"), grant_type="client_credentials")
            self.assertEqual((token["token_type"], token["scope"]), ("Bearer", "profile"))
            self.assertNotIn("refresh_token", token)
            claims = self.claims(token["access_token"])
            self.assertEqual(claims["preferred_username"], "ak-wiki-client_credentials")

    def test_a_wrong_secret_is_refused(self):
        for method, expected in (("client_secret_basic", "invalid_client"), ("client_secret_post", "invalid_grant")):
            session = self.session(client_secret="wrong", token_endpoint_auth_method=method)
            with self.assertRaises(OAuthError) as refused:
                session.fetch_token(self.endpoint("token"), grant_type="client_credentials")
            self.assertEqual(refused.exception.error, expected)

    def test_user_name_and_app_password(self):
        value = self.app_password()["value"]
        for method in ("none", "client_secret_basic"):
            session = self.session(token_endpoint_auth_method=method, scope="openid profile")
            token = session.fetch_token(self.endpoint("token"), username="robot", password=value)
            self.assertEqual(self.claims(token["access_token"])["preferred_username"], "robot")
            self.assertEqual(self.claims(token["id_token"])["aud"], self.app["client_id"])
        for username, password in (("robot", value + "x"), ("robots", value), ("ada", PASSWORD)):
            with self.assertRaises(OAuthError) as refused:
                self.session().fetch_token(self.endpoint("token"), username=username, password=password)
            self.assertEqual(refused.exception.error, "invalid_grant", username)

    def test_the_base64_form(self):
        value = self.app_password()["value"]
        secret = base64.b64encode(f"robot:{value}".encode()).decode()
        for method in ("client_secret_basic", "client_secret_post"):
            session = self.session(client_secret=secret, token_endpoint_auth_method=method, scope="profile")
            token = session.fetch_token(self.endpoint("token"), grant_type="client_credentials")
            self.assertEqual(self.claims(token["access_token"])["preferred_username"], "robot")

    def test_an_expired_app_password(self):
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
        value = self.app_password(expires_at=soon.isoformat())["value"]
        time.sleep(1.2)
        with self.assertRaises(OAuthError) as refused:
            self.session().fetch_token(self.endpoint("token"), username="robot", password=value)
        self.assertEqual(refused.exception.error, "invalid_grant")

    def test_a_sign_in_with_pkce_refresh_introspection_and_revocation(self):
        session = self.session(
            redirect_uri=REDIRECT, scope="openid email offline_access", code_challenge_method="S256"
        )
        verifier = secrets.token_urlsafe(48)
        address, state = session.create_authorization_url(
            self.endpoint("authorization"), code_verifier=verifier, nonce="a nonce"
        )
        landed = sign_in(self.server, address, "ada", PASSWORD)
        token = session.fetch_token(
            self.endpoint("token"), authorization_response=landed, state=state, code_verifier=verifier
        )
        claims = self.claims(token["id_token"])
        self.assertEqual((claims["email"], claims["nonce"]), ("ada@example.com", "a nonce"))
        self.assertEqual(session.get(self.endpoint("userinfo")).json()["email"], "ada@example.com")

        refreshed = session.refresh_token(self.endpoint("token"))
        self.assertNotEqual(refreshed["refresh_token"], token["refresh_token"])
        seen = self.introspect(refreshed["access_token"])
        self.assertEqual((seen["active"], seen["client_id"]), (True, self.app["client_id"]))

        answer = session.revoke_token(self.endpoint("revocation"), token=refreshed["refresh_token"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.introspect(refreshed["refresh_token"]), {"active": False})

    def test_a_token_of_one_application_is_an_assertion_at_another(self):
        other = self.server.application(
            "back", grant_types=["client_credentials"], federated_applications=["wiki"],
            scope_mappings=["openid", "profile"],
        )
        first = self.session(scope="profile").fetch_token(self.endpoint("token"), grant_type="client_credentials")
        session = OAuth2Session(client_id=other["client_id"], token_endpoint_auth_method="none", scope="profile")
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }
        token = session.fetch_token(self.endpoint("token"), client_assertion=first["access_token"], **fields)
        subject = jwt.decode(
            token["access_token"], jwk.OctKey.import_key(other["client_secret"]), algorithms=["HS256"]
        ).claims
        self.assertEqual(subject["preferred_username"], "ak-wiki-client_credentials")
        with self.assertRaises(OAuthError) as refused:
            session.fetch_token(self.endpoint("token"), client_assertion="a.b.c", **fields)
        self.assertEqual(refused.exception.error, "invalid_grant")


if __name__ == "__main__":
    unittest.main(verbosity=2)
