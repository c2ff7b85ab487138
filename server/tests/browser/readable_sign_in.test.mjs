// Every page on the way in and out, as people with and without good eyes meet it: in light and dark, at 320 and 1440 pixels,
// with axe-core. A template that no test has shown makes this one fail.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { codeOf, device } from './support/authenticator.mjs'
import { chromium } from './support/chromium.mjs'
import { pictures, trusting } from './support/pictures.mjs'
import { Reader, shownBy, templates } from './support/readable.mjs'
import { atEnd, run, serve, temporaryFolder } from './support/server.mjs'
import { source, upstream } from './support/upstream.mjs'

const callback = 'https://app.example.com/callback'
const scopes = 'openid email profile groups offline_access'
const password = 'a long enough password'
const secret = 'a-secret-of-at-least-32-characters'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

test('each page has a test that shows it', async () => {
  const shown = Object.values(shownBy).flatMap((pages) => Object.keys(pages))
  assert.deepEqual(shown.sort(), await templates())
})

/** An application that answers with nothing to show (204), so that a page which goes on there by itself stays where it is. */
async function silent() {
  const server = createServer((request, response) => response.writeHead(204).end())
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  atEnd(() => new Promise((done) => server.close(done)))
  return `http://127.0.0.1:${server.address().port}`
}

describe('the pages of a sign-in', () => {
  const reader = new Reader('readable_sign_in.test.mjs')
  const look = (...args) => reader.look(...args)
  let server
  let harbour
  let front
  let browser

  before(async () => {
    harbour = await upstream({ sub: '7' })
    front = await silent()
    const icons = await pictures()
    server = await serve({
      VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8',
      VESTIBULE_LIMITS__SIGN_IN_FAILURES_PER_ACCOUNT: '2',
    })
    const { api } = server
    for (const name of ['ada', 'grace', 'tara']) await api.person(name, password)
    const group = await api.create('/groups', { name: 'Crew' })
    await api.create('/sources', source(harbour, { icon_url: icons.anchor }))
    await api.create('/sources', source(harbour, { key: 'company', name: 'Company' }))
    const application = (slug, name, fields = {}) =>
      api.create('/applications', {
        slug,
        name,
        client_id: slug,
        client_secret: secret,
        redirect_uris: [{ matching_mode: 'strict', url: callback }],
        scope_mappings: scopes.split(' '),
        sources: [],
        ...fields,
      })
    await application('ledger', 'Harbour Ledger', {
      icon_url: icons.book,
      policy_uri: 'https://app.example.com/privacy',
      tos_uri: 'https://app.example.com/terms',
    })
    await application('quay', 'Quay', { sources: ['harbour', 'company'] })
    await application('lane', 'Lane', { sources: null })
    await api.create('/sources', source(harbour, { key: 'domains', name: 'Harbour Domains', domains: ['harbour.example'], applications: ['lane'] }))
    await application('safe', 'Safe', { default_acr_values: ['https://refeds.org/profile/mfa'], consent_mode: 'skip' })
    await application('closed', 'Vault')
    await api.create('/policy-bindings', { target: 'closed', group: group.id })
    await application('boat', 'Paper Boat', { redirect_uris: [], learn_redirect_uri: 'anyone' })
    await application('tv', 'Television', { redirect_uris: [], grant_types: [deviceGrant] })
    await application('front', 'Front Desk', {
      consent_mode: 'skip',
      redirect_uris: [{ matching_mode: 'strict', url: `${front}/callback` }],
      logout_uri: `${front}/out`,
      logout_method: 'frontchannel',
      post_logout_redirect_uris: [{ matching_mode: 'strict', url: `${front}/bye` }],
    })
    browser = await trusting(await chromium())
  })
  after(() => reader.checkAll())

  const at = (path, query = {}) => `${server.publicUrl}${path}${Object.keys(query).length ? '?' : ''}${new URLSearchParams(query)}`
  const authorize = (client_id, more = {}) =>
    at('/application/o/authorize/', { client_id, redirect_uri: callback, response_type: 'code', scope: scopes, state: 's', ...more })
  const code = () => browser.attribute('#error', 'data-error-code')
  const signOut = async () => {
    await browser.go(at('/logout'))
    await browser.press('#logout-form #submit')
  }

  test('before anybody is known', async () => {
    await browser.go(authorize('quay'))
    await browser.find('.source[data-source=company]')
    await look(browser, 'sign-in', 'sign_in.html')
    await browser.signIn('ada', 'not the password')
    await browser.find('#problem')
    await look(browser, 'sign-in-wrong-password', 'sign_in.html')
    for (let turn = 0; turn < 3; turn += 1) await browser.signIn('grace', 'not the password')
    assert.match(await browser.text('#problem'), /minute/)
    await look(browser, 'sign-in-throttled', 'sign_in.html')
    await browser.go(authorize('lane'))
    await look(browser, 'sign-in-name-first', 'sign_in.html')
    await browser.fill('#login-form [name=username]', 'ada')
    await browser.press('#login-form #submit')
    await look(browser, 'sign-in-password-second', 'sign_in.html')

    await browser.go(at('/source/oauth/login/harbour/'))
    await browser.fill('#enroll-form [name=username]', 'ada')
    await browser.press('#enroll-form #submit')
    await browser.find('#username-problem')
    await look(browser, 'finish-profile', 'enroll.html')
    harbour.person = undefined
    await browser.go(authorize('quay'))
    await browser.press('.source[data-source=harbour]')
    assert.match(await code(), /^upstream_/)
    await look(browser, 'upstream-refused', 'error.html')
    reader.check()
  })

  test('a page that is not there, and lost cookies', async () => {
    await browser.go(at('/nowhere'))
    assert.equal(await code(), 'not_found')
    await look(browser, 'not-found', 'error.html')
    for (const [where, what] of [[server.publicUrl, 'cookie_missing'], [server.url, 'address_mismatch']]) {
      await browser.go(`${where}/login`)
      await browser.fill('#login-form [name=username]', 'ada')
      await browser.fill('#login-form [name=password]', password)
      await browser.driver.manage().deleteAllCookies()
      await browser.press('#login-form #submit')
      assert.equal(await code(), what)
      await look(browser, what.replace('_', '-'), 'error.html')
    }
    reader.check()
  })

  test('a second factor', async () => {
    await browser.go(at('/login', { next: '/account/factors' }))
    await browser.signIn('tara', password)
    await browser.press('#authenticator-add')
    await browser.fill('#code', codeOf(await browser.text('#secret')))
    await browser.press('#authenticator-form #submit')
    await browser.press('#onward')
    const askedAgain = async () => {
      await signOut()
      await browser.go(at('/login', { next: '/account/factors' }))
      await browser.signIn('tara', password)
    }
    const [recovery] = await (async () => {
      await browser.press('#recovery-codes')
      const items = await browser.driver.findElements({ css: '#codes li' })
      return Promise.all(items.map((item) => item.getText()))
    })()
    await askedAgain()
    await look(browser, 'factor-code', 'factor.html')
    await browser.fill('#factor-form [name=code]', '000000')
    await browser.press('#factor-form #submit')
    await browser.find('#problem')
    await look(browser, 'factor-wrong-code', 'factor.html')
    await browser.fill('#factor-form [name=code]', recovery)
    await browser.press('#factor-form #submit')
    const unlock = await device(browser)
    await browser.press('#passkey-add')
    await browser.find('.passkey')
    await unlock(false)
    await askedAgain()
    assert.ok(await (await browser.find('#passkey-sign-in')).isDisplayed())
    await look(browser, 'factor-passkey', 'factor.html')
    reader.check()
  })

  test('what a person is asked on the way to an application', async () => {
    await browser.go(authorize('ledger'))
    await browser.signIn('ada', password)
    await look(browser, 'consent', 'consent.html')
    await browser.go(authorize('ledger', { prompt: 'login' }))
    await browser.find('.notice')
    await look(browser, 'sign-in-again', 'sign_in.html')
    await browser.go(authorize('ledger', { prompt: 'select_account' }))
    await browser.find('#account-form .forget')
    await look(browser, 'choose-account', 'choose_account.html')
    await browser.go(authorize('safe'))
    await look(browser, 'factor-needed', 'factor_needed.html')
    await browser.go(authorize('closed'))
    await look(browser, 'denied', 'denied.html')
    await browser.go(authorize('boat', { redirect_uri: 'http://intranet.northern-harbour-administration.example/oauth2/callback?tenant=42' }))
    await look(browser, 'first-use', 'first_use.html')
    await browser.go(authorize('ledger', { redirect_uri: 'https://elsewhere.example.com/' }))
    assert.equal(await code(), 'redirect_uri_mismatch')
    await look(browser, 'redirect-uri-mismatch', 'error.html')
    await browser.go(at('/admin/'))
    assert.equal(await code(), 'administrator_only')
    await look(browser, 'administrators-only', 'error.html')
    reader.check()
  })

  test('a device', async () => {
    const enter = async (text) => {
      await browser.go(at('/device'))
      await browser.fill('#device-form [name=code]', text)
      await browser.press('#device-form #submit')
    }
    const asked = async () => {
      const body = new URLSearchParams({ client_id: 'tv', scope: 'openid profile' })
      return (await (await fetch(at('/application/o/device/'), { method: 'POST', body })).json()).user_code
    }
    await browser.go(at('/device'))
    await look(browser, 'device', 'device.html')
    await enter('BCDF-GHJK')
    await browser.find('#problem')
    await look(browser, 'device-wrong-code', 'device.html')
    await enter(await asked())
    await look(browser, 'device-question', 'device_question.html')
    await browser.press('#allow')
    await look(browser, 'device-allowed', 'device_answered.html')
    reader.check()
  })

  test('on the way out', async () => {
    await browser.go(at('/application/o/front/end-session/', { client_id: 'front' }))
    await look(browser, 'end-session', 'confirm_sign_out.html')
    await browser.go(at('/logout', { everywhere: 'true' }))
    await look(browser, 'sign-out-everywhere', 'confirm_sign_out.html')
    await browser.go(at('/logout'))
    await look(browser, 'sign-out', 'confirm_sign_out.html')
    await browser.press('#logout-form #submit')
    await look(browser, 'signed-out', 'signed_out.html')
    reader.check()
  })

  test('pages that go on by themselves', async () => {
    await browser.go(authorize('front', { redirect_uri: `${front}/callback`, response_mode: 'form_post' }))
    await browser.signIn('ada', password)
    await look(browser, 'form-post', 'form_post.html')
    const redeemed = await fetch(at('/application/o/token/'), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: await browser.attribute('#form-post input[name=code]', 'value'),
        redirect_uri: `${front}/callback`,
        client_id: 'front',
        client_secret: secret,
      }),
    })
    const { id_token } = await redeemed.json()
    await browser.go(at('/application/o/front/end-session/', { id_token_hint: id_token, post_logout_redirect_uri: `${front}/bye` }))
    await browser.find('#signed-out #back')
    assert.ok(await browser.has('iframe'))
    await look(browser, 'signed-out-front-channel', 'signed_out.html')
    reader.check()
  })

  test('the first administrator, and the demonstration', async () => {
    const folder = await temporaryFolder()
    const settings = { VESTIBULE_LISTEN: '127.0.0.1:0', VESTIBULE_DATA_DIR: folder, TMPDIR: folder }
    const fresh = run(['serve', '--json'], settings, folder)
    const { setup_link } = await fresh.announced('setup_link')
    await browser.go(setup_link)
    await look(browser, 'first-administrator', 'first_administrator.html')
    await fresh.stop()
    const demonstration = run(['demo', '--json'], settings, folder)
    const demo = await demonstration.announced('sample_application', 60)
    await browser.go(demo.sample_application)
    await look(browser, 'sample-start', 'sample_start.html')
    await browser.press('#sign-in')
    await look(browser, 'sample-sign-in', 'sign_in.html')
    await browser.press('.source[data-source=sample]')
    await look(browser, 'sample-upstream', 'upstream_start.html')
    await browser.press('button[data-person=bob]')
    await browser.press('#consent-form #allow')
    await look(browser, 'sample-result', 'sample_result.html')
    await demonstration.stop()
    await browser.close()
    reader.check()
  })
})
