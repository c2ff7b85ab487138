// Sign-out with real parts: openid-client as the relying party, an HTTP server of its own that takes logout tokens and
// verifies them with jose, and Chromium for the page that opens applications in frames.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { before, beforeEach, describe, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { chromium } from './support/chromium.mjs'
import { application, begin, configure, postLogoutUri, redirectUri, signIn } from './support/relying_party.mjs'
import { atEnd, root, serve, temporaryFolder, until } from './support/server.mjs'
import { Page, Visitor } from './support/visitor.mjs'

const loopback = '127.0.0.0/8,::1'
// Nothing listens there: a program that asks a proxy of its environment reaches nobody.
const proxies = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9' }

/** An application's server: keeps the logout tokens and frames that it gets, and answers with `status`. */
async function receiver(options) {
  const state = { status: 200, tokens: [], frames: [], hang: false }
  const handle = async (request, response) => {
    const url = new URL(request.url, 'http://receiver')
    if (request.method === 'POST' && url.pathname === '/backchannel') {
      let body = ''
      for await (const chunk of request) body += chunk
      state.tokens.push(new URLSearchParams(body).get('logout_token'))
      response.writeHead(state.status, { 'cache-control': 'no-store' }).end()
    } else if (url.pathname === '/front') {
      state.frames.push({ iss: url.searchParams.get('iss'), sid: url.searchParams.get('sid'), dest: request.headers['sec-fetch-dest'] })
      if (!state.hang) response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>out</title>')
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>${url.pathname}</title>`)
    }
  }
  const server = options ? https.createServer(options, handle) : http.createServer(handle)
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  atEnd(() => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  })
  state.origin = `${options ? 'https' : 'http'}://${options ? 'localhost' : '127.0.0.1'}:${server.address().port}`
  return state
}

/** A port that nobody listens on. */
async function freePort() {
  const server = http.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** The claims of a logout token, verified as Back-Channel Logout 1.0, section 2.6 demands. */
async function verified(config, app, token) {
  const metadata = config.serverMetadata()
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri))
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: metadata.issuer,
    audience: app.client_id,
    typ: 'logout+jwt',
    maxTokenAge: '2 minutes',
    requiredClaims: ['iat', 'exp', 'jti', 'events', 'sid', 'sub'],
  })
  assert.ok(metadata.id_token_signing_alg_values_supported.includes(protectedHeader.alg))
  assert.deepEqual(Object.keys(payload.events), ['http://schemas.openid.net/event/backchannel-logout'])
  assert.equal(payload.nonce, undefined)
  return payload
}

/** Asks the provider to sign out, and answers where the visitor ends. */
async function endSession(config, visitor, tokens, parameters = { post_logout_redirect_uri: postLogoutUri }) {
  visitor.stopAt = postLogoutUri
  return visitor.go(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, ...parameters }))
}

describe('back-channel sign-out', () => {
  let server
  let person
  let key
  let rp

  before(async () => {
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: loopback, ...proxies })
    person = await server.api.person()
    key = (await server.api.create('/keys', { name: 'sign-out', use: 'sig', alg: 'ES256' })).id
    rp = await receiver()
  })

  beforeEach(() => Object.assign(rp, { status: 200, tokens: [] }))

  const hearing = (slug, fields = {}) =>
    application(server, { slug, signing_key: key, logout_uri: `${rp.origin}/backchannel`, ...fields })

  test('the application gets a logout token that jose verifies, while the browser goes on', async () => {
    const app = await hearing('hears')
    const config = await configure(server, app)
    const metadata = config.serverMetadata()
    for (const flag of ['backchannel_logout_supported', 'backchannel_logout_session_supported']) assert.equal(metadata[flag], true)
    const visitor = new Visitor(redirectUri)
    const { tokens } = await signIn(config, visitor, person)
    const back = await endSession(config, visitor, tokens)
    assert.ok(back instanceof URL, back.text)
    await until(() => rp.tokens.length === 1, 'the logout token', 3)
    const payload = await verified(config, app, rp.tokens[0])
    assert.equal(payload.sid, tokens.claims().sid)
    assert.equal(payload.sub, tokens.claims().sub)
  })

  test('an administrator signs a person out of two browsers: each application hears of each session', async () => {
    const other = await server.api.person('grace')
    const apps = [await hearing('one'), await hearing('two', { sub_mode: 'user_username', issuer_mode: 'global' })]
    const expected = []
    for (const app of apps) {
      const config = await configure(server, app, app.slug === 'two' ? { issuer: `${server.publicUrl}/` } : {})
      for (const visitor of [new Visitor(redirectUri), new Visitor(redirectUri)]) {
        const { tokens } = await signIn(config, visitor, other)
        const { iss, aud, sub, sid } = tokens.claims()
        expected.push([iss, aud, sub, sid].join(' '))
      }
    }
    await server.api.call('POST', `/users/${other.id}/sign-out`, undefined, 204)
    await until(() => rp.tokens.length === 4, 'four logout tokens', 5)
    const found = rp.tokens.map((token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')))
    assert.deepEqual(found.map(({ iss, aud, sub, sid }) => [iss, aud, sub, sid].join(' ')).sort(), expected.sort())
  })

  test('after a 500 the application is told again, with a token of its own', async () => {
    const app = await hearing('stumbles')
    const config = await configure(server, app)
    const visitor = new Visitor(redirectUri)
    const { tokens } = await signIn(config, visitor, person)
    rp.status = 500
    await endSession(config, visitor, tokens)
    await until(() => rp.tokens.length === 1, 'the first attempt', 3)
    rp.status = 204
    await until(() => rp.tokens.length === 2, 'the second attempt', 15)
    const [first, second] = await Promise.all(rp.tokens.map((token) => verified(config, app, token)))
    assert.notEqual(first.jti, second.jti)
    assert.equal(first.sid, second.sid)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    assert.match(metrics, /vestibule_sign_out_notices_total\{outcome="failed"\} 1\n/)
  })

  test('a notice outlives the program', async () => {
    const folder = await temporaryFolder()
    const settings = { VESTIBULE_OUTGOING_ALLOW: loopback, VESTIBULE_BOOTSTRAP_TOKEN: 'a-token-for-the-restart-of-the-program' }
    const first = await serve(settings, folder)
    const own = await first.api.person()
    const es256 = (await first.api.create('/keys', { name: 'restart', use: 'sig', alg: 'ES256' })).id
    const app = await application(first, { slug: 'restart', signing_key: es256, logout_uri: `${rp.origin}/backchannel` })
    const config = await configure(first, app)
    const visitor = new Visitor(redirectUri)
    const { tokens } = await signIn(config, visitor, own)
    rp.status = 503
    await endSession(config, visitor, tokens)
    await until(() => rp.tokens.length === 1, 'the first attempt', 3)
    await first.stop()
    rp.status = 200
    await serve({ ...settings, VESTIBULE_LISTEN: new URL(first.url).host }, folder)
    await until(() => rp.tokens.length === 2, 'the attempt after the restart', 15)
    assert.equal((await verified(config, app, rp.tokens[1])).sid, tokens.claims().sid)
  })

  test('the examples of the documentation run as they are printed', async () => {
    const text = readFileSync(join(root, 'docs/how-to/sign-out.md'), 'utf8')
    const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }))
    const code = (language) => blocks.filter((block) => block.language === language).map((block) => block.code)
    const own = await server.api.person('alice')
    const env = { PATH: process.env.PATH, VESTIBULE: server.publicUrl, TOKEN: server.token }
    const [variables, ...commands] = code('sh')
    assert.match(variables, /^export VESTIBULE=\S+ TOKEN=\S+$/m)
    const output = commands.map((command) => execFileSync('bash', ['-euo', 'pipefail', '-c', command], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
    assert.equal(output.length, 7)
    assert.match(output[0], /^[A-Za-z0-9]{40}\n$/)
    assert.equal(output[1], `${server.publicUrl}/application/o/wiki/end-session/\n`)
    assert.deepEqual(JSON.parse(output[2]), {
      logout_uri: 'https://wiki.example.com/backchannel-logout', logout_method: 'backchannel', warnings: null,
    })
    assert.deepEqual(output.slice(3, 5), ['', ''], 'nothing waits, and nothing was given up')
    assert.equal(JSON.parse(output[5]).logout_method, 'frontchannel')
    assert.equal(output[6], '')

    const folder = await temporaryFolder()
    await symlink(join(root, 'server/tests/browser/node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'receiver.mjs'), code('js')[0])
    const port = await freePort()
    const app = await server.api.get('/applications/wiki')
    const child = spawn(process.execPath, ['receiver.mjs'], {
      cwd: folder,
      env: { PATH: process.env.PATH, ISSUER: `${server.publicUrl}/application/o/wiki/`, CLIENT_ID: app.client_id, PORT: port },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    atEnd(() => child.kill('SIGKILL'))
    let printed = ''
    child.stdout.on('data', (chunk) => (printed += chunk))
    const there = `http://127.0.0.1:${port}/backchannel-logout`
    await until(async () => (await fetch(there, { method: 'POST' })).status === 400, 'the example to refuse what is no token')
    await server.api.patch('/applications/wiki', { logout_uri: there, logout_method: 'backchannel', consent_mode: 'skip' })
    const { client_secret } = await server.api.call('POST', '/applications/wiki/rotate-secret', undefined, 200)
    const config = await configure(server, { ...app, client_secret }, { alg: 'RS256' })
    const callback = 'https://wiki.example.com/callback'
    const visitor = new Visitor(callback)
    const { url, checks } = await begin(config, { redirect_uri: callback, scope: 'openid' })
    const tokens = await client.authorizationCodeGrant(config, await visitor.signIn(url, own), checks)
    const { sid, sub } = tokens.claims()
    visitor.stopAt = 'https://wiki.example.com/bye'
    await visitor.go(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: visitor.stopAt }))
    await until(() => printed.includes(`end the session ${sid} of ${sub}\n`), 'the example to end the session', 5)
  })

  test('over TLS the certificate of the application must be good', async () => {
    const folder = await temporaryFolder()
    const certificate = (name) => {
      const [cert, secret] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
      const extensions = ['subjectAltName=DNS:localhost', 'basicConstraints=critical,CA:FALSE']
      const subject = ['-subj', '/CN=localhost', ...extensions.flatMap((one) => ['-addext', one]), '-days', '2']
      const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
      execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', secret, '-out', cert], { stdio: 'ignore' })
      return { path: cert, cert: readFileSync(cert), key: readFileSync(secret) }
    }
    const [good, bad] = [certificate('good'), certificate('bad')]
    const [trusted, untrusted] = [await receiver(good), await receiver(bad)]
    const strict = await serve({ VESTIBULE_OUTGOING_ALLOW: loopback, SSL_CERT_FILE: good.path, ...proxies })
    const own = await strict.api.person()
    const visitor = new Visitor(redirectUri)
    let last
    for (const [slug, { origin }] of Object.entries({ trusted, untrusted })) {
      const app = await application(strict, { slug, logout_uri: `${origin}/backchannel` })
      const config = await configure(strict, app, { alg: 'HS256', nonRepudiation: false })
      last = { config, ...(await signIn(config, visitor, own)) }
    }
    await endSession(last.config, visitor, last.tokens)
    await until(() => trusted.tokens.length === 1, 'the logout token over TLS', 5)
    await until(() => /certificate/i.test(strict.lines.filter((line) => /sign-out/.test(line)).join('\n')), 'the refused certificate', 5)
    assert.equal(untrusted.tokens.length, 0)
  })
})

describe('front-channel sign-out in Chromium', () => {
  let server
  let person
  let rp

  before(async () => {
    server = await serve()
    person = await server.api.person()
    rp = await receiver()
  })

  beforeEach(() => Object.assign(rp, { frames: [], hang: false }))

  /** Signs the browser in to an application that is told in a frame; answers what the end-session request needs. */
  async function signedIn(browser, slug) {
    const callback = `${rp.origin}/callback`
    const app = await application(server, {
      slug,
      redirect_uris: [{ matching_mode: 'strict', url: callback }],
      post_logout_redirect_uris: [{ matching_mode: 'strict', url: `${rp.origin}/bye` }],
      logout_uri: `${rp.origin}/front?app=${slug}`,
      logout_method: 'frontchannel',
    })
    const config = await configure(server, app, { alg: 'HS256', nonRepudiation: false })
    const { url, checks } = await begin(config, { redirect_uri: callback })
    await browser.go(url)
    if (await browser.has('#login-form')) await browser.signIn(person.username, person.password)
    await until(async () => (await browser.url()).startsWith(callback), 'the way back', 5)
    const tokens = await client.authorizationCodeGrant(config, new URL(await browser.url()), checks)
    return { config, tokens, issuer: config.serverMetadata().issuer }
  }

  const leaving = ({ config, tokens }, parameters = {}) =>
    client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, ...parameters })
  const onward = () => ({ post_logout_redirect_uri: `${rp.origin}/bye`, state: 'a state' })

  test('each application is opened with issuer and session, and then the browser goes on', async () => {
    const browser = await chromium()
    const first = await signedIn(browser, 'front-one')
    const second = await signedIn(browser, 'front-two')
    assert.equal(first.config.serverMetadata().frontchannel_logout_session_supported, true)
    const began = Date.now()
    await browser.go(leaving(second, onward()))
    await until(async () => (await browser.url()) === `${rp.origin}/bye?state=a+state`, 'the way back after the frames', 8)
    assert.ok(Date.now() - began < 4000, 'as soon as the frames are loaded')
    const seen = (frames) => frames.map(({ iss, sid }) => `${iss} ${sid}`).sort()
    assert.deepEqual(seen(rp.frames), seen([first, second].map(({ issuer, tokens }) => ({ iss: issuer, sid: tokens.claims().sid }))))
    assert.ok(rp.frames.every(({ dest }) => dest === 'iframe'))
    const { url, checks } = await begin(second.config, { redirect_uri: `${rp.origin}/callback`, prompt: 'none' })
    await browser.go(url)
    const silent = new URL(await browser.url())
    await assert.rejects(client.authorizationCodeGrant(second.config, silent, checks), (error) => error.error === 'login_required')
    await browser.close()
  })

  test('an application that does not answer holds nobody up', async () => {
    const browser = await chromium()
    const app = await signedIn(browser, 'front-hangs')
    rp.hang = true
    await browser.driver.manage().setTimeouts({ pageLoad: 1000 })
    await browser.go(leaving(app, onward())).catch(() => {})
    await until(async () => (await browser.url()).startsWith(`${rp.origin}/bye`), 'the way back without an answer', 10)
    assert.equal(rp.frames.length, 1)
    await browser.close()
  })

  test('without scripts the page goes on by itself, and a link is there', async () => {
    const browser = await chromium({ scripts: false })
    const app = await signedIn(browser, 'front-plain')
    await browser.go(leaving(app, onward()))
    await browser.find('#signed-out #back')
    await browser.screenshots('30-signed-out-front-channel')
    await until(async () => (await browser.url()).startsWith(`${rp.origin}/bye`), 'the way back by itself', 12)
    assert.equal(rp.frames.length, 1)
    await browser.close()
  })

  test('signing out everywhere asks, ends every browser and opens the frames of this one', async () => {
    const [browser, elsewhere] = [await chromium(), new Visitor(redirectUri)]
    await signedIn(browser, 'front-everywhere')
    let page = await elsewhere.go(`${server.publicUrl}/login`)
    await elsewhere.submit(page, 'login-form', { username: person.username, password: person.password })
    assert.equal((await elsewhere.go(`${server.publicUrl}/`)).element('sign-out')?.id, 'sign-out')
    await browser.go(`${server.publicUrl}/`)
    await browser.screenshots('31-home')
    await browser.press('#sign-out-everywhere')
    await browser.find('#logout-form')
    await browser.screenshots('32-sign-out-everywhere')
    await browser.press('#logout-form #submit')
    await browser.find('#signed-out')
    await until(() => rp.frames.length === 1, 'the frame of the application', 5)
    page = await elsewhere.go(`${server.publicUrl}/`)
    assert.ok(page instanceof Page && page.form('login-form'), 'the other browser is out as well')
    await browser.close()
  })
})
