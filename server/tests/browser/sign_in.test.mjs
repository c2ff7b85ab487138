// A person, a real browser and the sample application of `vestibule demo`: the sign-in that a newcomer sees first.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { run, temporaryFolder } from './support/server.mjs'

const alice = { username: 'alice', password: 'wonderland' }

describe('Chromium at the demonstration', () => {
  let demo

  before(async () => {
    const folder = await temporaryFolder()
    const settings = { VESTIBULE_LISTEN: '127.0.0.1:0', TMPDIR: folder }
    demo = await run(['demo', '--json'], settings, folder).announced('sample_application', 60)
  })

  /** Everything a person does, with pictures of every page when asked. */
  async function signInAndOut(browser, shoot = async () => {}) {
    await browser.go(demo.sample_application)
    await browser.find('#sign-in')
    await shoot('01-sample-application')
    // Consent of an earlier test is remembered for this person, so it is asked for.
    await browser.driver.findElement({ css: '#prompt option[value=consent]' }).click()
    await browser.press('#sign-in')
    await browser.find('#login-form')
    await shoot('02-sign-in')

    await browser.signIn(alice.username, 'not the password')
    await browser.find('#login-form')
    assert.match(await browser.text('#problem'), /password/i)
    assert.equal(await browser.attribute('#login-form input[name=password]', 'value'), '', 'a password is never sent back')
    await shoot('03-wrong-password')

    await browser.signIn(alice.username, alice.password)
    await browser.find('#consent-form')
    assert.equal(await browser.has('#problem'), false)
    for (const scope of ['email', 'profile']) await browser.find(`#consent-form li[data-scope="${scope}"]`)
    await shoot('04-consent')
    await browser.press('#consent-form #allow')

    assert.match(await browser.text('#person'), /alice/i)
    const idToken = await browser.text('#id-token')
    for (const claim of ['"iss"', '"sub"', '"nonce"', '"email"', 'alice']) assert.ok(idToken.includes(claim), `${claim} in ${idToken}`)
    assert.match(await browser.text('#access-token'), /"at\+jwt"/)
    for (const path of ['/application/o/authorize/', '/application/o/token/']) {
      assert.ok((await browser.text('#requests')).includes(path), path)
    }
    await shoot('05-signed-in')
    await browser.press('#call-userinfo')
    assert.match(await browser.text('#userinfo'), /alice/)

    await browser.press('#sign-out')
    if (await browser.has('#logout-form')) await browser.press('#logout-form #submit')
    await browser.go(demo.sample_application)
    await browser.press('#sign-in')
    await browser.find('#login-form')
  }

  test('a person signs in, sees tokens and claims, and signs out', async () => {
    const browser = await chromium()
    await signInAndOut(browser, (name) => browser.screenshots(name))
    await browser.close()
  })

  test('the same works without JavaScript', async () => {
    const browser = await chromium({ scripts: false })
    await browser.go('data:text/html,<title>off</title><script>document.title="on"</script>')
    assert.equal(await browser.driver.getTitle(), 'off')
    await signInAndOut(browser)
    await browser.close()
  })

  test('refused consent returns to the application with access_denied', async () => {
    const browser = await chromium()
    // An earlier test's consent is remembered for this person and application, so it is asked for again.
    await browser.go(demo.sample_application)
    await browser.driver.findElement({ css: '#prompt option[value=consent]' }).click()
    await browser.press('#sign-in')
    await browser.signIn(alice.username, alice.password)
    await browser.press('#consent-form #deny')
    assert.equal(new URL(await browser.url()).origin, new URL(demo.sample_application).origin)
    assert.match(await browser.text('#problem'), /access_denied/)
    await browser.screenshots('07-consent-denied')
    await browser.close()
  })

  test('the pages beside the sign-in are readable everywhere', async () => {
    const browser = await chromium()
    await browser.go(`${demo.vestibule}application/o/authorize/?client_id=nobody&redirect_uri=https%3A%2F%2Fevil.example%2F`)
    assert.ok(await browser.attribute('#error', 'data-error-code'))
    assert.ok(await browser.attribute('#error', 'data-transaction'))
    await browser.screenshots('08-error')
    await browser.go(`${demo.vestibule}login`)
    await browser.signIn(alice.username, alice.password)
    assert.match(await browser.text(), /Paper Boat/, 'the applications that a person may open')
    await browser.screenshots('06-applications')
    await browser.go(`${demo.vestibule}logout`)
    await browser.find('#logout-form')
    await browser.screenshots('09-confirm-sign-out')
    await browser.press('#logout-form #submit')
    await browser.find('#signed-out')
    await browser.screenshots('10-signed-out')
    await browser.close()
  })

  test('pages run no inline script and load nothing from elsewhere', async () => {
    const page = await fetch(`${demo.vestibule}login`)
    const policy = page.headers.get('content-security-policy')
    assert.match(policy, /default-src '(none|self)'/)
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/)
    assert.match(policy, /frame-ancestors 'none'/)
    const text = await page.text()
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)/i)
    assert.doesNotMatch(text, /\son[a-z]+=/i)
    for (const [, address] of text.matchAll(/(?:src|href)="(https?:[^"]+)"/g)) {
      assert.equal(new URL(address).origin, new URL(demo.vestibule).origin)
    }
  })
})
