// The npm package openid-client, certified by the OpenID Foundation, as the relying party. It refuses whatever does not
// follow the standards: issuer, signature, nonce, at_hash, `iss` of the response.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { application, begin, configure, postLogoutUri, redirectUri, signIn } from './support/relying_party.mjs'
import { serve } from './support/server.mjs'
import { Page, Visitor } from './support/visitor.mjs'

const refusal = (code, status) => (error) => {
  assert.equal(error.error, code, String(error))
  if (status) assert.equal(error.status, status)
  return true
}

/** A refusal that comes with a challenge: openid-client then leaves the body to its caller. */
const challenge = (code, status, scheme) => async (error) => {
  assert.ok(error instanceof client.WWWAuthenticateChallengeError, String(error))
  assert.equal(error.status, status)
  assert.deepEqual(error.cause.map((one) => one.scheme), [scheme])
  assert.equal((await error.response.json()).error, code)
}

/** `assert.rejects` does not wait for a check that takes its time. */
async function refusedBy(attempt, check) {
  const error = await attempt.then(() => undefined, (error) => error)
  assert.ok(error, 'it was not refused')
  await check(error)
}

describe('openid-client', () => {
  let server
  let person
  const keys = {}

  before(async () => {
    server = await serve()
    person = await server.api.person()
    for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
      keys[alg] = (await server.api.create('/keys', { name: `relying party ${alg}`, use: 'sig', alg })).id
    }
  })

  for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256']) {
    test(`signs in with PKCE and verifies tokens signed by ${alg}`, async () => {
      const app = await application(server, { slug: `code-${alg.toLowerCase()}`, signing_key: keys[alg] ?? null })
      const config = await configure(server, app, { alg, nonRepudiation: alg !== 'HS256' })
      const metadata = config.serverMetadata()
      assert.deepEqual(metadata.id_token_signing_alg_values_supported, [alg])
      assert.equal(metadata.authorization_response_iss_parameter_supported, true)

      const { callback, tokens } = await signIn(config, new Visitor(redirectUri), person)
      assert.equal(callback.searchParams.get('iss'), metadata.issuer)
      const claims = tokens.claims()
      assert.equal(claims.email, 'ada@example.com')
      assert.equal(claims.name, 'Ada Lovelace')
      assert.equal(tokens.expires_in, 3600)

      // The signature once more, by another implementation and with the published key or the shared secret.
      const key = alg === 'HS256' ? new TextEncoder().encode(app.client_secret) : createRemoteJWKSet(new URL(metadata.jwks_uri))
      const id = await jwtVerify(tokens.id_token, key, { issuer: metadata.issuer, audience: app.client_id, algorithms: [alg] })
      assert.equal(Boolean(id.protectedHeader.kid), alg !== 'HS256')
      const access = await jwtVerify(tokens.access_token, key, { issuer: metadata.issuer, algorithms: [alg], typ: 'at+jwt' })
      assert.equal(access.payload.sub, claims.sub)
      assert.equal(access.payload.client_id, app.client_id)

      const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      assert.equal(info.email, 'ada@example.com')
      assert.equal(info.email_verified, true)
    })
  }

  test('signs in as a public client without a secret', async () => {
    const app = await application(server, { slug: 'public', client_type: 'public' })
    const config = await configure(server, app)
    const visitor = new Visitor(redirectUri)
    const { tokens } = await signIn(config, visitor, person)
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, 'RS256')
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
    assert.ok(renewed.access_token)

    const bare = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', state: 'x' })
    const refused = await visitor.go(bare)
    assert.equal(refused.searchParams.get('error'), 'invalid_request', 'PKCE is required of public clients')
    assert.equal(refused.searchParams.get('state'), 'x')
    assert.equal(refused.searchParams.get('iss'), config.serverMetadata().issuer)
  })

  test('signs in at the global issuer', async () => {
    const app = await application(server, { slug: 'global', issuer_mode: 'global', signing_key: keys.RS256 })
    const config = await configure(server, app, { issuer: `${server.publicUrl}/` })
    const { callback, tokens } = await signIn(config, new Visitor(redirectUri), person)
    assert.equal(callback.searchParams.get('iss'), `${server.publicUrl}/`)
    assert.equal(tokens.claims().iss, `${server.publicUrl}/`)
  })

  test('authenticates by POST body as well', async () => {
    const app = await application(server, { slug: 'post-body', signing_key: keys.ES256 })
    const config = await configure(server, app, { auth: client.ClientSecretPost(app.client_secret) })
    const { tokens } = await signIn(config, new Visitor(redirectUri), person)
    assert.ok(tokens.id_token)
    const wrong = await configure(server, app, { auth: client.ClientSecretBasic('not the secret') })
    await refusedBy(client.refreshTokenGrant(wrong, tokens.refresh_token), challenge('invalid_client', 401, 'basic'))
    const wrongBody = await configure(server, app, { auth: client.ClientSecretPost('not the secret') })
    await refusedBy(client.refreshTokenGrant(wrongBody, tokens.refresh_token), (error) => assert.match(`${error.status}`, /^40[01]$/))
    assert.ok((await client.refreshTokenGrant(config, tokens.refresh_token)).access_token, 'a wrong secret costs nothing')
  })

  test('refreshes with rotation, and reuse revokes the family', async () => {
    const app = await application(server, { slug: 'refresh', signing_key: keys.ES256 })
    const config = await configure(server, app)
    const { tokens: first } = await signIn(config, new Visitor(redirectUri), person)
    const second = await client.refreshTokenGrant(config, first.refresh_token)
    assert.notEqual(second.refresh_token, first.refresh_token)
    assert.notEqual(second.access_token, first.access_token)
    assert.equal(second.claims().sub, first.claims().sub)
    assert.equal(second.claims().auth_time, first.claims().auth_time)

    await assert.rejects(client.refreshTokenGrant(config, first.refresh_token), refusal('invalid_grant', 400))
    await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), refusal('invalid_grant', 400))
    assert.equal((await client.tokenIntrospection(config, second.access_token)).active, false)
    const { items } = await server.api.get('/events?action=suspicious_request')
    assert.ok(items.length > 0, 'reuse leaves an event')
  })

  test('a code is redeemed once', async () => {
    const app = await application(server, { slug: 'once', signing_key: keys.ES256 })
    const config = await configure(server, app)
    const { url, checks } = await begin(config)
    const callback = await new Visitor(redirectUri).signIn(url, person)
    const tokens = await client.authorizationCodeGrant(config, callback, checks)
    await assert.rejects(client.authorizationCodeGrant(config, callback, checks), refusal('invalid_grant', 400))
    assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false, 'its tokens are revoked')
  })

  test('introspects and revokes', async () => {
    const app = await application(server, { slug: 'looked-up', signing_key: keys.ES256 })
    const config = await configure(server, app)
    const { tokens } = await signIn(config, new Visitor(redirectUri), person)
    for (const hint of ['access_token', 'refresh_token']) {
      const token = tokens[hint]
      const found = await client.tokenIntrospection(config, token, { token_type_hint: hint })
      assert.equal(found.active, true)
      assert.equal(found.client_id, app.client_id)
      assert.equal(found.sub, tokens.claims().sub)
      await client.tokenRevocation(config, token)
      assert.deepEqual(await client.tokenIntrospection(config, token), { active: false })
    }
    await refusedBy(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), challenge('invalid_token', 401, 'bearer'))
    await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), refusal('invalid_grant', 400))
    await client.tokenRevocation(config, 'never issued')

    const other = await application(server, { slug: 'stranger', signing_key: keys.ES256 })
    const { tokens: own } = await signIn(config, new Visitor(redirectUri), person)
    const strangers = await configure(server, other)
    assert.deepEqual(await client.tokenIntrospection(strangers, own.access_token), { active: false })
  })

  for (const issuer of ['of the application', 'global']) {
    test(`logs out at the issuer ${issuer} and returns to the application`, async () => {
      const global = issuer === 'global'
      const app = await application(server, {
        slug: `logout-${global ? 'global' : 'own'}`,
        issuer_mode: global ? 'global' : 'per_provider',
        signing_key: keys.RS256,
      })
      const config = await configure(server, app, global ? { issuer: `${server.publicUrl}/` } : {})
      const visitor = new Visitor(redirectUri)
      const { tokens } = await signIn(config, visitor, person)
      const silent = await signIn(config, visitor, person, { prompt: 'none' })
      assert.equal(silent.tokens.claims().sub, tokens.claims().sub, 'the session is still there')

      visitor.stopAt = postLogoutUri
      const address = client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: postLogoutUri,
        state: 'a state/with &signs',
      })
      const path = global ? '/application/o/end-session/' : `/application/o/${app.slug}/end-session/`
      assert.equal(address.pathname, path)
      let back = await visitor.go(address)
      if (back instanceof Page) back = await visitor.submit(back, 'logout-form', {}, 'submit')
      assert.ok(back instanceof URL, back.text)
      assert.equal(back.searchParams.get('state'), 'a state/with &signs')

      visitor.stopAt = redirectUri
      const { url, checks } = await begin(config, { prompt: 'none' })
      await assert.rejects(client.authorizationCodeGrant(config, await visitor.go(url), checks), refusal('login_required'))
    })
  }

  test('a foreign address after logout is refused and logs nobody out', async () => {
    const app = await application(server, { slug: 'logout-foreign', signing_key: keys.RS256 })
    const config = await configure(server, app)
    const visitor = new Visitor(redirectUri)
    const { tokens } = await signIn(config, visitor, person)
    const address = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://evil.example.net/',
    })
    const page = await visitor.go(address)
    assert.equal(page.status, 400)
    assert.ok(page.errorCode)
    assert.doesNotMatch(page.text, /(?:href|action|src|content)="[^"]*evil\.example\.net/, 'it may be shown, never offered')
    await signIn(config, visitor, person, { prompt: 'none' })
  })

  test('gets tokens for itself by client credentials', async () => {
    const app = await application(server, {
      slug: 'machine',
      signing_key: keys.ES256,
      grant_types: ['client_credentials'],
    })
    const config = await configure(server, app)
    const tokens = await client.clientCredentialsGrant(config, { scope: 'profile' })
    assert.equal(tokens.scope, 'profile')
    assert.equal(tokens.refresh_token, undefined)
    const found = await client.tokenIntrospection(config, tokens.access_token)
    assert.equal(found.active, true)
  })

  test('a foreign redirect URI ends on an error page, never at that address', async () => {
    const app = await application(server, { slug: 'foreign', signing_key: keys.RS256 })
    const config = await configure(server, app)
    const { url } = await begin(config, { redirect_uri: 'https://evil.example.net/callback' })
    const page = await new Visitor('https://evil.example.net').go(url)
    assert.ok(page instanceof Page)
    assert.equal(page.status, 400)
    assert.ok(page.errorCode)
    assert.ok(page.element('error')['data-transaction'])
    assert.doesNotMatch(page.text, /(?:href|action|src|content)="[^"]*evil\.example\.net/, 'it may be shown, never offered')
  })
})
