// Pages of the dashboard as people with and without good eyes meet them: policies, keys, webhooks, tokens and what is observed; and the
// first page, when a day has passed.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { administrator, filled, look } from './support/dashboard.mjs'
import { newDatabase, tell } from './support/postgres.mjs'
import { until } from './support/server.mjs'
import { source, upstream } from './support/upstream.mjs'
import { Visitor } from './support/visitor.mjs'

const callback = 'https://wiki.example.com/cb'

/** How busy each hour of a day is, of a hundred. */
const busy = [4, 3, 2, 2, 3, 6, 17, 44, 83, 96, 88, 71, 52, 66, 91, 85, 73, 48, 31, 24, 19, 14, 9, 6]

describe('the dashboard, readable for everybody', () => {
  let database
  let server
  let browser
  let harbour

  before(async () => {
    database = await newDatabase()
    harbour = await upstream()
    server = await filled({ VESTIBULE_DATABASE_URL: database, VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8' })
    await Promise.all([aDay(), refusals(), signIns()])
    browser = await administrator(server)
  })

  /** What was counted in the last week. */
  async function aDay() {
    const now = Math.floor(Date.now() / 3_600_000)
    const counts = { login: 1, source_login: 0.4, login_failed: 0.08, suspicious_request: 0.02, token_issued: 1.9, authorize_application: 0.9 }
    const rows = []
    for (let hour = now - 167; hour <= now; hour += 1) {
      for (const [index, [action, share]] of Object.entries(counts).entries()) {
        const number = Math.round(busy[hour % 24] * share * (0.75 + ((hour * 7 + index * 5) % 11) / 20))
        if (number > 0) rows.push(`(${hour}, '${action}', ${number})`)
      }
    }
    await tell(database, `INSERT INTO activity (hour, action, number) VALUES ${rows.join(', ')} ON CONFLICT (hour, action) DO NOTHING`)
  }

  const authorize = (query) =>
    `${server.publicUrl}/application/o/authorize/?${new URLSearchParams({ redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', ...query })}`

  /** What was refused in the last day. */
  async function refusals() {
    const { client_id } = await server.api.get('/applications/harbour-wiki')
    const asked = [
      [9, { client_id, redirect_uri: `${callback}/` }],
      [5, { client_id: 'nobody' }],
      [3, { client_id, response_type: 'kitten' }],
    ]
    for (const [times, query] of asked) {
      await Promise.all(Array.from({ length: times }, () => new Visitor(callback).go(authorize(query))))
    }
  }

  /** Who came through a source in the last day, and who did not come in. */
  async function signIns() {
    const { api } = server
    await api.create('/applications', { slug: 'tides', name: 'Tide tables', client_id: 'tides', consent_mode: 'skip', redirect_uris: [{ url: callback }] })
    const comings = [['harbour', 'Northern Harbour', 7, 2], ['pilots', 'Pilots', 4, 0]]
    for (const [key, name, done, refused] of comings) {
      await api.create('/sources', source(harbour, { key, name }))
      for (let person = 0; person < done + refused; person += 1) {
        const login = `${key}-${person}`
        harbour.person = person < done ? { sub: login, preferred_username: login, email: `${login}@harbour.example`, name } : undefined
        const visitor = new Visitor(callback)
        const page = await visitor.go(authorize({ client_id: 'tides' }))
        const [, way] = page.text.match(new RegExp(`data-source="${key}" href="([^"]+)"`))
        await visitor.go(new URL(way.replaceAll('&amp;', '&'), page.url))
      }
    }
  }

  test('every page, narrow and wide, in light and dark', async () => {
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
  })

  test('the first page after a day', async () => {
    // Somebody looks for what needs attention half a minute after the start, and every ten minutes.
    await until(async () => {
      await browser.go(`${server.publicUrl}/admin/`)
      return browser.has('#refusals')
    }, 'what was refused', 45)
    for (const code of ['redirect_uri_mismatch', 'client_unknown']) await browser.find(`#refusals li[data-code=${code}]`)
    assert.match(await browser.text('#providers li[data-source=harbour]'), /7[^]*2/)
    for (const part of ['chart-bar', 'rank-refused']) await browser.find(`#providers li[data-source=harbour] .trend .${part}`)
    assert.ok((await browser.driver.findElements({ css: '.chart-bar' })).length > 60, 'the charts have bars')
    const wrong = await look(browser, 'overview-full')
    await browser.picture('overview', { width: 1360, height: 975 })
    await browser.go(`${server.publicUrl}/admin/?span=week`)
    wrong.push(...(await look(browser, 'overview-week')))
    assert.deepEqual(wrong, [])
    await browser.close()
  })
})
