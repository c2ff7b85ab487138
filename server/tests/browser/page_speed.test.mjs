// How soon a page shows something, and what it weighs with all that it loads. The times of the server alone, with many records, are
// those of bench/pages.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { admin, filled } from './support/dashboard.mjs'

/** Milliseconds until the first content stands on the screen, on loopback. */
const soon = 200
/** Bytes of a page with its style sheets, scripts and pictures, uncompressed. */
const light = 100_000

/** Runs in the page: when it painted its first content, and what it loaded. */
function seen() {
  const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime
  const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  return { painted, bytes: loaded.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0), names: loaded.map(({ name }) => name) }
}

test('every page shows its first content soon and weighs little', async () => {
  const server = await filled()
  const browser = await chromium()
  const at = (path) => `${server.publicUrl}${path}`
  const first = async (resource) => (await server.api.get(`/${resource}?limit=1`)).items[0].id

  const look = async (path) => {
    await browser.go(at(path))
    const once = () =>
      browser.driver.wait(async () => {
        const now = await browser.driver.executeScript(seen)
        return now.painted === undefined || now.painted === null ? false : now
      }, 10_000)
    const found = await once()
    // A busy machine paints late; a page that is slow itself does so every time.
    for (let again = 0; again < 6 && found.painted >= soon; again += 1) {
      await browser.driver.navigate().refresh()
      found.painted = Math.min(found.painted, (await once()).painted)
    }
    return found
  }

  const wrong = []
  const table = []
  const check = async (path) => {
    const { painted, bytes, names } = await look(path)
    table.push(`${path} ${Math.round(painted)} ms ${(bytes / 1000).toFixed(1)} KB in ${names.length} parts`)
    if (painted >= soon) wrong.push(`${path} shows its first content after ${Math.round(painted)} ms`)
    if (bytes >= light) wrong.push(`${path} weighs ${bytes} bytes: ${names.join(' ')}`)
    assert.ok(bytes > 1000 && names.length > 1, `${path} loads something`)
  }

  for (const path of ['/login', '/recover', '/device']) await check(path)
  await browser.go(at('/login'))
  await browser.signIn(admin.username, admin.password)
  await browser.find('#sign-out')
  const paths = ['/', '/account', '/account/profile', '/account/factors', '/account/sessions', '/account/activity', '/admin/']
  for (const list of ['applications', 'sources', 'users', 'transactions', 'events', 'keys', 'settings', 'inspect']) paths.push(`/admin/${list}`)
  for (const resource of ['applications', 'users', 'sources']) paths.push(`/admin/${resource}/${await first(resource)}`)
  paths.push('/admin/applications/new', '/admin/applications/new?form=all', '/admin/sources/new', '/api/v1/docs', '/api/v1/docs/patch-api-v1-sources-id')
  for (const path of paths) await check(path)
  console.log(table.join('\n'))
  assert.deepEqual(wrong, [])
  await browser.close()
})
