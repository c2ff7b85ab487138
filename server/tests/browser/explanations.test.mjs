// Refusals in a real browser: a stranger reads a sentence and a number, an administrator sees what differs and repairs it with a
// button, and the same sign-in succeeds.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { By } from 'selenium-webdriver'
import { violations } from './support/axe.mjs'
import { chromium } from './support/chromium.mjs'
import { look } from './support/dashboard.mjs'
import { serve } from './support/server.mjs'

const all = ({ driver }, selector) => driver.findElements(By.css(selector))
const administrator = { username: 'admin', password: 'correct horse battery staple' }

describe('a refused sign-in', () => {
  let server
  let person
  let base
  const application = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!DOCTYPE html><title>The application</title><p id="arrived">Welcome back</p>')
  })

  function authorize(client_id, redirect_uri) {
    const query = new URLSearchParams({ client_id, redirect_uri, response_type: 'code', scope: 'openid', state: 's' })
    return `${server.publicUrl}/application/o/authorize/?${query}`
  }

  async function made(name, fields = {}) {
    return server.api.create('/applications', {
      name,
      slug: name.toLowerCase(),
      consent_mode: 'skip',
      redirect_uris: [{ matching_mode: 'strict', url: `${base}/callback` }],
      ...fields,
    })
  }

  /** A browser in which somebody is signed in. */
  async function signedIn(who, settings) {
    const browser = await chromium(settings)
    await browser.go(`${server.publicUrl}/login`)
    await browser.signIn(who.username, who.password)
    return browser
  }

  before(async () => {
    await new Promise((done) => application.listen(0, '127.0.0.1', done))
    base = `http://127.0.0.1:${application.address().port}`
    server = await serve()
    person = await server.api.person('bea')
  })
  after(() => application.close())

  test('a stranger reads a sentence and a case number, and an administrator finds it by that number', async () => {
    const { client_id } = await made('Harbour')
    const browser = await signedIn(person)
    await browser.go(authorize(client_id, `${base}/callback/`))
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'redirect_uri_mismatch')
    assert.equal(await browser.has('#explanation'), false)
    const shown = await browser.text('.case')
    const [number] = shown.match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)
    const found = await server.api.get(`/transactions/${number}`)
    assert.equal(found.code, 'redirect_uri_mismatch')
    assert.deepEqual(found.explanation.difference.aspects, ['trailing_slash'])
    await browser.close()
  })

  test('an address with a slash too many is registered by a button, without scripts', async () => {
    const { id, client_id } = await made('Lighthouse')
    const browser = await signedIn(administrator, { scripts: false })
    await browser.go(authorize(client_id, `${base}/callback/`))
    assert.equal(await browser.text('#given mark'), '/')
    assert.match(await browser.text('.aspects'), /slash at its end/)
    await browser.screenshots('60-explained-redirect-uri')
    await browser.press('button[data-repair=add_redirect_uri]')
    await browser.find('#arrived')
    assert.match(await browser.url(), /\/callback\/\?code=/)
    const after = await server.api.get(`/applications/${id}`)
    assert.deepEqual(after.redirect_uris.map((entry) => entry.url), [`${base}/callback`, `${base}/callback/`])
    await browser.close()
  })

  test('an address on another host asks to be thought about first', async () => {
    const { client_id } = await made('Anchor')
    const browser = await signedIn(administrator)
    await browser.go(authorize(client_id, base.replace('127.0.0.1', 'localhost') + '/callback'))
    assert.match(await browser.text('.aspects'), /host differs/)
    await browser.screenshots('61-explained-another-host')
    await browser.picture('explained', { height: 1200 })
    assert.deepEqual(await violations(browser), [])
    const button = await browser.find('button[data-repair=add_redirect_uri]')
    await button.click()
    assert.equal(await browser.has('#explanation'), true, 'the browser itself asks for the tick')
    await (await browser.find('form:has(button[data-repair=add_redirect_uri]) input[name=confirmed]')).click()
    await browser.press('button[data-repair=add_redirect_uri]')
    await browser.find('#arrived')
    await browser.close()
  })

  test('an application that was switched off is switched on, in another language', async () => {
    const { client_id } = await made('Buoy', { enabled: false })
    const browser = await chromium({ language: 'de' })
    await browser.go(`${server.publicUrl}/login`)
    await browser.signIn(administrator.username, administrator.password)
    await browser.go(authorize(client_id, `${base}/callback`))
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'client_disabled')
    assert.match(await browser.text('#explanation-title'), /Administratoren/)
    await browser.screenshots('62-explained-disabled')
    await browser.press('button[data-repair=enable_application]')
    await browser.find('#arrived')
    await browser.close()
  })

  test('a case is found among many, drawn as a sequence, read in words, and repaired from there', async () => {
    const { id, client_id } = await made('Pier')
    const query = new URLSearchParams({ client_id, redirect_uri: `${base}/callback`, response_type: 'code', scope: 'openid email', state: 's' })
    await server.api.patch(`/applications/${id}`, { require_pkce: true })
    const somebody = await signedIn(person)
    await somebody.go(`${server.publicUrl}/application/o/authorize/?${query}`)
    await somebody.find('#arrived, #error')
    await somebody.close()

    const browser = await signedIn(administrator)
    await browser.go(`${server.publicUrl}/admin/`)
    await browser.press('#navigation a[href="/admin/transactions"]')
    const wrong = await look(browser, 'transactions')
    await browser.fill('#q', 'pier')
    await (await browser.find('#state option[value=refused]')).click()
    await browser.press('#finder button')
    assert.equal((await all(browser, '.cases > li')).length, 1)
    assert.match(await browser.text('.cases'), /Sign-in · Pier/)
    await browser.press('.cases a')
    assert.equal(await browser.attribute('#transaction', 'data-state'), 'refused')
    assert.ok((await all(browser, '#drawing .arrow')).length >= 2, 'there and back')
    assert.ok((await all(browser, '#drawing .stopped')).length >= 1, 'what stopped it is marked')
    assert.match(await browser.text('ol.steps'), /pkce/)
    wrong.push(...(await look(browser, 'transaction')))
    await browser.picture('transaction', { height: 1080 })
    await (await browser.find('form:has(button[data-repair=require_pkce_off]) input[name=confirmed]')).click()
    await browser.press('button[data-repair=require_pkce_off]')
    await browser.find('#notice')
    assert.equal((await server.api.get(`/applications/${id}`)).require_pkce, false)
    assert.deepEqual(wrong, [])
    await browser.close()
  })
})
