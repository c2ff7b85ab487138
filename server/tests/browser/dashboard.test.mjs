// The dashboard in a real browser: by keyboard alone, without scripts, and with somebody else at the same record.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { Key } from 'selenium-webdriver'
import { violations } from './support/axe.mjs'
import { chromium } from './support/chromium.mjs'
import { admin, administrator, filled } from './support/dashboard.mjs'
import { keyboard } from './support/keyboard.mjs'

describe('the dashboard', () => {
  let server
  const at = (path) => `${server.publicUrl}${path}`

  before(async () => {
    server = await filled()
  })

  const signedIn = (settings) => administrator(server, settings)

  test('an application is made by keyboard alone', async () => {
    const browser = await chromium()
    const { press, reach } = keyboard(browser)
    await browser.go(at('/'))
    await reach('#login-form [name=username]')
    await press(admin.username)
    await reach('#login-form [name=password]')
    await press(admin.password, Key.ENTER)
    await reach('#administration')
    await press(Key.ENTER)
    await reach('#navigation a[href="/admin/applications"]')
    await press(Key.ENTER)
    await reach('.ways a[href="/admin/applications/new"]')
    await press(Key.ENTER)
    await reach('[data-choice=all]')
    await press(Key.ENTER)
    await reach('#field-name')
    await press('Keyboard & <b>friends</b>')
    await reach('#field-redirect_uris')
    await press('https://keys.example.com/cb')
    await reach('#save')
    await press(Key.ENTER)
    const secret = await browser.text('#secret')
    assert.match(secret, /^[A-Za-z0-9]{128}$/)
    await reach('#on')
    await press(Key.ENTER)
    await browser.find('#record-form')
    assert.equal(await browser.text('h1'), 'Keyboard & <b>friends</b>')
    assert.ok(!(await browser.driver.getPageSource()).includes(secret), 'a secret is shown once')
    await browser.close()
  })

  test('everything works without JavaScript', async () => {
    const browser = await signedIn({ scripts: false })
    await browser.go(at('/admin/groups/new'))
    await browser.fill('#field-name', 'Night watch')
    await browser.fill('#find-users', 'grace')
    await browser.press('button[name=find][value=users]')
    await browser.driver.findElement({ css: '#field-users input' }).click()
    assert.equal(await browser.attribute('#field-name', 'value'), 'Night watch', 'what was typed is still there')
    await browser.press('#save')
    assert.match(await browser.text('#notice'), /Created/)
    assert.equal((await browser.driver.findElements({ css: '#field-users input:checked' })).length, 1)

    await browser.go(at('/admin/policies/new'))
    await browser.fill('#field-name', 'broken')
    await browser.fill('#field-expression', 'a = 1\nreturn a +')
    await browser.press('#try')
    assert.match(await browser.text('#outcome'), /line 2/i)
    await browser.find('#outcome .mark-line')
    await browser.fill('#field-expression', 'ak_message("Hello")\nreturn True')
    await browser.press('#try')
    assert.match(await browser.text('#outcome'), /lets pass[\s\S]*Hello/)
    await browser.press('#save')
    await browser.press('#delete')
    await browser.press('#confirm')
    assert.match(await browser.text('#notice'), /Removed/)
    await browser.close()
  })

  test('two administrators at one record', async () => {
    const browser = await signedIn()
    const user = await server.api.get('/users/ada')
    await browser.go(at(`/admin/users/${user.id}`))
    await server.api.patch(`/users/${user.id}`, { name: 'Ada King', nickname: 'Countess' })
    await browser.fill('#field-name', 'Augusta Ada')
    await browser.press('#save')
    assert.match(await browser.text('#theirs-name'), /Ada King/)
    assert.equal(await browser.attribute('#field-nickname', 'value'), 'Countess')
    await browser.screenshots('dashboard-conflict')
    assert.deepEqual(await violations(browser), [])
    await browser.press('#save')
    assert.equal((await server.api.get('/users/ada')).name, 'Augusta Ada')
    await browser.close()
  })
})
