// Pages of the dashboard as people with and without good eyes meet them: policies, keys, webhooks, tokens and what is observed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { administrator, filled, look } from './support/dashboard.mjs'

test('every page is readable, narrow and wide, in light and dark, and tells itself to those who hear it', async () => {
  const server = await filled()
  const browser = await administrator(server)
  const first = async (resource) => (await server.api.get(`/${resource}?limit=1`)).items[0].id
  const pages = {
    policies: 'policies',
    policy: `policies/${await first('policies')}`,
    bindings: 'policy-bindings',
    delete: `policies/${await first('policies')}/delete`,
    keys: 'keys',
    key: `keys/${await first('keys')}`,
    rotate: 'keys/do/rotate',
    webhook: `webhooks/${await first('webhooks')}`,
    tokens: 'api-tokens',
    sessions: 'sessions',
    events: 'events',
    event: `events/${await first('events')}`,
    empty: 'users?q=nobody',
  }
  const wrong = []
  for (const [name, path] of Object.entries(pages)) {
    await browser.go(`${server.publicUrl}/admin/${path}`)
    wrong.push(...(await look(browser, name)))
  }
  await browser.go(`${server.publicUrl}/admin/policies/new`)
  await browser.fill('#field-name', 'broken')
  await browser.fill('#field-expression', 'a = 1\nreturn a +')
  await browser.press('#save')
  await browser.find('#problem-expression')
  wrong.push(...(await look(browser, 'problem')))
  assert.deepEqual(wrong, [])
  await browser.close()
})
