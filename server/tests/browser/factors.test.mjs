// Passkeys, codes and recovery codes in Chromium, with the driver's virtual authenticator as the device of the person.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { Key } from 'selenium-webdriver'
import { codeOf, device, nextCode } from './support/authenticator.mjs'
import { violations } from './support/axe.mjs'
import { chromium } from './support/chromium.mjs'
import { keyboard } from './support/keyboard.mjs'
import { serve, until } from './support/server.mjs'

describe('second factors and passkeys in Chromium', () => {
  const password = 'a long enough password'
  let server

  before(async () => {
    server = await serve()
    for (const username of ['alice', 'bob', 'carol', 'dave', 'eve']) await server.api.person(username, password)
  })

  const at = (path) => `${server.publicUrl}/${path}`
  const isIn = async (browser) => browser.has('#sign-out-form')

  async function signOut(browser) {
    await browser.go(at('logout'))
    await browser.press('#logout-form #submit')
  }

  /** Pictures of the page as it stands, which nobody stumbles over. */
  async function look(browser, name) {
    await browser.screenshots(name)
    assert.deepEqual(await violations(browser), [], name)
  }

  const arrivesAt = (browser, path) =>
    until(async () => new URL(await browser.url()).pathname === path, `the browser at ${path}`)

  test('a passkey is added, and signs in alone', async () => {
    const browser = await chromium()
    await browser.go(at('login?next=/account/factors'))
    await browser.signIn('alice', password)
    await browser.find('#passkey-add')
    await look(browser, 'factors-none')
    const unlock = await device(browser)
    await browser.fill('#passkey-name', 'This computer')
    await browser.press('#passkey-add')
    await browser.find('#codes')
    assert.equal((await browser.driver.findElements({ css: '#codes li' })).length, 10)
    await look(browser, 'factors-recovery-codes')
    await browser.press('#onward')
    assert.match(await browser.text('.passkey'), /This computer/)
    await look(browser, 'factors-passkey')

    await signOut(browser)
    // A device that nobody unlocks signs nobody in, and the page says so.
    await unlock(false)
    await browser.go(at('login?next=/account'))
    await browser.find('#passkey-sign-in')
    await look(browser, 'factors-sign-in')
    await (await browser.find('#passkey-sign-in')).click()
    await until(async () => (await browser.find('[data-failed]')).isDisplayed(), 'the page to say that it did not work')
    assert.equal(new URL(await browser.url()).pathname, '/login')
    await unlock(true)
    await (await browser.find('#passkey-sign-in')).click()
    await arrivesAt(browser, '/account')
    await browser.go(at(''))
    assert.equal(await isIn(browser), true)
    await browser.close()
  })

  test('the same key stands after the password, and a key that is gone does not', async () => {
    const browser = await chromium()
    await browser.go(at('login?next=/account/factors'))
    await browser.signIn('bob', password)
    const unlock = await device(browser)
    await browser.press('#passkey-add')
    await browser.press('#onward')
    await signOut(browser)
    await unlock(false)
    await browser.go(at('login?next=/account'))
    await browser.signIn('bob', password)
    await browser.find('#factor-form')
    await look(browser, 'factors-second')
    await unlock(true)
    await browser.press('#passkey-sign-in')
    assert.equal(new URL(await browser.url()).pathname, '/account')
    await browser.go(at('account/factors'))
    await browser.press('.passkey .remove')
    assert.equal(await browser.has('.passkey'), false)
    await signOut(browser)
    // The device still has the key, offers it by itself under the name, and the page says that nobody knows it.
    await browser.go(at('login?next=/account'))
    await arrivesAt(browser, '/login/passkey')
    assert.match(await browser.text('#problem'), /passkey/i)
    // It does so once: a device that answers by itself is not asked again by itself.
    await browser.find('#passkey-form:not([data-conditional])')
    await look(browser, 'factors-gone')
    await unlock(false)
    await browser.go(at('login?next=/account'))
    await browser.signIn('bob', password)
    assert.equal(new URL(await browser.url()).pathname, '/account', 'a password is enough again')
    await browser.close()
  })

  for (const [username, scripts] of [['carol', true], ['dave', false]]) {
    test(`an authenticator app is added by its key and asked for, ${scripts ? 'with' : 'without'} scripts`, async () => {
      const browser = await chromium({ scripts })
      await browser.go(at('login?next=/account/factors'))
      await browser.signIn(username, password)
      await browser.press('#authenticator-add')
      const secret = await browser.text('#secret')
      const { width, height } = await (await browser.find('svg[role=img]')).getRect()
      assert.ok(width > 150 && Math.abs(width - height) < 1, `${width} by ${height}`)
      await browser.fill('#code', '000000')
      await browser.press('#authenticator-form #submit')
      assert.ok(await browser.text('#problem'))
      if (scripts) await look(browser, 'factors-authenticator')
      await browser.fill('#code', codeOf(secret))
      await browser.fill('#name', 'My telephone')
      await browser.press('#authenticator-form #submit')
      const recovery = await browser.text('#codes li:first-child')
      await browser.press('#onward')
      assert.match(await browser.text('.authenticator'), /My telephone/)
      if (scripts) await look(browser, 'factors-list')
      for (const code of [() => nextCode(secret), async () => recovery]) {
        await signOut(browser)
        await browser.go(at('login?next=/account'))
        await browser.signIn(username, password)
        await browser.find('#factor-form')
        assert.equal(await isIn(browser), false)
        if (scripts) await look(browser, 'factors-code')
        await browser.fill('#factor-form input[name=code]', await code())
        await browser.press('#factor-form #submit')
        assert.equal(new URL(await browser.url()).pathname, '/account')
      }
      await browser.close()
    })
  }

  test('a passkey is added, renamed and used by keyboard alone', async () => {
    const browser = await chromium()
    const { press, reach } = keyboard(browser)
    await browser.go(at('login?next=/account/factors'))
    await reach('#username')
    await press('eve', Key.TAB, password, Key.ENTER)
    await browser.find('#passkey-add')
    const unlock = await device(browser)
    await reach('#passkey-name')
    await press('First')
    await reach('#passkey-add')
    await press(Key.ENTER)
    await browser.find('#codes')
    await reach('#onward')
    await press(Key.ENTER)
    await reach('.passkey summary')
    await press(Key.ENTER)
    await reach('.rename [name=name]')
    // Tab selects what stands in a field.
    await press('Second', Key.ENTER)
    await until(async () => (await browser.text('.passkey strong')) === 'Second', 'the new name')
    await look(browser, 'factors-renamed')
    await signOut(browser)
    await unlock(false)
    await browser.go(at('login?next=/account'))
    await reach('#username')
    await press('eve')
    await reach('#password')
    await press(password, Key.ENTER)
    await browser.find('#factor-form')
    await unlock(true)
    await reach('#passkey-sign-in')
    await press(Key.ENTER)
    await arrivesAt(browser, '/account')
    await browser.close()
  })
})
