// Failures that are induced one by one: each ends in its own code, with what differs marked, and after the button that repairs
// it the very same sign-in succeeds. The administrator makes it, reads it and repairs it in Chromium.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { pause } from './support/server.mjs'
import { Stage, verifier } from './support/failures.mjs'

const strict = (...urls) => urls.map((url) => ({ matching_mode: 'strict', url }))
const device = 'urn:ietf:params:oauth:grant-type:device_code'

/** A return address that is not registered: what is, what is sent, what differs, what is marked of the two. */
const addresses = [
  ['the scheme', 'https://{at}/cb', 'http://{at}/cb', ['scheme'], ['', 's']],
  ['the host', 'http://localhost:{port}/cb', 'http://{at}/cb', ['host'], ['127.0.0.1', 'localhost'], { tick: true }],
  ['the port', 'http://127.0.0.1/cb', 'http://{at}/cb', ['port'], [':{port}', '']],
  ['the path', 'http://{at}/callback', 'http://{at}/cb', ['path'], ['b', 'allback']],
  ['a slash too many', 'http://{at}/cb', 'http://{at}/cb/', ['trailing_slash'], ['/', '']],
  ['a slash too few', 'http://{at}/cb/', 'http://{at}/cb', ['trailing_slash'], ['', '/']],
  ['a query', 'http://{at}/cb', 'http://{at}/cb?from=menu', ['query'], ['?from=menu', '']],
  ['the value of a query', 'http://{at}/cb?v=1', 'http://{at}/cb?v=2', ['query'], ['2', '1']],
  ['the encoding', 'http://{at}/callback', 'http://{at}/call%62ack', ['percent_encoding'], ['%62', 'b']],
  ['small and capital letters', 'http://{at}/callback', 'http://{at}/Callback', ['letter_case'], ['C', 'c']],
  ['two parts at once', 'http://127.0.0.1/callback', 'http://{at}/cb', ['port', 'path'], [':{port} b', 'allback']],
  ['the address as a whole, which takes the place of the old one', 'https://app.example/old', 'http://{at}/cb',
    ['scheme', 'host', 'port', 'path'], undefined, { repair: 'replace_redirect_uri', tick: true }],
  ['a slash, by the way in of GitHub', 'http://{at}/cb', 'http://{at}/cb/', ['trailing_slash'], ['/', ''],
    { request: { path: '/login/oauth/authorize' } }],
  ['the path, by the way in of Auth0', 'http://{at}/callback', 'http://{at}/cb', ['path'], ['b', 'allback'],
    { request: { path: '/authorize' } }],
  ['the path, in a request for an ID token alone', 'http://{at}/callback', 'http://{at}/cb', ['path'], ['b', 'allback'],
    { application: { grant_types: ['implicit'] }, request: { response_type: 'id_token', code_challenge: undefined, code_challenge_method: undefined } }],
].map(([what, registered, sent, aspects, marks, more = {}]) => ({
  what: `a return address that differs in ${what}`,
  code: 'redirect_uri_mismatch',
  sides: [sent, registered],
  aspects,
  marks,
  repair: 'add_redirect_uri',
  ...more,
  application: { redirect_uris: strict(registered), ...more.application },
  request: { redirect_uri: sent, ...more.request },
}))

/** Without a code there is no challenge. */
const plain = { code_challenge: undefined, code_challenge_method: undefined }

/** A response type that is not registered, and the grant type that it takes. */
const types = [
  ['id_token', 'implicit'],
  ['id_token token', 'implicit'],
  ['code id_token', 'hybrid'],
  ['code token', 'hybrid'],
  ['code id_token token', 'hybrid'],
].map(([response_type, grant]) => ({
  what: `the response type ${response_type}`,
  code: 'response_type_not_allowed',
  request: { response_type, ...(!response_type.includes('code') && plain) },
  sides: [response_type, `${grant} in grant_types`],
  marks: [response_type, `${grant} in grant_types`],
  aspects: ['text'],
  repair: 'allow_response_type',
}))

const authorizations = [
  ...addresses,
  {
    what: 'a return address that no pattern fits',
    code: 'redirect_uri_mismatch',
    application: { redirect_uris: [{ matching_mode: 'regex', url: 'http://127\\.0\\.0\\.1:{port}/app/.+' }] },
    marks: ['http://{at}/cb', 'http://127\\.0\\.0\\.1:{port}/app/.+'],
    aspects: ['pattern'],
    repair: 'add_redirect_uri',
    tick: true,
  },
  {
    what: 'a return address beside several: it is compared with the nearest',
    code: 'redirect_uri_mismatch',
    application: { redirect_uris: strict('https://app.example/cb', 'http://{at}/cb/', 'https://other.example/') },
    sides: ['http://{at}/cb', 'http://{at}/cb/'],
    marks: ['', '/'],
    aspects: ['trailing_slash'],
    repair: 'add_redirect_uri',
  },
  {
    what: 'an application without a return address',
    code: 'redirect_uri_unregistered',
    application: { redirect_uris: [], learn_redirect_uri: 'off' },
    repair: 'add_redirect_uri',
    tick: true,
  },
  { what: 'an application that is switched off', code: 'client_disabled', application: { enabled: false }, repair: 'enable_application' },
  ...types,
  {
    what: 'an ID token without the scope openid',
    code: 'scope_openid_missing',
    application: { grant_types: ['implicit'], scope_mappings: ['profile'] },
    request: { response_type: 'id_token', scope: 'openid', ...plain },
    sides: ['openid', 'openid in scope_mappings'],
    aspects: ['text'],
    repair: 'allow_scope',
  },
  {
    what: 'no PKCE where it is demanded',
    code: 'pkce_required',
    application: { require_pkce: true },
    request: plain,
    repair: 'require_pkce_off',
    tick: true,
  },
  {
    what: 'PKCE whose challenge is the verifier',
    code: 'pkce_plain_not_allowed',
    request: { code_challenge: verifier, code_challenge_method: 'plain' },
    sides: ['plain', 'S256'],
    marks: ['plain', 'S256'],
    aspects: ['text'],
    repair: 'allow_plain_pkce',
    tick: true,
  },
]

/** A token request after the sign-in. `proof`: how the application proves itself. */
const redemptions = [
  ...[['basic', 'post'], ['post', 'basic']].map(([registered, used]) => ({
    what: `client_secret_${used} of an application of client_secret_${registered}`,
    code: 'client_authentication_method',
    application: { token_endpoint_auth_method: `client_secret_${registered}` },
    proof: used,
    sides: [`client_secret_${used}`, `client_secret_${registered}`],
    marks: [`client_secret_${used}`, `client_secret_${registered}`],
    aspects: ['text'],
    repair: 'token_endpoint_auth_method',
  })),
  {
    what: 'a code that is redeemed too late',
    code: 'code_expired',
    application: { access_code_validity: 'seconds=1' },
    wait: 1_200,
    repair: 'raise_code_validity',
    tick: true,
  },
]

/** A program that signs itself in: its form, and what is wrong with the application. */
const machines = [
  {
    what: 'a program that may not sign itself in',
    code: 'grant_type_not_allowed',
    application: { grant_types: ['authorization_code'] },
    form: { scope: 'profile' },
    repair: 'allow_grant_type',
  },
  {
    what: 'a program that asks for a scope too many',
    code: 'scope_unknown',
    application: { grant_types: ['client_credentials'], scope_mappings: ['profile'] },
    form: { scope: 'profile email' },
    sides: ['email', 'profile'],
    marks: ['email', 'profile'],
    aspects: ['missing', 'extra'],
    repair: 'allow_scope',
  },
]

describe('an induced failure ends in its code and its difference, and after its repair the same succeeds', () => {
  let stage
  let browser
  let count = 0
  const slug = () => `app-${++count}-of-many`

  before(async () => {
    stage = await Stage.set()
    browser = stage.browser
    await stage.administrator()
  })

  /** Reads the refusal where it stands: on the page, or in the case of what the application was told. */
  async function repaired(row, app, address) {
    await stage.go(address)
    if (await browser.has('#error')) {
      assert.equal(await browser.attribute('#error', 'data-error-code'), row.code)
      await stage.repair(row)
      // The request has begun anew by itself.
      return stage.arrived()
    }
    assert.ok((await stage.answer()).has('error'), 'the application was told')
    await stage.lookUp(app.slug)
    await stage.repair(row)
    await stage.go(address)
    return stage.arrived()
  }

  for (const row of authorizations) {
    test(row.what, async () => {
      const app = await stage.application(slug(), row.application)
      await repaired(row, app, stage.authorize(app, row.request))
    })
  }

  for (const row of redemptions) {
    test(row.what, async () => {
      const app = await stage.application(slug(), row.application)
      const attempt = async () => {
        await stage.go(stage.authorize(app))
        const code = (await stage.arrived()).get('code')
        await pause(row.wait ?? 0)
        const secret = row.proof === 'basic' ? {} : { client_id: app.client_id, client_secret: app.client_secret }
        const header = `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}`
        const form = { grant_type: 'authorization_code', code, redirect_uri: `http://${stage.at}/cb`, code_verifier: verifier, ...secret }
        return stage.post('/application/o/token/', form, row.proof === 'basic' ? { authorization: header } : {})
      }
      assert.equal((await attempt()).refusal, row.code)
      await stage.lookUp(app.slug)
      await stage.repair(row)
      assert.ok((await attempt()).id_token, 'the application has its tokens')
    })
  }

  for (const row of machines) {
    test(row.what, async () => {
      const app = await stage.application(slug(), row.application)
      const { client_id, client_secret } = app
      const attempt = () => stage.post('/application/o/token/', { grant_type: 'client_credentials', client_id, client_secret, ...row.form })
      assert.equal((await attempt()).refusal, row.code)
      await stage.lookUp(app.slug)
      await stage.repair(row)
      const tokens = await attempt()
      assert.ok(tokens.access_token, JSON.stringify(tokens))
    })
  }

  /** A device asks, and the administrator answers it in the browser; after `wait` it asks for its tokens. */
  async function atDevice(app, wait = 0) {
    const { client_id, client_secret } = app
    const asked = await stage.post('/application/o/device/', { client_id, client_secret, scope: 'openid' })
    if (!asked.device_code) return asked
    await browser.go(asked.verification_uri_complete)
    if (await browser.has('#consent-form')) await browser.press('#consent-form #allow')
    await pause(wait)
    return stage.post('/application/o/token/', { grant_type: device, device_code: asked.device_code, client_id, client_secret })
  }

  for (const row of [
    {
      what: 'a device that may not ask',
      code: 'grant_type_not_allowed',
      application: { grant_types: ['authorization_code'] },
      repair: 'allow_grant_type',
    },
    {
      what: 'a device whose code has expired',
      code: 'device_code_expired',
      application: { grant_types: [device], device_code_validity: 'seconds=1' },
      wait: 1_200,
      repair: 'raise_device_code_validity',
    },
  ]) {
    test(row.what, async () => {
      const app = await stage.application(slug(), row.application)
      assert.equal((await atDevice(app, row.wait)).refusal, row.code)
      await stage.lookUp(app.slug)
      await stage.repair(row)
      const tokens = await atDevice(app, row.wait)
      assert.ok(tokens.id_token, JSON.stringify(tokens))
    })
  }

  test('an address after sign-out that differs in its path', async () => {
    const app = await stage.application(slug(), { post_logout_redirect_uris: strict('http://{at}/bye') })
    await stage.go(stage.authorize(app))
    const { client_id, client_secret } = app
    const code = (await stage.arrived()).get('code')
    const form = { grant_type: 'authorization_code', code, redirect_uri: `http://${stage.at}/cb`, code_verifier: verifier }
    const { id_token } = await stage.post('/application/o/token/', { ...form, client_id, client_secret })
    const query = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: `http://${stage.at}/goodbye` })
    const address = `${stage.server.publicUrl}/application/o/${app.slug}/end-session/?${query}`
    await stage.go(address)
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'logout_redirect_mismatch')
    await stage.repair({
      code: 'logout_redirect_mismatch',
      sides: ['http://{at}/goodbye', 'http://{at}/bye'],
      marks: ['good', ''],
      aspects: ['path'],
      repair: 'add_post_logout_redirect_uri',
    })
    await stage.go(address)
    assert.equal(await browser.url(), `http://${stage.at}/goodbye`)
  })
})
