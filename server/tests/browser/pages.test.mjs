// Every page that a person may meet, as a picture, in each language: light and dark, 320 pixels and wide. Nothing runs over
// the edge, is cut off or too faint to read, and no word of another language is left.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { run, serve, temporaryFolder } from './support/server.mjs'

const device = 'urn:ietf:params:oauth:grant-type:device_code'
const callback = 'https://app.example.com/callback'
const scopes = 'openid email profile address phone groups entitlements offline_access'
const password = 'a long enough password'

describe('every page as a picture', () => {
  let server

  before(async () => {
    server = await serve()
    const { api } = server
    const person = await api.person('ada', password)
    await api.create('/groups', { name: 'Site Reliability Engineering', users: [person.id] })
    const policy = await api.create('/policies', {
      name: 'only-during-office-hours',
      expression: 'ak_message("Come back on Monday between eight and five, or ask Grace Hopper.")\nreturn False',
    })
    const application = (slug, name, fields = {}) =>
      api.create('/applications', {
        slug,
        name,
        client_id: slug,
        client_secret: 'a-secret-of-at-least-32-characters',
        redirect_uris: [{ matching_mode: 'strict', url: callback }],
        scope_mappings: scopes.split(' '),
        ...fields,
      })
    await application('ledger', 'The Ledger of the Northern Harbour Administration')
    const closed = await application('closed', 'Vault')
    await api.create('/policy-bindings', { target_type: 'application', target: closed.id, policy: policy.id, order: 0 })
    await application('new', 'Paper Boat', { redirect_uris: [], learn_redirect_uri: 'anyone' })
    await application('tv', 'Living Room Television', { redirect_uris: [], grant_types: [device] })
    await application('github', 'Build Server')
    await application('front', 'Front Desk', {
      consent_mode: 'skip',
      logout_uri: 'https://front.example.com/out',
      logout_method: 'frontchannel',
      post_logout_redirect_uris: [{ matching_mode: 'strict', url: 'https://app.example.com/bye' }],
    })
  })

  const at = (path, query) => `${server.publicUrl}${path}?${new URLSearchParams(query)}`
  const authorize = (client_id, more = {}) =>
    at('/application/o/authorize/', { client_id, redirect_uri: callback, response_type: 'code', scope: scopes, state: 's', ...more })
  const asked = async () => {
    const body = new URLSearchParams({ client_id: 'tv', scope: 'openid profile offline_access' })
    return (await fetch(`${server.publicUrl}/application/o/device/`, { method: 'POST', body })).json()
  }

  // Two languages in every view; of the others the view in which long words meet the edge first.
  const spoken = [
    ['en', /Sign in/, /return address/],
    ['de', /Anmelden/, /Rückkehradresse/],
    ['fr', /Se connecter/, /adresse de retour/, ['narrow-light']],
    ['es', /Iniciar sesión/, /dirección de retorno/, ['narrow-light']],
  ]
  for (const [language, word, returnAddress, views] of spoken) {
    test(`in ${language}`, async () => {
      // Without scripts, so that a form that sends itself stays where it is.
      const browser = await chromium({ scripts: false, language })
      const shot = async (name) => {
        assert.equal(await browser.attribute('html', 'lang'), language, name)
        await browser.screenshots(`${language}-${name}`, views)
      }
      const code = async (text) => {
        await browser.go(`${server.publicUrl}/device`)
        await browser.fill('#device-form input[name=code]', text)
        await browser.press('#device-form #submit')
      }

      await browser.go(authorize('ledger'))
      assert.match(await browser.text(), word)
      await shot('01-sign-in')
      await browser.signIn('ada', 'not the password')
      await browser.find('#login-form')
      await shot('02-wrong-password')
      await browser.signIn('ada', password)
      await browser.find('#consent-form')
      await shot('03-consent')
      await browser.go(authorize('ledger', { prompt: 'select_account' }))
      await browser.find('#account-form')
      await shot('04-choose-account')

      await browser.go(authorize('closed'))
      assert.match(await browser.text(), /only-during-office-hours/)
      await shot('05-denied')
      await browser.go(authorize('ledger', { redirect_uri: 'https://elsewhere.example.com/' }))
      assert.equal(await browser.attribute('#error', 'data-error-code'), 'redirect_uri_mismatch')
      assert.match(await browser.text('#error .lead'), returnAddress)
      await shot('06-error')

      await browser.go(authorize('new', { redirect_uri: 'http://intranet.northern-harbour-administration.example/application/oauth2/callback?tenant=42' }))
      await browser.find('#first-use-form')
      await shot('07-first-use')

      await browser.go(`${server.publicUrl}/device`)
      await shot('08-device-code')
      await code('BCDF-GHJK')
      await browser.find('#problem')
      await shot('09-device-wrong-code')
      await code((await asked()).user_code)
      await browser.find('#consent-form')
      await shot('10-device-question')
      await browser.press('#consent-form #allow')
      await browser.find('#device-answered')
      await shot('11-device-allowed')
      await code((await asked()).user_code)
      await browser.press('#consent-form #deny')
      await browser.find('#device-answered')
      await shot('12-device-refused')

      await browser.go(authorize('front', { response_mode: 'form_post' }))
      await browser.find('#form-post')
      await shot('13-form-post')
      await browser.go(at('/login/oauth/authorize', { client_id: 'github', scope: 'read:user user:email read:org' }))
      await browser.find('#consent-form')
      await shot('14-github-consent')

      await browser.go(`${server.publicUrl}/`)
      await shot('15-applications')
      await browser.press('#sign-out-everywhere')
      await browser.find('#logout-form')
      await shot('16-sign-out-everywhere')
      const bye = { client_id: 'front', post_logout_redirect_uri: 'https://app.example.com/bye' }
      await browser.go(at('/application/o/front/end-session/', { client_id: 'front' }))
      await browser.find('#logout-form')
      await shot('17-confirm-sign-out')
      // An application is part of the session from its first tokens on.
      await browser.go(authorize('front', { response_mode: 'form_post' }))
      const redeemed = await fetch(`${server.publicUrl}/application/o/token/`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: await browser.attribute('#form-post input[name=code]', 'value'),
          redirect_uri: callback,
          client_id: 'front',
          client_secret: 'a-secret-of-at-least-32-characters',
        }),
      })
      const { id_token } = await redeemed.json()
      await browser.go(at('/application/o/front/end-session/', { ...bye, id_token_hint: id_token }))
      await browser.find('#signed-out #back')
      assert.ok(await browser.has('iframe'))
      await shot('18-signed-out-front-channel')
      await browser.close()
    })

    test(`the first administrator, in ${language}`, async () => {
      const folder = await temporaryFolder()
      const fresh = run(['serve', '--json'], { VESTIBULE_LISTEN: '127.0.0.1:0', VESTIBULE_DATA_DIR: folder }, folder)
      const { setup_link } = await fresh.announced('setup_link')
      const browser = await chromium({ scripts: false, language })
      await browser.go(setup_link)
      assert.equal(await browser.attribute('html', 'lang'), language)
      await browser.screenshots(`${language}-19-first-administrator`, views)
      await browser.close()
      await fresh.stop()
    })
  }
})
