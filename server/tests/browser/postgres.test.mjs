// The same sign-in on PostgreSQL: once in a browser, and once over two nodes that share nothing but the database.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import * as client from 'openid-client'
import { chromium } from './support/chromium.mjs'
import { newDatabase } from './support/postgres.mjs'
import { roundRobin } from './support/proxy.mjs'
import { application, begin, configure, redirectUri, scope, signIn } from './support/relying_party.mjs'
import { serve } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

describe('PostgreSQL', () => {
  test('a browser signs in', async () => {
    const server = await serve({ VESTIBULE_DATABASE_URL: await newDatabase() })
    const person = await server.api.person()
    // The application lives at an address that answers: the health page stands in for it.
    const callback = `${server.publicUrl}/health/live`
    const app = await application(server, {
      slug: 'browser',
      redirect_uris: [{ matching_mode: 'strict', url: callback }],
      consent_mode: 'always',
    })
    const config = await configure(server, app, { nonRepudiation: false })
    const { url, checks } = await begin(config, { redirect_uri: callback })
    const browser = await chromium()
    await browser.go(url)
    await browser.signIn(person.username, person.password)
    await browser.press('#consent-form #allow')
    const answer = new URL(await browser.url())
    assert.equal(answer.pathname, '/health/live')
    const tokens = await client.authorizationCodeGrant(config, answer, checks)
    assert.equal(tokens.claims().email, 'ada@example.com')
    await browser.close()
  })

  test('two nodes finish one sign-in, each step answered by the other', async () => {
    const database = await newDatabase()
    const proxy = await roundRobin()
    const shared = {
      VESTIBULE_DATABASE_URL: database,
      VESTIBULE_PUBLIC_URL: proxy.url,
      VESTIBULE_MASTER_KEY: randomBytes(32).toString('base64'),
      VESTIBULE_BOOTSTRAP_TOKEN: randomBytes(24).toString('base64url'),
      VESTIBULE_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
    }
    const first = await serve(shared)
    const second = await serve(shared)
    proxy.nodes.push(first.url, second.url)

    const person = await first.api.person()
    const app = await application(second, { slug: 'two-nodes', signing_key: null, consent_mode: 'always' })
    const config = await configure({ publicUrl: proxy.url }, app, { nonRepudiation: false })
    proxy.served.length = 0

    const visitor = new Visitor(redirectUri)
    const { callback, tokens } = await signIn(config, visitor, person)
    assert.equal(callback.searchParams.get('iss'), `${proxy.url}/application/o/two-nodes/`)
    await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
    assert.ok(renewed.scope.split(' ').every((word) => scope.split(' ').includes(word)))
    await client.tokenRevocation(config, renewed.refresh_token)
    assert.deepEqual(await client.tokenIntrospection(config, renewed.refresh_token), { active: false })

    const nodes = proxy.served.map(({ node }) => node)
    assert.ok(nodes.length >= 8, JSON.stringify(proxy.served))
    nodes.reduce((before, now) => {
      assert.notEqual(now, before, 'each request went to the other node')
      return now
    })
    assert.deepEqual(proxy.served.filter(({ status }) => status >= 400), [])
  })

  test('a change on one node is seen by the other', async () => {
    const database = await newDatabase()
    const shared = {
      VESTIBULE_DATABASE_URL: database,
      VESTIBULE_PUBLIC_URL: 'http://localhost:9000',
      VESTIBULE_MASTER_KEY: randomBytes(32).toString('base64'),
      VESTIBULE_BOOTSTRAP_TOKEN: randomBytes(24).toString('base64url'),
    }
    const first = await serve(shared)
    const second = await serve(shared)
    const app = await application(first, { slug: 'shared', grant_types: ['client_credentials'] })
    const token = (secret) =>
      fetch(`${second.url}/application/o/token/`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${app.client_id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    assert.equal((await token(app.client_secret)).status, 200)
    await first.api.patch(`/applications/${app.id}`, { enabled: false })
    const end = Date.now() + 5000
    let status = 200
    while (status === 200 && Date.now() < end) status = (await token(app.client_secret)).status
    assert.ok(status >= 400, 'the other node went on serving a disabled application for 5 seconds')
  })
})
