// A sign-in that adapts, in a real browser and without scripts: four languages, cookies that get lost, the name first where a
// source has mail domains, and the accounts that a browser remembers.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { atEnd, serve } from './support/server.mjs'

const callback = 'https://app.example.com/callback'
const password = 'a long enough password'

/** Where the browser is sent by a source: it shows what it was asked, and nobody gets further. */
async function elsewhere() {
  const server = createServer((request, response) => {
    if (request.url === '/jwks') return response.end('{"keys":[]}')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    const asked = new URL(request.url, 'http://localhost').searchParams
    response.end(`<!DOCTYPE html><title>Elsewhere</title><p id="hint">${encodeURIComponent(asked.get('login_hint') ?? '')}</p>`)
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  atEnd(() => new Promise((done) => server.close(done)))
  return `http://127.0.0.1:${server.address().port}`
}

describe('a sign-in that adapts', () => {
  let server
  let upstream

  before(async () => {
    upstream = await elsewhere()
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8' })
    const { api } = server
    await api.person('ada', password)
    await api.person('grace', password)
    const application = (slug, name, sources) =>
      api.create('/applications', {
        slug,
        name,
        client_id: slug,
        client_secret: 'a-secret-of-at-least-32-characters',
        redirect_uris: [{ matching_mode: 'strict', url: callback }],
        consent_mode: 'always',
        sources,
      })
    await application('ledger', 'Ledger', [])
    await application('quay', 'Quay')
    await api.create('/sources', {
      key: 'harbour',
      name: 'Northern Harbour',
      kind: 'oidc',
      client_id: 'vestibule',
      client_secret: 'a secret',
      issuer: upstream,
      authorization_endpoint: `${upstream}/authorize`,
      token_endpoint: `${upstream}/token`,
      userinfo_endpoint: `${upstream}/userinfo`,
      jwks_uri: `${upstream}/jwks`,
      domains: ['harbour.example'],
      applications: ['quay'],
    })
  })

  const authorize = (client_id, more = {}) =>
    `${server.publicUrl}/application/o/authorize/?${new URLSearchParams({ client_id, redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', ...more })}`
  const code = (browser) => browser.attribute('#error', 'data-error-code')

  test('the language is chosen at the foot of the page and stays', async () => {
    const browser = await chromium({ scripts: false })
    await browser.go(authorize('ledger', { ui_locales: 'de' }))
    assert.equal(await browser.attribute('html', 'lang'), 'de')
    const address = await browser.url()
    for (const [tag, words] of [['fr', /Mot de passe/], ['es', /Contraseña/], ['en', /Password/], ['de', /Passwort/], ['fr', /Mot de passe/]]) {
      await browser.press(`.languages a[hreflang=${tag}]`)
      assert.equal(await browser.url(), address, 'the person is where they were')
      assert.equal(await browser.attribute('html', 'lang'), tag)
      assert.match(await browser.text(), words)
      assert.equal(await browser.attribute('.languages [aria-current]', 'lang'), tag)
    }
    await browser.signIn('ada', 'not the password')
    assert.match(await browser.text('#problem'), /ne vont pas ensemble/)
    // From the page that answered the form, back to the same sign-in.
    await browser.press('.languages a[hreflang=es]')
    assert.equal(await browser.attribute('html', 'lang'), 'es')
    await browser.signIn('ada', password)
    await browser.find('#consent-form')
    assert.match(await browser.text(), /Ledger quiere usar su cuenta/)
    await browser.go(`${server.publicUrl}/`)
    assert.equal(await browser.attribute('html', 'lang'), 'es')
    await browser.screenshots('60-applications-spanish')
    await browser.close()
  })

  test('a browser that blocks cookies is told so', async () => {
    const browser = await chromium({ scripts: false, cookies: false, language: 'de' })
    await browser.go(authorize('ledger'))
    assert.equal(await code(browser), 'cookie_missing')
    assert.match(await browser.text(), /Erlauben Sie Cookies für diese Website/)
    await browser.screenshots('61-cookie-missing')
    await browser.close()
  })

  test('cookies that were cleared are told from another address', async () => {
    const browser = await chromium({ scripts: false })
    const fill = async (address) => {
      await browser.go(address)
      await browser.fill('#login-form input[name=username]', 'ada')
      await browser.fill('#login-form input[name=password]', password)
    }
    const pressAndRead = async () => {
      await browser.press('#login-form #submit')
      return code(browser)
    }
    await fill(authorize('ledger'))
    await browser.driver.manage().deleteAllCookies()
    assert.equal(await pressAndRead(), 'cookie_missing')

    // Cleared, and another tab has a new one by now.
    await fill(`${server.publicUrl}/login?next=/account`)
    await browser.driver.manage().deleteAllCookies()
    const tab = await browser.driver.getWindowHandle()
    await browser.driver.switchTo().newWindow('tab')
    await browser.go(`${server.publicUrl}/login`)
    await browser.driver.switchTo().window(tab)
    assert.equal(await pressAndRead(), 'form_of_another_browser')

    await fill(`${server.url}/login?next=/account`)
    await browser.driver.manage().deleteAllCookies()
    assert.equal(await pressAndRead(), 'address_mismatch')
    const shown = await browser.text('.compare')
    assert.ok(shown.includes(server.url) && shown.includes(server.publicUrl), shown)
    await browser.screenshots('62-address-mismatch')
    await browser.close()
  })

  for (const scripts of [true, false]) {
    test(`the name comes first where a source has domains, ${scripts ? 'with' : 'without'} scripts`, async () => {
      const browser = await chromium({ scripts })
      const typeName = async (name) => {
        await browser.fill('#login-form input[name=username]', name)
        await browser.press('#login-form #submit')
      }
      const isSecond = () => browser.has('#login-form input[name=step][value=password]')
      await browser.go(authorize('quay'))
      await browser.find('#login-form input[name=password]')
      const place = await browser.find('#login-form .unseen')
      assert.ok((await place.getRect()).width <= 2, 'the field of the password is there and out of sight')
      if (scripts) await browser.screenshots('63-name-first')
      await typeName('ada@harbour.example')
      assert.equal(new URL(await browser.url()).origin, upstream)
      assert.equal(decodeURIComponent(await browser.text('#hint')), 'ada@harbour.example')

      await browser.driver.navigate().back()
      await browser.find('#login-form')
      await typeName('nobody')
      assert.ok(await isSecond())
      assert.equal(await browser.attribute('#login-form input[name=username]', 'value'), 'nobody')
      if (scripts) await browser.screenshots('64-password-second')
      await browser.driver.navigate().back()
      await browser.find('#login-form')
      await typeName('ada')
      assert.ok(await isSecond())
      await browser.fill('#login-form input[name=password]', 'not the password')
      await browser.press('#login-form #submit')
      await browser.find('#problem')
      await browser.signIn('ada', password)
      await browser.find('#consent-form')

      // In a second tab the application says who is meant.
      await browser.driver.switchTo().newWindow('tab')
      await browser.go(authorize('quay', { prompt: 'login', login_hint: 'grace' }))
      assert.ok(await isSecond())
      assert.equal(await browser.attribute('#login-form input[name=username]', 'value'), 'grace')
      await browser.close()
    })
  }

  test('a browser remembers who was signed in, and forgets whom one takes out', async () => {
    const browser = await chromium({ scripts: false })
    for (const name of ['ada', 'grace']) {
      await browser.go(`${server.publicUrl}/login?prompt=login`)
      await browser.signIn(name, password)
      await browser.press('#sign-out')
      await browser.find('#signed-out')
    }
    await browser.go(authorize('ledger', { prompt: 'select_account' }))
    const names = async () => {
      const rows = await browser.driver.findElements({ css: '#account-form li[data-account]' })
      return Promise.all(rows.map((row) => row.getAttribute('data-account')))
    }
    assert.deepEqual(await names(), ['grace', 'ada'])
    await browser.screenshots('65-remembered-accounts')
    await browser.press('#account-form li[data-account=ada] button.account')
    assert.equal(await browser.attribute('#login-form input[name=username]', 'value'), 'ada')
    await browser.signIn('ada', password)
    await browser.find('#consent-form')

    await browser.go(authorize('ledger', { prompt: 'select_account' }))
    assert.deepEqual(await names(), ['ada', 'grace'])
    assert.ok(await browser.has('#account-form #continue'))
    await browser.screenshots('66-choose-account')
    await browser.press('#account-form li[data-account=grace] button.forget')
    assert.deepEqual(await names(), ['ada'])
    await browser.press('#another')
    assert.equal(await browser.attribute('#login-form input[name=username]', 'value'), '')
    await browser.screenshots('67-sign-in-with-remembered')
    await browser.press('#accounts')
    assert.deepEqual(await names(), ['ada'])
    await browser.close()
  })
})
