// A device without a browser (RFC 8628): openid-client asks and polls, a person answers with and without a browser, and the
// example of the documentation does what it says.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import * as client from 'openid-client'
import { chromium } from './support/chromium.mjs'
import { application, configure } from './support/relying_party.mjs'
import { atEnd, root, serve, until } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

const grant = 'urn:ietf:params:oauth:grant-type:device_code'
const scope = 'openid email offline_access'

describe('a device without a browser', () => {
  let server
  let person

  before(async () => {
    server = await serve({ VESTIBULE_LIMITS__DEVICE_CODES_PER_ADDRESS: '1000' })
    person = await server.api.person()
  })

  const device = (slug, fields = {}) => application(server, { slug, redirect_uris: [], grant_types: [grant, 'refresh_token'], ...fields })

  /** Polls as openid-client does; what comes of it is looked at later. */
  function polling(config, asked) {
    const outcome = client.pollDeviceAuthorizationGrant(config, asked).then((tokens) => ({ tokens }), (error) => ({ error }))
    return outcome
  }

  for (const [slug, fields] of [['confidential-tv', {}], ['public-tv', { client_type: 'public' }]]) {
    test(`openid-client gets tokens as a ${slug.split('-')[0]} client`, async () => {
      const app = await device(slug, fields)
      const config = await configure(server, app, { nonRepudiation: Boolean(fields.client_type) })
      assert.equal(config.serverMetadata().device_authorization_endpoint, `${server.publicUrl}/application/o/device/`)
      const asked = await client.initiateDeviceAuthorization(config, { scope })
      assert.equal(asked.verification_uri, `${server.publicUrl}/device`)
      const outcome = polling(config, asked)

      const visitor = new Visitor()
      let page = await visitor.go(asked.verification_uri)
      page = await visitor.submit(page, 'login-form', { username: person.username, password: person.password })
      page = await visitor.submit(page, 'device-form', { code: asked.user_code.toLowerCase() })
      page = await visitor.submit(page, 'consent-form', {}, 'allow')
      assert.equal(page.element('device-answered')['data-decision'], 'allow')

      const { tokens, error } = await outcome
      assert.ifError(error)
      assert.equal(tokens.claims().email, 'ada@example.com')
      const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
      assert.equal(info.email, 'ada@example.com')
      const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
      assert.equal(renewed.claims().sub, tokens.claims().sub)
      const again = await polling(config, { ...asked, interval: 0 })
      assert.equal(again.error.error, 'invalid_grant')
    })
  }

  test('openid-client slows down when it is told to', async () => {
    const app = await device('hurried-tv')
    const config = await configure(server, app, { nonRepudiation: false })
    const asked = await client.initiateDeviceAuthorization(config, { scope })
    const body = { grant_type: grant, device_code: asked.device_code, client_id: app.client_id, client_secret: app.client_secret }
    const answers = []
    for (let turn = 0; turn < 3; turn++) {
      const response = await fetch(config.serverMetadata().token_endpoint, { method: 'POST', body: new URLSearchParams(body) })
      answers.push([response.status, (await response.json()).error])
    }
    assert.deepEqual(answers, [[400, 'authorization_pending'], [400, 'slow_down'], [400, 'slow_down']])
  })

  test('a person answers in Chromium without JavaScript, from a link', async () => {
    const app = await device('living-room', { name: 'Living Room Television' })
    const config = await configure(server, app, { nonRepudiation: false })
    const browser = await chromium({ scripts: false })
    const asked = await client.initiateDeviceAuthorization(config, { scope })
    const outcome = polling(config, asked)
    await browser.go(asked.verification_uri_complete)
    await browser.signIn(person.username, person.password)
    assert.equal(await browser.text('#user-code'), asked.user_code)
    assert.match(await browser.text('h1'), /Living Room Television/)
    for (const name of scope.split(' ')) await browser.find(`#consent-form li[data-scope="${name}"]`)
    await browser.screenshots('20-device-question')
    await browser.press('#consent-form #allow')
    assert.equal(await browser.attribute('#device-answered', 'data-decision'), 'allow')
    await browser.screenshots('21-device-allowed')
    const { tokens, error } = await outcome
    assert.ifError(error)
    assert.equal(tokens.claims().email, 'ada@example.com')

    await browser.go(asked.verification_uri)
    await browser.screenshots('22-device-code')
    await browser.fill('#device-form input[name=code]', asked.user_code)
    await browser.press('#device-form #submit')
    assert.match(await browser.text('#problem'), /answered already/)
    await browser.screenshots('23-device-answered-already')
    await browser.close()
  })

  test('a person says no in Chromium, and openid-client hears it', async () => {
    const app = await device('kitchen')
    const config = await configure(server, app, { nonRepudiation: false })
    const browser = await chromium()
    const asked = await client.initiateDeviceAuthorization(config, { scope })
    const outcome = polling(config, asked)
    await browser.go(asked.verification_uri)
    await browser.signIn(person.username, person.password)
    await browser.fill('#device-form input[name=code]', asked.user_code.replace('-', ''))
    await browser.press('#device-form #submit')
    await browser.press('#consent-form #deny')
    assert.equal(await browser.attribute('#device-answered', 'data-decision'), 'deny')
    assert.equal((await outcome).error.error, 'access_denied')
    await browser.close()
  })

  test('the example of docs/how-to/device.md works as it is printed', async () => {
    const page = await readFile(join(root, 'docs/how-to/device.md'), 'utf8')
    const [make, poll] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script]) => script)
    const shell = (script) => {
      const child = spawn('sh', ['-c', script], {
        env: { PATH: process.env.PATH, VESTIBULE: server.publicUrl, TOKEN: server.token },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      atEnd(() => child.kill())
      const running = { printed: '' }
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { running.printed += data })
      running.ended = new Promise((done) => child.on('close', done))
      return running
    }
    const made = shell(make)
    assert.equal(await made.ended, 0, made.printed)
    const running = shell(poll)
    const shown = () => running.printed.match(/^Open (\S+) and enter (\S+)$/m)
    await until(async () => shown(), 'the device to show its code')
    const [, address, code] = shown()
    const visitor = new Visitor()
    let answer = await visitor.go(address)
    answer = await visitor.submit(answer, 'login-form', { username: person.username, password: person.password })
    answer = await visitor.submit(answer, 'device-form', { code })
    await visitor.submit(answer, 'consent-form', {}, 'allow')
    assert.equal(await running.ended, 0, running.printed)
    const tokens = JSON.parse(running.printed.trim().split('\n').at(-1))
    assert.deepEqual(Object.keys(tokens).sort(), ['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'])
    assert.equal(tokens.scope, 'offline_access openid profile')
  })
})
