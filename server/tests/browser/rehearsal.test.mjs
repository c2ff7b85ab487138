// Rehearsals in a real browser: what would happen is shown while somebody types, and without scripts by the button.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { admin, look } from './support/dashboard.mjs'
import { serve, until } from './support/server.mjs'

describe('rehearsals', () => {
  let server
  let application
  let source
  const at = (path) => `${server.publicUrl}${path}`

  before(async () => {
    server = await serve()
    await server.api.person('bea')
    application = await server.api.create('/applications', { name: 'Pier', redirect_uris: [{ matching_mode: 'strict', url: 'https://pier.example.com/cb' }] })
    source = await server.api.create('/sources', {
      key: 'legacy',
      name: 'Legacy',
      kind: 'oauth2',
      client_id: 'us',
      authorization_endpoint: 'https://idp.example.com/a',
      token_endpoint: 'https://idp.example.com/t',
      userinfo_endpoint: 'https://idp.example.com/me',
      attribute_mapping: { provider_user_id: 'id', email_address: 'mail' },
    })
  })

  async function signedIn(settings) {
    const browser = await chromium(settings)
    await browser.go(at('/login'))
    await browser.signIn(admin.username, admin.password)
    return browser
  }

  test('an answer of a source is run through while somebody types', async () => {
    const browser = await signedIn()
    await browser.go(at(`/admin/sources/${source.id}`))
    await browser.press(`a[href="/admin/sources/${source.id}/replay"]`)
    assert.equal(await browser.has('#outcome'), false)
    await browser.fill('#field-userinfo', '{"id": 7, "mail": "ada@example.com", "shoe": 42}')
    await until(() => browser.has('#outcome[data-state=fine] li[data-code=sign_up]'), 'the outcome')
    assert.match(await browser.text('#outcome'), /ada@example\.com/)
    const wrong = await look(browser, 'replay')
    await browser.fill('#field-userinfo', '{"id": 7,')
    await until(async () => !(await browser.has('#outcome')), 'nothing to come of half an object')
    assert.deepEqual(wrong, [])
    await browser.close()
  })

  test('an answer is saved, and a mapping that makes something else of it is accepted first', async () => {
    const browser = await signedIn()
    await browser.go(at(`/admin/sources/${source.id}/replay`))
    await browser.fill('#field-userinfo', '{"id": 7, "mail": "ada@example.com", "work": "ada@work.example"}')
    await browser.fill('#field-name', 'Ada')
    await browser.press('#save-sample')
    assert.match(await browser.text('#samples'), /Ada/)
    assert.match(await browser.attribute('#field-userinfo', 'value'), /ada@work\.example/)
    assert.deepEqual(await look(browser, 'samples'), [])
    await browser.go(at(`/admin/sources/${source.id}`))
    await (await browser.find('details:has(#field-attribute_mapping) > summary')).click()
    await browser.fill('#field-attribute_mapping', '{"provider_user_id": "id", "email_address": "work"}')
    await browser.press('#save')
    assert.match(await browser.text('#problem-accept_samples'), /Ada.*email_address.*ada@work\.example/)
    assert.deepEqual(await look(browser, 'samples-refused'), [])
    await (await browser.find('#field-accept_samples')).click()
    await browser.press('#save')
    assert.equal((await server.api.get(`/sources/${source.id}`)).attribute_mapping.email_address, 'work')
    await browser.go(at(`/admin/sources/${source.id}/replay`))
    await browser.press('#samples button[name=delete]')
    assert.equal(await browser.has('#samples'), false)
    await browser.close()
    await server.api.patch(`/sources/${source.id}`, { attribute_mapping: source.attribute_mapping })
  })

  test('claims are previewed with their reasons', async () => {
    const browser = await signedIn()
    await browser.go(at(`/admin/applications/${application.id}/preview`))
    await browser.fill('#field-user', 'bea')
    await browser.press('#rehearse')
    assert.match(await browser.text('#claims tr[data-claim=preferred_username]'), /bea/)
    assert.match(await browser.text('#claims tr[data-claim=sub]'), /ID token/)
    assert.deepEqual(await look(browser, 'preview'), [])
    await browser.close()
  })

  test('a token is explained, without scripts too', async () => {
    const issued = await server.api.create('/api-tokens', { name: 'ci', permissions: ['users:read'] })
    for (const scripts of [true, false]) {
      const browser = await signedIn({ scripts })
      await browser.go(at('/admin/'))
      await browser.press('#navigation a[href="/admin/inspect"]')
      await browser.fill('#field-token', issued.value)
      await browser.press('#rehearse')
      assert.equal(await browser.attribute('#outcome', 'data-state'), 'fine')
      assert.ok(!(await browser.text()).includes(issued.value), 'what was pasted is not shown again')
      if (scripts) assert.deepEqual(await look(browser, 'inspect'), [])
      await browser.close()
    }
  })
})
