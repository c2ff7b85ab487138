// The page docs/how-to/machine-to-machine.md, run as it is printed, and what its tokens open.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { blocks, objects, shell } from './support/examples.mjs'
import { serve, until } from './support/server.mjs'

describe('docs/how-to/machine-to-machine.md, as it is printed', () => {
  let server
  let run
  let page

  before(async () => {
    server = await serve()
    run = await shell(server)
    page = await blocks('how-to/machine-to-machine.md', 'sh')
    assert.equal(page.length, 8, 'each block has its test below')
  })

  const userinfo = async (tokens) => {
    const response = await fetch(`${server.publicUrl}/application/o/userinfo/`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    return { status: response.status, ...(response.status === 200 && (await response.json())) }
  }

  const introspection = async (tokens) => {
    const body = new URLSearchParams({ token: tokens.access_token, client_id: 'backup', client_secret: 'a-secret-of-at-least-32-characters' })
    return (await fetch(`${server.publicUrl}/application/o/introspect/`, { method: 'POST', body })).json()
  }

  /** Tokens of a program: an ID token because `openid` was named, never a refresh token, and claims of this account. */
  async function of(username, tokens) {
    assert.deepEqual(Object.keys(tokens).sort(), ['access_token', 'expires_in', 'id_token', 'scope', 'token_type'])
    assert.equal(tokens.scope, 'openid profile')
    const told = await userinfo(tokens)
    assert.equal(told.preferred_username, username)
    assert.equal(told.sub, decodeJwt(tokens.id_token).sub)
  }

  test('an application that may do it', async () => {
    const [app] = objects(await run(page[0]))
    assert.equal(app.slug, 'backup')
    assert.deepEqual(app.grant_types, ['client_credentials', 'password'])
  })

  test('with the client secret', async () => {
    const [tokens] = objects(await run(page[1]))
    await of('ak-Backup-client_credentials', tokens)
    const [again] = objects(await run(page[1]))
    assert.equal(decodeJwt(again.id_token).sub, decodeJwt(tokens.id_token).sub, 'the account stays the same')
  })

  test('with an app password, and in the base64 form', async () => {
    const answers = objects(await run(page[2]))
    assert.equal(answers.length, 3)
    const [user, tokens, sparse] = answers
    assert.deepEqual([user.username, user.type], ['robot', 'service_account'])
    await of('robot', tokens)
    // Who names no scope gets none; the token stands for the account all the same.
    assert.deepEqual([sparse.scope, sparse.id_token], ['', undefined])
    const told = await introspection(sparse)
    assert.deepEqual([told.active, told.sub, told.username], [true, decodeJwt(tokens.id_token).sub, 'robot'])
    const { items } = await server.api.get('/users/robot/app-passwords')
    assert.deepEqual(items.map(({ name }) => name), ['nightly'])
    // Deleted, and its tokens are dead at once.
    await server.api.call('DELETE', `/users/robot/app-passwords/${items[0].id}`, undefined, 204)
    assert.equal((await userinfo(tokens)).status, 401)
    assert.deepEqual(await introspection(sparse), { active: false })
  })

  test('an app password made on the command line', async () => {
    const printed = await run(page[3])
    const { items } = await server.api.get('/users/robot/app-passwords')
    assert.deepEqual(items.filter(({ name }) => name === 'weekly').map(({ name, expires_at }) => [name, expires_at]), [['weekly', '2099-12-31T00:00:00Z']])
    const value = printed.match(/^value +(vap_\S+)$/m)[1]
    const body = new URLSearchParams({ grant_type: 'password', client_id: 'backup', username: 'robot', password: value, scope: 'openid profile' })
    const response = await fetch(`${server.publicUrl}/application/o/token/`, { method: 'POST', body })
    assert.equal(response.status, 200, printed)
    await of('robot', await response.json())
  })

  test('with the token of another application', async () => {
    const [front, back, tokens] = objects(await run(page[4]))
    assert.match(front.signing_key, /^key_/)
    assert.deepEqual(back.federated_applications, ['front'])
    assert.equal((await userinfo(tokens)).status, 200)
    const { aud, sub } = decodeJwt(tokens.id_token)
    assert.equal(aud, 'back')
    const account = (await server.api.get('/users?q=ak-Front')).items
    assert.equal(account.length, 1, 'the front end acted for itself')
    assert.equal((await userinfo(tokens)).sub, sub)
    // The assertion was a token that others can check.
    const keys = createRemoteJWKSet(new URL(`${server.publicUrl}/application/o/front/jwks/`))
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'front', client_secret: 'another-secret-of-at-least-32-characters' })
    const { access_token } = await (await fetch(`${server.publicUrl}/application/o/token/`, { method: 'POST', body })).json()
    await jwtVerify(access_token, keys, { typ: 'at+jwt', algorithms: ['RS256'] })
  })

  test('with the token of a platform that vouches for its programs', async () => {
    const [source, deployment, tokens] = objects(await run(page[5]))
    assert.deepEqual([source.key, source.assertion_audiences], ['platform', ['front']])
    assert.deepEqual(deployment.federated_sources, ['platform'])
    const [account] = (await server.api.get('/users?q=Deployment-')).items
    assert.deepEqual([account.type, account.attributes['goauthentik.io/user/path']], ['service_account', 'goauthentik.io/sources/platform'])
    await of(account.username, tokens)
  })

  test('a new client secret without an interruption', async () => {
    const token = async (secret) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'backup', client_secret: secret })
      return (await fetch(`${server.publicUrl}/application/o/token/`, { method: 'POST', body })).status
    }
    const old = 'a-secret-of-at-least-32-characters'
    const [{ client_secret }] = objects(await run(page[6]))
    assert.deepEqual([await token(old), await token(client_secret)], [200, 200], 'both work')
    assert.equal((await server.api.get('/applications/backup')).client_secrets.length, 2)
    // The same on the command line: the older one stops, and a third comes.
    const printed = await run(page[7])
    assert.equal((await server.api.get('/applications/backup')).client_secrets.length, 2)
    await until(async () => (await token(old)) === 400, 'the oldest to stop')
    assert.equal(await token(client_secret), 200)
    const third = printed.match(/^client_secret +(\S{32,})$/m)[1]
    assert.equal(await token(third), 200)
  })
})
