// Implicit and hybrid sign-ins with openid-client as the relying party, answers in a form through Chromium with and
// without JavaScript, and the pages of docs/how-to executed as they are printed.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { before, describe, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { chromium } from './support/chromium.mjs'
import { start } from './support/examples.mjs'
import { application, redirectUri } from './support/relying_party.mjs'
import { atEnd, serve } from './support/server.mjs'
import { Page, Visitor } from './support/visitor.mjs'

const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']
const flows = ['authorization_code', 'implicit', 'hybrid', 'refresh_token']

/** Signs in and consents, whichever is asked, until a page of another kind or the application's address is reached. */
async function arrive(visitor, url, person) {
  let page = await visitor.go(url)
  for (let step = 0; step < 5 && page instanceof Page; step++) {
    if (page.form('login-form')) {
      page = await visitor.submit(page, 'login-form', { username: person.username, password: person.password })
    } else if (page.form('consent-form')) {
      page = await visitor.submit(page, 'consent-form', {}, 'allow')
    } else break
  }
  return page
}

/** What a browser would post from the page of an answer. */
function posted(page) {
  assert.ok(page instanceof Page && page.form('form-post'), page.text ?? page.href)
  const { action, method, fields } = page.form('form-post')
  assert.equal(method, 'post')
  return new Request(action, { method: 'POST', body: new URLSearchParams(fields) })
}

describe('openid-client without a code, and with one beside an ID token', () => {
  let server
  let person
  const keys = {}

  before(async () => {
    server = await serve()
    person = await server.api.person()
    for (const alg of algorithms) {
      keys[alg] = (await server.api.create('/keys', { name: `flows ${alg}`, use: 'sig', alg })).id
    }
  })

  async function configure(app, alg, ...execute) {
    const isPublic = app.client_type === 'public'
    return client.discovery(
      new URL(`${server.publicUrl}/application/o/${app.slug}/`),
      app.client_id,
      { ...(isPublic ? {} : { client_secret: app.client_secret }), id_token_signed_response_alg: alg },
      isPublic ? client.None() : client.ClientSecretBasic(app.client_secret),
      { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks, ...execute] },
    )
  }

  const make = (slug, alg, fields = {}) => application(server, { slug, signing_key: keys[alg], grant_types: flows, ...fields })

  for (const alg of algorithms) {
    test(`implicit: an ID token signed by ${alg}, by fragment and by form`, async () => {
      const app = await make(`implicit-${alg.toLowerCase()}`, alg)
      const config = await configure(app, alg, client.useIdTokenResponseType)
      assert.ok(config.serverMetadata().response_types_supported.includes('id_token'))
      for (const mode of ['fragment', 'form_post']) {
        const [nonce, state] = [client.randomNonce(), client.randomState()]
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: 'openid email profile',
          ...(mode === 'form_post' && { response_mode: mode }),
          nonce,
          state,
        })
        assert.equal(url.searchParams.get('response_type'), 'id_token')
        const back = await arrive(new Visitor(redirectUri), url, person)
        const answer = mode === 'form_post' ? posted(back) : back
        const claims = await client.implicitAuthentication(config, answer, nonce, { expectedState: state })
        assert.equal(claims.email, 'ada@example.com', 'there is no userinfo to ask')
        assert.equal(claims.at_hash, undefined)
      }
    })

    test(`hybrid: code and ID token signed by ${alg}, by fragment and by form`, async () => {
      const app = await make(`hybrid-${alg.toLowerCase()}`, alg)
      const config = await configure(app, alg, client.useCodeIdTokenResponseType)
      for (const mode of ['fragment', 'form_post']) {
        const checks = {
          pkceCodeVerifier: client.randomPKCECodeVerifier(),
          expectedState: client.randomState(),
          expectedNonce: client.randomNonce(),
        }
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: 'openid email offline_access',
          ...(mode === 'form_post' && { response_mode: mode }),
          nonce: checks.expectedNonce,
          state: checks.expectedState,
          code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
          code_challenge_method: 'S256',
        })
        assert.equal(url.searchParams.get('response_type'), 'code id_token')
        const back = await arrive(new Visitor(redirectUri), url, person)
        // openid-client compares c_hash, iss, nonce and state, and both ID tokens.
        const tokens = await client.authorizationCodeGrant(config, mode === 'form_post' ? posted(back) : back, checks)
        const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
        assert.equal(info.email, 'ada@example.com')
        const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
        assert.equal(renewed.claims().sub, tokens.claims().sub)
      }
    })
  }

  test('access tokens from the front: at_hash, c_hash, userinfo, introspection', async () => {
    const app = await make('front', 'ES384')
    const config = await configure(app, 'ES384')
    const { issuer, jwks_uri: jwksUri } = config.serverMetadata()
    const half = (value) => createHash('sha384').update(value, 'ascii').digest().subarray(0, 24).toString('base64url')
    for (const [asked, code] of [['token id_token', false], ['code token', true], ['code id_token token', true]]) {
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri, scope: 'openid email', response_type: asked, nonce: 'the nonce', state: 'the state',
      })
      const back = await arrive(new Visitor(redirectUri), url, person)
      const said = new URLSearchParams(back.hash.slice(1))
      assert.equal(back.search, '')
      assert.equal(said.get('state'), 'the state')
      assert.equal(said.get('iss'), issuer)
      assert.equal(said.get('token_type'), 'Bearer')
      assert.equal(said.has('code'), code)
      const found = await client.tokenIntrospection(config, said.get('access_token'))
      assert.equal(found.active, true)
      assert.equal((await client.fetchUserInfo(config, said.get('access_token'), found.sub)).email, 'ada@example.com')
      if (!asked.includes('id_token')) continue
      const { payload } = await jwtVerify(said.get('id_token'), createRemoteJWKSet(new URL(jwksUri)), {
        issuer, audience: app.client_id, algorithms: ['ES384'],
      })
      assert.equal(payload.nonce, 'the nonce')
      assert.equal(payload.at_hash, half(said.get('access_token')))
      assert.equal(payload.c_hash, code ? half(said.get('code')) : undefined)
      assert.equal(payload.sub, found.sub)
    }
  })

  test('a public application signs in by both flows', async () => {
    const app = await make('public-flows', 'RS256', { client_type: 'public' })
    const implicit = await configure(app, 'RS256', client.useIdTokenResponseType)
    const nonce = client.randomNonce()
    const visitor = new Visitor(redirectUri)
    const url = client.buildAuthorizationUrl(implicit, { redirect_uri: redirectUri, scope: 'openid', nonce })
    const claims = await client.implicitAuthentication(implicit, await arrive(visitor, url, person), nonce)
    const hybrid = await configure(app, 'RS256', client.useCodeIdTokenResponseType)
    const bare = client.buildAuthorizationUrl(hybrid, { redirect_uri: redirectUri, scope: 'openid', nonce })
    const refused = new URLSearchParams((await visitor.go(bare)).hash.slice(1))
    assert.equal(refused.get('error'), 'invalid_request', 'PKCE protects a code that a public application gets')
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    bare.searchParams.set('code_challenge', await client.calculatePKCECodeChallenge(pkceCodeVerifier))
    bare.searchParams.set('code_challenge_method', 'S256')
    const checks = { pkceCodeVerifier, expectedNonce: nonce }
    const tokens = await client.authorizationCodeGrant(hybrid, await visitor.go(bare), checks)
    assert.equal(tokens.claims().sub, claims.sub)
  })

  test('what an application may not use is refused in the fragment', async () => {
    const app = await application(server, { slug: 'code-only', signing_key: keys.RS256 })
    const config = await configure(app, 'RS256')
    assert.deepEqual(config.serverMetadata().response_types_supported, ['code'])
    for (const responseType of ['id_token', 'id_token token', 'code token', 'code id_token', 'code id_token token']) {
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri, scope: 'openid', response_type: responseType, nonce: 'n', state: 's',
      })
      const back = await new Visitor(redirectUri).go(url)
      const said = Object.fromEntries(new URLSearchParams(back.hash.slice(1)))
      assert.equal(said.error, 'unauthorized_client', responseType)
      assert.equal(said.state, 's')
    }
  })
})

describe('Chromium with an answer in a form', () => {
  let server
  let person
  let app
  let address
  const received = []

  before(async () => {
    server = await serve()
    person = await server.api.person()
    const relyingParty = createServer(async (request, response) => {
      if (request.url.startsWith('/callback')) {
        const body = (await request.setEncoding('utf8').toArray()).join('')
        received.push({ method: request.method, headers: request.headers, url: request.url, fields: new URLSearchParams(body) })
        response.setHeader('content-type', 'text/html').end('<!DOCTYPE html><title>rp</title><p id="arrived">arrived</p>')
      } else response.writeHead(404).end()
    })
    await new Promise((done) => relyingParty.listen(0, '127.0.0.1', done))
    atEnd(() => new Promise((done) => relyingParty.close(done).closeAllConnections()))
    address = `http://127.0.0.1:${relyingParty.address().port}/callback?keep=1`
    app = await server.api.create('/applications', {
      name: 'A "quoted" <name> & more',
      slug: 'form',
      redirect_uris: [{ matching_mode: 'strict', url: address }],
      grant_types: flows,
      consent_mode: 'skip',
    })
  })

  const request = (more) => {
    const url = new URL(`${server.publicUrl}/application/o/authorize/`)
    url.search = new URLSearchParams({
      client_id: app.client_id,
      redirect_uri: address,
      response_type: 'code',
      response_mode: 'form_post',
      scope: 'openid',
      state: 'a "state" <with> \'signs\' & ünïcode \u202e',
      nonce: 'n',
      ...more,
    })
    return url
  }

  for (const scripts of [true, false]) {
    test(`${scripts ? 'with' : 'without'} JavaScript a code, tokens and an error arrive by POST`, async () => {
      const browser = await chromium({ scripts })
      const leave = async () => {
        if (scripts) return browser.find('#arrived')
        await browser.find('#form-post')
        assert.match(await browser.text('h1'), /A "quoted" <name> & more/)
        return browser.press('#form-post #continue')
      }
      received.length = 0
      await browser.go(request({ prompt: 'none' }))
      await leave()
      assert.equal(received.at(-1).fields.get('error'), 'login_required')

      await browser.go(request())
      await browser.signIn(person.username, person.password)
      if (!scripts) await browser.screenshots('12-form-post')
      await leave()
      await browser.find('#arrived')
      const { method, headers, url, fields } = received.at(-1)
      assert.equal(method, 'POST')
      assert.equal(url, '/callback?keep=1', 'nothing of the answer stands in the address')
      assert.equal(headers['content-type'], 'application/x-www-form-urlencoded')
      assert.equal(headers.referer, undefined)
      assert.deepEqual([...fields.keys()], ['code', 'state', 'iss'])
      assert.equal(fields.get('state'), 'a "state" <with> \'signs\' & ünïcode \u202e')
      assert.equal(await browser.url(), address)

      await browser.go(request({ response_type: 'code id_token token' }))
      await leave()
      await browser.find('#arrived')
      assert.deepEqual(
        [...received.at(-1).fields.keys()],
        ['access_token', 'id_token', 'code', 'token_type', 'expires_in', 'scope', 'state', 'iss'],
      )
      assert.equal(received.length, 3, 'each answer is sent once')
      await browser.close()
    })
  }
})

describe('the pages of docs/how-to, as they are printed', () => {
  let server
  let person

  before(async () => {
    server = await serve()
    person = await server.api.person()
  })

  test('authorization-code.md', async () => {
    const page = await arrive(new Visitor(), await start('how-to/authorization-code.md', server), person)
    assert.equal(page.text, 'Hello Ada Lovelace\n')
  })

  for (const name of ['hybrid.md', 'form-post.md']) {
    test(name, async () => {
      const visitor = new Visitor()
      const page = await arrive(visitor, await start(`how-to/${name}`, server), person)
      assert.equal((await visitor.submit(page, 'form-post')).text, 'Hello Ada Lovelace\n')
    })
  }

  test('implicit.md', async () => {
    const here = await start('how-to/implicit.md', server)
    const browser = await chromium()
    await browser.go(here)
    await browser.signIn(person.username, person.password)
    await browser.press('#consent-form #allow')
    await browser.driver.wait(async () => (await browser.text('#greeting')) === 'Hello Ada Lovelace', 10_000, 'a greeting')
    assert.equal(await browser.url(), `${here}callback`, 'the tokens leave the address bar')
    await browser.close()
  })
})
