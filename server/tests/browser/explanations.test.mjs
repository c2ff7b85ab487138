// Refusals in a real browser: a stranger reads a sentence and a number, an administrator sees what differs and repairs it with a
// button, and the same sign-in succeeds.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { serve } from './support/server.mjs'

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
})
