// Auth0's own SDK, which does not know that this is another server: connections with every call, its typed errors, its token, and
// a whole sign-in through a connection that it has made. The commands of docs/how-to/auth0.md run as they are printed.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { before, describe, test } from 'node:test'
import { ManagementClient, ManagementError } from 'auth0'
import { ConnectionsClient } from 'auth0/connections'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { blocks, objects, shell } from './support/examples.mjs'
import { atEnd, serve } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

const callback = 'https://app.example.com/cb'
const uuid = '6f1c4a9e-0000-4000-8000-00000000c0de'

/** A provider that knows one person and speaks plain OAuth 2.0. `seen` keeps what it was asked. */
async function upstream() {
  const seen = []
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://upstream')
    let body = ''
    for await (const piece of request) body += piece
    seen.push({ path: url.pathname, query: url.searchParams, headers: request.headers, body: new URLSearchParams(body) })
    const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri'))
      back.searchParams.set('code', 'a-code')
      back.searchParams.set('state', url.searchParams.get('state'))
      return response.writeHead(302, { location: String(back) }).end()
    }
    if (url.pathname === '/token') return json(200, { access_token: 'a-token', token_type: 'bearer' })
    if (request.headers.authorization !== 'Bearer a-token') return json(401, { error: 'invalid_token' })
    return json(200, { account: { uuid, email: 'Noor@harbor.test' } })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  })
  return { base: `http://127.0.0.1:${server.address().port}`, seen }
}

describe('the SDK of Auth0', () => {
  let server
  let connections
  let application

  before(async () => {
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8,::1' })
    connections = new ConnectionsClient({ baseUrl: `${server.publicUrl}/api/v2`, token: server.token, maxRetries: 0 })
    application = await server.api.create('/applications', {
      name: 'Harbor',
      redirect_uris: [{ url: callback }],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      management_scopes: ['create:connections', 'read:connections', 'read:connections_options'],
      consent_mode: 'skip',
      signing_key: (await server.api.get('/keys?alg=RS256')).items.find((key) => key.state === 'active').id,
    })
  })

  const options = { client_id: 'hh-web', client_secret: 'hh-secret', scope: 'me.read', upstream_params: { screen: { value: 'signup' } } }

  test('makes, reads, changes and deletes a connection', async () => {
    const made = await connections.create({ name: 'first', strategy: 'oauth2', options })
    assert.match(made.id, /^con_[0-9A-Z]{16}$/)
    assert.deepEqual(made.options, options)
    assert.deepEqual([made.realms, made.enabled_clients, made.is_domain_connection], [['first'], [], false])
    assert.deepEqual(await connections.get(made.id), made)
    assert.deepEqual(await connections.get(made.id, { fields: 'name', include_fields: true }), { name: 'first' })
    const changed = await connections.update(made.id, { display_name: 'First', options: { client_id: 'other' } })
    assert.deepEqual(changed, { ...made, display_name: 'First', options: { client_id: 'other' } })
    await connections.delete(made.id)
    await assert.rejects(connections.get(made.id), (error) => {
      assert.deepEqual([error.statusCode, error.body.errorCode], [404, 'inexistent_connection'])
      return error.constructor.name === 'NotFoundError'
    })
  })

  test('goes through all pages', async () => {
    for (const name of ['a', 'b', 'c']) await connections.create({ name: `page-${name}`, strategy: 'oauth2' })
    const names = []
    for await (const connection of await connections.list({ take: 2, strategy: ['oauth2', 'google-oauth2'] })) names.push(connection.name)
    assert.deepEqual(names.sort(), ['page-a', 'page-b', 'page-c'])
    const one = await connections.list({ name: 'page-b', fields: 'name' })
    assert.deepEqual(one.data, [{ name: 'page-b' }])
    assert.equal(one.hasNextPage(), false)
  })

  test('enables and disables clients', async () => {
    const made = await connections.create({ name: 'clients', strategy: 'oauth2' })
    await connections.clients.update(made.id, [{ client_id: application.client_id, status: true }])
    assert.deepEqual((await connections.clients.get(made.id)).data, [{ client_id: application.client_id }])
    await connections.clients.update(made.id, [{ client_id: application.client_id, status: false }])
    assert.deepEqual((await connections.clients.get(made.id)).data, [])
  })

  test('raises its typed errors', async () => {
    const fails = (promise, type, status, code) =>
      assert.rejects(promise, (error) => {
        assert.deepEqual([error.constructor.name, error.statusCode, error.body.errorCode], [type, status, code])
        return true
      })
    await connections.create({ name: 'taken', strategy: 'oauth2' })
    await fails(connections.create({ name: 'taken', strategy: 'oauth2' }), 'ConflictError', 409, 'connection_conflict')
    await fails(connections.create({ name: 'not a name', strategy: 'oauth2' }), 'BadRequestError', 400, 'invalid_body')
    const foreign = new ConnectionsClient({ baseUrl: `${server.publicUrl}/api/v2`, token: 'nobody', maxRetries: 0 })
    await fails(foreign.list(), 'UnauthorizedError', 401, 'invalid_token')
    const reader = await server.api.create('/api-tokens', { name: 'reader', permissions: ['read:connections'] })
    const poor = new ConnectionsClient({ baseUrl: `${server.publicUrl}/api/v2`, token: reader.value, maxRetries: 0 })
    await fails(poor.create({ name: 'x', strategy: 'oauth2' }), 'ForbiddenError', 403, 'insufficient_scope')
  })

  test('gets its own token, and asks for it once', async () => {
    const asked = []
    const management = new ManagementClient({
      domain: new URL(server.publicUrl).host,
      clientId: application.client_id,
      clientSecret: application.client_secret,
      audience: `${server.publicUrl}/api/v2/`,
      // The SDK knows https only; this server of a test listens without.
      fetch: (url, settings) => {
        asked.push(new URL(url).pathname)
        return fetch(String(url).replace('https:', 'http:'), settings)
      },
    })
    const made = await management.connections.create({ name: 'by-token', strategy: 'oauth2', options })
    assert.deepEqual(made.options, options, 'read:connections_options')
    await Promise.all([management.connections.get(made.id), management.connections.list({ name: 'by-token' })])
    assert.equal(asked.filter((path) => path === '/oauth/token').length, 1)
    await assert.rejects(management.connections.delete(made.id), (error) => error instanceof ManagementError && error.statusCode === 403)
  })

  test('a person signs in through a connection that was made with the commands of docs/how-to/auth0.md', async () => {
    const provider = await upstream()
    const run = await shell(server)
    const page = await blocks('how-to/auth0.md', 'sh')
    assert.equal(page.length, 3, 'each block has its test here')
    const [made] = objects(await run(`UPSTREAM=${provider.base} CLIENT_SECRET=hh-secret\n${page[0]}`))
    assert.deepEqual([made.name, made.display_name, made.options.client_secret], ['harbor-hr', 'Harbor', 'hh-secret'])
    await run(`ID=${made.id} CLIENT_ID=${application.client_id}\n${page[1]}`)
    const [token] = objects(await run(`APPLICATION=${application.client_id} SECRET=${application.client_secret}\n${page[2]}`))
    assert.equal(token.scope, 'create:connections read:connections read:connections_options')

    const asked = new URL('/authorize', server.publicUrl)
    asked.search = new URLSearchParams({
      response_type: 'code',
      client_id: application.client_id,
      redirect_uri: callback,
      scope: 'openid profile email',
      state: 'of the application',
      connection: 'harbor-hr',
    })
    const back = await new Visitor(callback).go(asked)
    assert.equal(back.searchParams.get('state'), 'of the application', String(back))
    const answer = await fetch(`${server.publicUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'authorization_code',
        client_id: application.client_id,
        client_secret: application.client_secret,
        code: back.searchParams.get('code'),
        redirect_uri: callback,
      }),
    })
    assert.equal(answer.status, 200)
    const tokens = await answer.json()
    const discovery = await (await fetch(`${server.publicUrl}/.well-known/openid-configuration`)).json()
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri))
    const { payload } = await jwtVerify(tokens.id_token, keys, { issuer: discovery.issuer, audience: application.client_id })
    assert.deepEqual([payload.sub, payload.email, payload.nickname], [`oauth2|harbor-hr|${uuid}`, 'Noor@harbor.test', 'Noor'])

    const [sent, redeemed, profile] = provider.seen
    assert.deepEqual([sent.path, redeemed.path, profile.path], ['/authorize', '/token', '/userinfo'])
    assert.equal(sent.query.get('redirect_uri'), `${server.publicUrl}/login/callback`)
    assert.equal(redeemed.body.get('client_secret'), 'hh-secret')
    assert.ok(redeemed.headers['user-agent'], 'B-2.9')

    const user = await fetch(`${server.publicUrl}/api/v2/users/${encodeURIComponent(payload.sub)}`, {
      headers: { authorization: `Bearer ${server.token}` },
    })
    const known = await user.json()
    assert.deepEqual([known.user_id, known.logins_count, known.identities[0].connection], [payload.sub, 1, 'harbor-hr'])
  })
})
