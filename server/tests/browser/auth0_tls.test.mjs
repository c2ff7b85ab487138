// Auth0's SDK as its users set it up: a `domain`, and TLS with a certificate of an authority of one's own, in the three versions that
// are in use. And what it does when it is not served: a proxy in the way makes the failures.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { atEnd, run, temporaryFolder } from './support/server.mjs'

const sdk = join(dirname(fileURLToPath(import.meta.url)), 'support/auth0_sdk.mjs')
const token = 'a-token-of-these-tests-that-is-long-enough'

/** An authority, and a certificate of it for `localhost`. */
function certificates(folder) {
  const file = (name) => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const authority = ['-subj', '/CN=Authority of a test', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=keyCertSign']
  openssl('req', '-x509', ...key, ...authority, '-keyout', file('ca.key'), '-out', file('ca.pem'))
  const leaf = ['-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE']
  openssl('req', '-x509', ...key, '-subj', '/CN=localhost', ...leaf, '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-keyout', file('tls.key'), '-out', file('tls.pem'))
  return { ca: file('ca.pem'), certificate: file('tls.pem'), key: file('tls.key') }
}

/** A request that trusts the authority: status and body. */
function ask(url, settings, body, ca) {
  return new Promise((done, fail) => {
    const request = https.request(url, { ca, ...settings }, async (response) => {
      let text = ''
      for await (const piece of response) text += piece
      done({ status: response.statusCode, text })
    })
    request.on('error', fail)
    request.end(body)
  })
}

/** The server over TLS, an application that may manage connections, and a way to run the SDK against it. */
async function world() {
  const folder = await temporaryFolder()
  const files = certificates(folder)
  const ca = readFileSync(files.ca)
  const running = run(
    ['serve', '--json'],
    {
      VESTIBULE_LISTEN: '127.0.0.1:0',
      VESTIBULE_DATA_DIR: folder,
      VESTIBULE_BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery staple',
      VESTIBULE_BOOTSTRAP_TOKEN: token,
      VESTIBULE_TLS_CERTIFICATE: files.certificate,
      VESTIBULE_TLS_KEY: files.key,
    },
    folder,
  )
  const { listen, public_url: publicUrl } = await running.announced('listen')
  const port = listen.split(':').at(-1)
  const made = await ask(
    `https://localhost:${port}/api/v1/applications`,
    { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
    JSON.stringify({
      name: 'Harbor',
      redirect_uris: [{ url: 'https://app.example.com/cb' }],
      grant_types: ['client_credentials'],
      management_scopes: ['create:connections', 'read:connections', 'read:connections_options', 'update:connections', 'delete:connections'],
    }),
    ca,
  )
  assert.equal(made.status, 201, made.text)
  const application = JSON.parse(made.text)
  const use = async (version, wanted, settings) => {
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: files.ca, DOMAIN: `localhost:${port}`, ...settings }
    const { stdout } = await promisify(execFile)(process.execPath, [sdk, version, wanted], { env, timeout: 60_000 })
    return JSON.parse(stdout)
  }
  return { files, ca, port, publicUrl, application, use }
}

/** Stands before the server: answers the next requests as `failures` say, and hands the others on. `seen` are their paths. */
async function proxy({ files, ca, port }) {
  const proxy = { failures: [], seen: [] }
  const server = https.createServer({ cert: readFileSync(files.certificate), key: readFileSync(files.key) }, (incoming, answer) => {
    proxy.seen.push(incoming.url)
    const failure = proxy.failures.shift()
    if (failure) {
      incoming.resume()
      return answer.writeHead(failure.status, { 'content-type': 'application/json', ...failure.headers }).end('{}')
    }
    const to = { host: 'localhost', port, path: incoming.url, method: incoming.method, headers: incoming.headers, ca }
    const forward = https.request(to, (response) => {
      answer.writeHead(response.statusCode, response.rawHeaders)
      response.pipe(answer)
    })
    forward.on('error', () => answer.writeHead(502).end())
    incoming.pipe(forward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  proxy.domain = `localhost:${server.address().port}`
  return proxy
}

describe("Auth0's SDK over TLS", () => {
  let here

  before(async () => {
    here = await world()
  })

  for (const [version, gone] of [
    ['4', 'ManagementApiError'],
    ['5', 'NotFoundError'],
    ['7', 'NotFoundError'],
  ]) {
    test(`B-6.1, B-6.2, B-6.16: version ${version} finds everything from its domain`, async () => {
      const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } = here.application
      // Where people reach the server by another name than its own, the audience is said.
      const AUDIENCE = `${here.publicUrl.replace(/\/$/, '')}/api/v2/`
      const did = await here.use(version, 'life', { CLIENT_ID, CLIENT_SECRET, AUDIENCE })
      assert.match(did.made.id, /^con_[0-9A-Z]{16}$/)
      assert.deepEqual(did.listed, [did.made])
      assert.deepEqual(did.made.options, { client_id: 'hh-web', client_secret: 'hh-secret', scope: 'me.read' })
      assert.deepEqual(did.changed, { ...did.made, display_name: 'Changed' })
      assert.deepEqual(did.read, did.changed)
      assert.deepEqual(did.gone, { type: gone, status: 404, code: 'inexistent_connection' })
      assert.equal(did.total, version === '4' ? 1 : undefined)
    })
  }

  test('B-6.20: what fails for a moment is asked for twice more, and no longer', async () => {
    const between = await proxy(here)
    const read = async (failures) => {
      Object.assign(between, { failures: [...failures], seen: [] })
      const did = await here.use('7', 'read', { DOMAIN: between.domain, TOKEN: token })
      return { ...did, requests: between.seen.length }
    }
    const fails = (status, headers) => ({ status, headers })
    const calm = await read([])
    assert.deepEqual([calm.count, calm.requests], [0, 1])
    const recovered = await read([fails(500), fails(503)])
    assert.deepEqual([recovered.count, recovered.requests], [0, 3])
    assert.ok(recovered.milliseconds > 1500, `about 1 s and 2 s, not ${recovered.milliseconds} ms`)
    const lost = await read([fails(500), fails(500), fails(500), fails(500)])
    assert.deepEqual([lost.status, lost.requests], [500, 3])
    const limited = await read([fails(429, { 'retry-after': '1' }), fails(429, { 'retry-after': '1' })])
    assert.deepEqual([limited.count, limited.requests], [0, 3])
    const refused = await read([fails(409)])
    assert.deepEqual([refused.status, refused.requests], [409, 1], 'what would be refused again is not asked for again')
    assert.ok(between.seen[0].startsWith('/api/v2/connections?'), between.seen[0])
  })
})
