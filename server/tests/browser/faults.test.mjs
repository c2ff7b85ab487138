// What happens when things go wrong around the program: nothing is lost, and each failure says what to do.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as client from 'openid-client'
import { ownServer } from './support/postgres.mjs'
import { application, begin, configure, redirectUri } from './support/relying_party.mjs'
import { pause, run, serve, temporaryFolder, until } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

/** One token for the application itself: a request that must write. */
function machineToken(server, app) {
  return fetch(`${server.url}/application/o/token/`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${app.client_id}:${app.client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
}

/** Names and digests of a folder's files, to see whether anything was touched. */
async function contents(folder) {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name)
  const digest = async (name) => createHash('sha256').update(await readFile(join(folder, name))).digest('hex')
  return Object.fromEntries(await Promise.all(files.sort().map(async (name) => [name, await digest(name)])))
}

describe('faults', () => {
  test('a database that is gone answers 503 with Retry-After, and recovery needs no restart', async () => {
    const database = await ownServer()
    const server = await serve({ VESTIBULE_DATABASE_URL: database.url })
    const app = await application(server, {
      slug: 'patient',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    })
    assert.equal((await machineToken(server, app)).status, 200)
    const person = await server.api.person()
    const config = await configure(server, app, { nonRepudiation: false })
    const { url, checks } = await begin(config)
    const visitor = new Visitor(redirectUri)
    const asked = await visitor.go(url)

    await database.stop()
    const signIn = () => visitor.submit(asked, 'login-form', { username: person.username, password: person.password })
    const interrupted = await signIn()
    assert.equal(interrupted.status, 503)
    assert.match(interrupted.headers.get('retry-after'), /^\d+$/)
    assert.ok(interrupted.errorCode)

    const refused = await machineToken(server, app)
    assert.equal(refused.status, 503)
    assert.match(refused.headers.get('retry-after'), /^\d+$/)
    assert.equal((await fetch(`${server.url}/health/live`)).status, 200, 'the program itself lives')
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 503)

    await database.start()
    await until(async () => (await machineToken(server, app)).status === 200, 'tokens after the database came back')
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
    const tokens = await client.authorizationCodeGrant(config, await signIn(), checks)
    assert.ok(tokens.refresh_token, 'the sign-in that was interrupted goes on where it was')
  })

  test('a wrong master key is refused at the start, and nothing is touched', async () => {
    const right = randomBytes(32).toString('base64')
    const wrong = randomBytes(32).toString('base64')
    const server = await serve({ VESTIBULE_MASTER_KEY: right })
    const app = await application(server, { slug: 'sealed', grant_types: ['client_credentials'] })
    assert.deepEqual(await server.stop(), { code: 0, signal: null })
    const before = await contents(server.folder)
    assert.deepEqual(Object.keys(before), ['vestibule.db'], 'after an orderly stop the file alone is the whole database')

    const settings = { ...server.settings, VESTIBULE_LISTEN: '127.0.0.1:0', VESTIBULE_DATA_DIR: server.folder, VESTIBULE_MASTER_KEY: wrong }
    const refused = run(['serve', '--json'], settings, server.folder)
    assert.equal((await refused.ended).code, 1, refused.output())
    assert.match(refused.output(), /master.key/i)
    assert.ok(!refused.output().includes(wrong), 'a key is never printed')
    assert.deepEqual(await contents(server.folder), before)

    const rotated = await serve({ VESTIBULE_MASTER_KEY: `${wrong},${right}` }, server.folder)
    assert.equal((await machineToken(rotated, app)).status, 200, 'the first key seals, all open')
  })

  for (const [name, line, text, hint] of [
    ['an unknown key', 2, 'listen = "127.0.0.1:0"\npublc_url = "http://localhost:9000"\n', /public_url/],
    ['a wrong value', 1, 'listen = "everywhere"\n', /127\.0\.0\.1:9000|address/],
    ['a wrong unit', 2, 'listen = "127.0.0.1:0"\nsession.lifetime = "fortnights=1"\n', /minutes/],
    ['broken TOML', 2, 'listen = "127.0.0.1:0"\npublic_url = \n', /toml/i],
  ]) {
    test(`${name} in the configuration stops the start with file and line`, async () => {
      const folder = await temporaryFolder()
      const file = join(folder, 'vestibule.toml')
      await writeFile(file, text)
      const refused = run(['serve', '--config', file], { VESTIBULE_DATA_DIR: folder }, folder)
      const { code } = await refused.ended
      assert.ok(code > 0, refused.output())
      assert.ok(refused.output().includes(`${file}:${line}`), refused.output())
      assert.match(refused.output(), hint)
      assert.deepEqual(await readdir(folder), ['vestibule.toml'], 'nothing was made')
    })
  }

  test('SIGTERM lets a request in flight finish, then ends with 0', async () => {
    const server = await serve()
    const app = await application(server, { slug: 'inflight', grant_types: ['client_credentials'] })
    const body = 'grant_type=client_credentials'
    const { hostname, port } = new URL(server.url)
    const socket = connect(+port, hostname)
    let answer = ''
    socket.on('data', (bytes) => (answer += bytes))
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(
      `POST /application/o/token/ HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: ${body.length}\r\n` +
        `content-type: application/x-www-form-urlencoded\r\nauthorization: Basic ` +
        `${Buffer.from(`${app.client_id}:${app.client_secret}`).toString('base64')}\r\n\r\n${body.slice(0, 5)}`,
    )
    await pause(200)
    server.child.kill('SIGTERM')
    await until(() => fetch(`${server.url}/health/live`).then(() => false, () => true), 'the port to be closed', 5)
    socket.write(body.slice(5))
    await until(() => answer.includes('access_token'), 'the answer', 5)
    assert.match(answer, /^HTTP\/1\.1 200 /)
    socket.end()
    assert.deepEqual(await server.ended, { code: 0, signal: null })
  })

  test('kill -9 under load loses no refresh token that was handed out', async () => {
    const server = await serve()
    const person = await server.api.person()
    const app = await application(server, { slug: 'crash', access_token_validity: 'hours=1' })
    const config = await configure(server, app, { nonRepudiation: false })
    const handedOut = []
    let running = true

    const load = async () => {
      const visitor = new Visitor(redirectUri)
      while (running) {
        try {
          const { url, checks } = await begin(config)
          const tokens = await client.authorizationCodeGrant(config, await visitor.signIn(url, person), checks)
          const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
          handedOut.push(renewed.refresh_token)
        } catch (error) {
          if (running) throw error
        }
      }
    }
    const loads = Array.from({ length: 8 }, load)
    await until(() => handedOut.length > 100, 'a hundred sign-ins', 60)
    running = false
    await server.stop('SIGKILL')
    await Promise.all(loads)

    const { port } = new URL(server.url)
    const again = await serve({ ...server.settings, VESTIBULE_LISTEN: `127.0.0.1:${port}` }, server.folder)
    assert.equal(again.publicUrl, server.publicUrl)
    for (const token of handedOut) await client.refreshTokenGrant(config, token)
  })
})
