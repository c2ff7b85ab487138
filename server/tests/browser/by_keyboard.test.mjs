// A sign-in from its beginning to its end by somebody who has no mouse, and an account looked after by somebody whose browser runs
// no scripts.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { before, describe, test } from 'node:test'
import { By, Key } from 'selenium-webdriver'
import { codeOf } from './support/authenticator.mjs'
import { chromium } from './support/chromium.mjs'
import { keyboard } from './support/keyboard.mjs'
import { atEnd, serve, until } from './support/server.mjs'
import { source, upstream } from './support/upstream.mjs'

const password = 'a long enough password'

describe('without a mouse, and without scripts', () => {
  let server
  let callback

  before(async () => {
    const application = createServer((request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!DOCTYPE html><title>The application</title><p id="arrived">Welcome</p>')
    })
    await new Promise((done) => application.listen(0, '127.0.0.1', done))
    atEnd(() => new Promise((done) => application.close(done)))
    callback = `http://127.0.0.1:${application.address().port}/callback`
    const harbour = await upstream({ sub: '7', email: 'bea@harbour.example' })
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8' })
    for (const name of ['ada', 'bea']) await server.api.person(name, password)
    await server.api.create('/sources', source(harbour))
    for (const slug of ['wiki', 'mail']) {
      await server.api.create('/applications', {
        slug,
        name: `The ${slug}`,
        client_id: slug,
        launch_url: callback,
        redirect_uris: [{ matching_mode: 'strict', url: callback }],
      })
    }
  })

  const at = (path) => `${server.publicUrl}${path}`
  const authorize = (client_id) =>
    `${at('/application/o/authorize/')}?${new URLSearchParams({ client_id, redirect_uri: callback, response_type: 'code', scope: 'openid email profile', state: 's' })}`
  const path = async (browser) => new URL(await browser.url()).pathname

  test('somebody signs in, agrees, looks after their account and signs out by keyboard alone', async () => {
    const browser = await chromium()
    const { press, reach } = keyboard(browser)
    const enter = async (selector, arrival) => {
      await reach(selector)
      await press(Key.ENTER)
      await browser.find(arrival)
    }
    await browser.go(authorize('wiki'))
    // The first field has the focus from the start.
    await press('ada', Key.TAB, 'not the password', Key.ENTER)
    await browser.find('#problem')
    // What was typed stays, and one goes on where it was wrong.
    await press(password, Key.ENTER)
    await browser.find('#consent-form')
    await enter('#allow', '#arrived')
    assert.match(await browser.url(), /[?&]code=/)

    await browser.go(at('/'))
    await enter('#account', '.rooms')
    await enter('.rooms-list a[href="/account/profile"]', '#profile-form')
    await reach('#nickname')
    await press('Countess')
    await reach('#locale')
    await press('Deu')
    await enter('#profile-form #submit', '#done')
    assert.equal(await browser.attribute('#nickname', 'value'), 'Countess')
    await enter('.rooms-list a[href="/account/app-passwords"]', '#app-password-form')
    await reach('#app-password-form [name=name]')
    await press('Backup', Key.ENTER)
    await browser.find('#app-password-value')
    await enter('.app-password button', '#app-password-form')
    await until(async () => !(await browser.has('.app-password')), 'the app password to be gone')
    await enter('.rooms-list a[href="/account/consents"]', 'li.consent')
    await enter('li.consent button', '.empty')
    await enter('.lintel .beside a', '.tiles')
    await enter('.tile[data-application=mail] a', '#arrived')
    await browser.driver.navigate().back()
    await enter('#sign-out', '#signed-out')
    await enter('#sign-in-again', '#login-form')
    await browser.close()
  })

  test('an account is looked after without scripts', async () => {
    const browser = await chromium({ scripts: false })
    const done = () => browser.text('#done')
    await browser.go(authorize('wiki'))
    await browser.signIn('bea', password)
    await browser.press('#consent-form #allow')
    await browser.go(at('/account'))
    await browser.press('form[action="/account/link"] button[data-source=harbour]')
    assert.match(await browser.text('li.linked'), /bea@harbour\.example/)
    await browser.press('li.linked button')
    assert.equal(await browser.has('li.linked'), false)

    await browser.press('.rooms-list a[href="/account/profile"]')
    await browser.fill('#nickname', 'Bee')
    await browser.press('#profile-form #submit')
    assert.ok(await done())
    assert.equal((await server.api.get('/users/bea')).nickname, 'Bee')

    await browser.press('.rooms-list a[href="/account/app-passwords"]')
    await browser.fill('#app-password-form [name=name]', 'Backup')
    await browser.press('#app-password-form #submit')
    assert.match(await browser.text('#app-password-value'), /\S{20,}/)
    await browser.press('.app-password button')
    assert.equal(await browser.has('.app-password'), false)

    await browser.press('.rooms-list a[href="/account/consents"]')
    await browser.press('li.consent button')
    await browser.find('.empty')

    const other = await chromium()
    await other.go(at('/login?next=/account'))
    await other.signIn('bea', password)
    await browser.press('.rooms-list a[href="/account/sessions"]')
    await browser.press('#end-others')
    assert.equal((await browser.driver.findElements(By.css('li.session'))).length, 1)
    await other.go(at('/account'))
    await other.find('#login-form')
    await other.close()

    await browser.press('.rooms-list a[href="/account/password"]')
    await browser.fill('#current', password)
    await browser.fill('#password', 'curiouser and curiouser')
    await browser.press('#password-form #submit')
    assert.ok(await done())
    await browser.press('.rooms-list a[href="/account/factors"]')
    assert.match(await browser.text('noscript'), /passkey/i)
    await browser.press('#authenticator-add')
    await browser.fill('#code', codeOf(await browser.text('#secret')))
    await browser.press('#authenticator-form #submit')
    await browser.press('#onward')
    await browser.press('.authenticator .remove')
    assert.equal(await browser.has('.authenticator'), false)
    await browser.press('.rooms-list a[href="/account/activity"]')
    for (const action of ['password_changed', 'source_unlinked']) await browser.find(`li.event[data-action=${action}]`)
    await browser.press('.lintel .beside a')
    await browser.press('#sign-out')
    assert.equal(await path(browser), '/logout')
    await browser.find('#signed-out')
    await browser.close()
  })
})
