// Sources whose upstream is a certified OpenID provider of somebody else, `oidc-provider`: the commands of
// docs/how-to/source-openid-connect.md as they are printed, a person in Chromium, and every way to prove oneself at its token
// endpoint.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { blocks, objects, shell } from './support/examples.mjs'
import { provider as upstream, secret } from './support/provider.mjs'
import { serve } from './support/server.mjs'

const loopback = '127.0.0.0/8,::1'
describe('a source that is oidc-provider', () => {
  let server
  let provider
  let run
  let ours

  const client = (key, more = {}) => ({
    client_id: key === 'company' ? 'vestibule' : key,
    client_secret: secret,
    redirect_uris: [`${server.publicUrl}/source/oauth/callback/${key}/`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...more,
  })

  before(async () => {
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: loopback })
    ours = await server.api.create('/keys', { name: 'For sources', alg: 'ES256', state: 'active' })
    provider = await upstream([
      client('company'),
      client('post', { token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' }),
      client('signed', { id_token_signed_response_alg: 'PS256', userinfo_signed_response_alg: 'ES256' }),
      client('key', { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [ours.public_jwk] } }),
      client('open', { client_secret: undefined, token_endpoint_auth_method: 'none' }),
    ])
    run = await shell(server)
  })

  /** Signs in at the source from the sign-in page, and answers the browser. */
  async function come(source, who) {
    const browser = await chromium()
    await browser.go(`${server.publicUrl}/login`)
    await browser.press(`.source[data-source=${source}]`)
    await browser.fill('input[name=login]', who)
    await browser.fill('input[name=password]', 'anything')
    await browser.press('button[type=submit]')
    await browser.press('button[type=submit]')
    assert.equal(new URL(await browser.url()).origin, server.publicUrl, provider.problems.join('\n'))
    assert.equal(await browser.has('#error'), false, `${await browser.text()}\n${provider.problems.join('\n')}`)
    return browser
  }

  const links = async (source) => (await server.api.get(`/external-accounts?source=${source}`)).items
  const accounts = async () => (await server.api.get('/users')).items.length

  test('the commands of docs/how-to/source-openid-connect.md', async () => {
    const page = await blocks('how-to/source-openid-connect.md', 'sh')
    assert.equal(page.length, 3, 'each block has its test here')
    const settings = `UPSTREAM=${provider.issuer} CLIENT_SECRET=${secret}\n`
    const [made] = objects(await run(settings + page[0]))
    assert.deepEqual([made.key, made.kind, made.issuer], ['company', 'oidc', provider.issuer])
    assert.equal(made.token_endpoint, `${provider.issuer}/token`)
    assert.ok(made.keys_read_at, 'the keys were read')
    const [again] = objects(await run(page[1]))
    assert.deepEqual(again.differences, [])
    const [tried] = objects(await run(page[2]))
    assert.ok(tried.authorize_url.startsWith(`${provider.issuer}/auth?`), tried.authorize_url)
    assert.deepEqual(tried.errors, [])
  })

  test('a person comes in, and comes back as the same', async () => {
    const first = await come('company', 'ada')
    await first.go(`${server.publicUrl}/account`)
    await first.find('li.linked[data-source=company]')
    await first.close()
    const [link] = await links('company')
    assert.deepEqual([link.provider_user_id, link.email_address], ['ada', 'ada@example.com'])
    const before = await accounts()
    await (await come('company', 'ada')).close()
    assert.equal(await accounts(), before)
    assert.equal((await links('company')).length, 1)
  })

  const source = (key, more) => server.api.create('/sources', {
    key,
    name: key,
    kind: 'oidc',
    client_id: key,
    client_secret: secret,
    pkce: 'S256',
    discovery_url: `${provider.issuer}/.well-known/openid-configuration`,
    ...more,
  })

  for (const [key, what, more] of [
    ['post', 'the secret in the form, ID tokens by ES256', () => ({ token_endpoint_auth_method: 'client_secret_post' })],
    ['signed', 'ID tokens by PS256, and a profile that is signed as well', () => ({})],
    ['key', 'a key instead of a secret', () => ({
      client_secret: undefined,
      token_endpoint_auth_method: 'private_key_jwt',
      assertion_key: ours.id,
    })],
    ['open', 'nothing but PKCE', () => ({ client_secret: undefined, token_endpoint_auth_method: 'none' })],
  ]) {
    test(what, async () => {
      await source(key, more())
      await (await come(key, `person-${key}`)).close()
      const [link] = await links(key)
      assert.equal(link.provider_user_id, `person-${key}`)
    })
  }

  test('who declines there is told so here', async () => {
    const browser = await chromium()
    await browser.go(`${server.publicUrl}/login`)
    await browser.press('.source[data-source=company]')
    await browser.find('input[name=login]')
    await browser.press('a[href$="/abort"]')
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'upstream_access_denied')
    await browser.close()
  })
})

describe('a source that speaks OAuth 1.0a', () => {
  test('the command of docs/how-to/source-oauth1.md', async () => {
    const server = await serve({ VESTIBULE_OUTGOING_ALLOW: loopback })
    const run = await shell(server)
    const [command] = await blocks('how-to/source-oauth1.md', 'sh')
    const [made] = objects(await run(`UPSTREAM=http://127.0.0.1:9 CLIENT_SECRET=${secret}\n${command}`))
    assert.deepEqual([made.key, made.kind, made.oauth1_signature_method], ['veteran', 'oauth1', 'HMAC-SHA1'])
    assert.equal(made.redirect_uri, `${server.publicUrl}/source/oauth/callback/veteran/`)
  })
})

describe('a source that speaks plain OAuth 2.0', () => {
  test('the commands of docs/how-to/source-oauth2.md', async () => {
    const server = await serve({ VESTIBULE_OUTGOING_ALLOW: loopback })
    const run = await shell(server)
    const [command] = await blocks('how-to/source-oauth2.md', 'sh')
    const [made] = objects(await run(`UPSTREAM=http://127.0.0.1:9 CLIENT_SECRET=${secret}\n${command}`))
    assert.deepEqual([made.key, made.kind, made.has_client_secret], ['legacy_idp', 'oauth2', true])
    const [script] = await blocks('how-to/source-oauth2.md', 'js')
    const changed = await server.api.patch('/sources/legacy_idp', { profile_script: script })
    assert.equal(changed.profile_script, script)
    const left = await fetch(`${server.publicUrl}/source/oauth/login/legacy_idp/`, { redirect: 'manual' })
    const there = new URL(left.headers.get('location'))
    assert.equal(there.origin + there.pathname, 'http://127.0.0.1:9/authorize')
    assert.equal(there.searchParams.get('scope'), 'read_profile read_email')
    assert.equal(there.searchParams.get('redirect_uri'), `${server.publicUrl}/source/oauth/callback/legacy_idp/`)
  })
})
