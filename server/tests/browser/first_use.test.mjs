// An application without an address presents its first, to a real browser: an administrator confirms it, anybody else
// may not, and until then nothing is sent there.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { serve } from './support/server.mjs'

const administrator = { username: 'admin', password: 'correct horse battery staple' }

describe('the first use of a redirect URI', () => {
  let server
  let person
  let callback
  const arrived = []
  const application = createServer((request, response) => {
    if (request.url.startsWith('/callback')) arrived.push(request.url)
    response.setHeader('content-type', 'text/html')
    response.end('<!DOCTYPE html><title>The application</title><p id="arrived">Welcome back</p>')
  })

  function authorize(client_id, more = {}) {
    const query = new URLSearchParams({ client_id, redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', ...more })
    return `${server.publicUrl}/application/o/authorize/?${query}`
  }

  before(async () => {
    await new Promise((done) => application.listen(0, '127.0.0.1', done))
    callback = `http://127.0.0.1:${application.address().port}/callback`
    server = await serve()
    person = await server.api.person('bea')
  })
  after(() => application.close())

  test('an administrator sees the whole address, confirms it, and the sign-in goes on', async () => {
    const made = await server.api.create('/applications', { name: 'Paper Boat', slug: 'boat', consent_mode: 'skip' })
    assert.equal(made.learn_redirect_uri, 'administrator')
    const browser = await chromium({ scripts: false })
    await browser.go(authorize(made.client_id))
    await browser.signIn(administrator.username, administrator.password)
    await browser.find('#first-use-form')
    assert.equal(await browser.text('#address'), callback)
    assert.match(await browser.text('h1'), /Paper Boat/)
    await browser.screenshots('20-first-use')
    assert.deepEqual(arrived, [], 'nothing is sent before')
    await browser.press('#first-use-form #allow')
    await browser.find('#arrived')
    assert.match(await browser.url(), /\?code=/)
    assert.equal(arrived.length, 1)
    const after = await server.api.get('/applications/boat')
    assert.deepEqual(after.redirect_uris, [{ matching_mode: 'strict', url: callback }])
    assert.equal(after.learn_redirect_uri, 'off')
    const { items } = await server.api.get('/events?action=redirect_uri_learned')
    assert.deepEqual(items.map((event) => [event.target, event.detail.redirect_uri]), [[made.id, callback]])
    await browser.go(authorize(made.client_id, { redirect_uri: `${callback}/other` }))
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'redirect_uri_mismatch')
    await browser.close()
  })

  test('somebody else may not, and an administrator may say no', async () => {
    arrived.length = 0
    const made = await server.api.create('/applications', { name: 'Kite', slug: 'kite', consent_mode: 'skip' })
    const browser = await chromium()
    await browser.go(authorize(made.client_id))
    await browser.signIn(person.username, person.password)
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'first_use_not_allowed')
    await browser.screenshots('21-first-use-not-allowed')
    await browser.close()
    const other = await chromium()
    await other.go(authorize(made.client_id))
    await other.signIn(administrator.username, administrator.password)
    await other.press('#first-use-form #deny')
    assert.equal(await other.attribute('#error', 'data-error-code'), 'first_use_denied')
    await other.close()
    assert.deepEqual((await server.api.get('/applications/kite')).redirect_uris, [])
    assert.deepEqual(arrived, [])
  })

  test('an application that says so learns from anybody who is signed in', async () => {
    arrived.length = 0
    const made = await server.api.create('/applications', { name: 'Swing', slug: 'swing', consent_mode: 'skip', learn_redirect_uri: 'anyone' })
    const browser = await chromium()
    await browser.go(authorize(made.client_id))
    await browser.signIn(person.username, person.password)
    await browser.press('#first-use-form #allow')
    await browser.find('#arrived')
    assert.equal(arrived.length, 1)
    assert.deepEqual((await server.api.get('/applications/swing')).redirect_uris, [{ matching_mode: 'strict', url: callback }])
    await browser.close()
  })
})
