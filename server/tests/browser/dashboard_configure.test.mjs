// Pages of the dashboard as people with and without good eyes meet them: the first page, applications, sources and people.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { administrator, filled, look } from './support/dashboard.mjs'

test('every page is readable, narrow and wide, in light and dark, and tells itself to those who hear it', async () => {
  const server = await filled()
  const browser = await administrator(server)
  const first = async (resource) => (await server.api.get(`/${resource}?limit=1`)).items[0].id
  const pages = {
    overview: '',
    settings: 'settings',
    applications: 'applications',
    application: `applications/${await first('applications')}`,
    'application-new': 'applications/new?form=all',
    setup: `applications/${await first('applications')}/do/setup`,
    sources: 'sources',
    source: `sources/${await first('sources')}`,
    users: 'users',
    user: `users/${await first('users')}`,
    group: `groups/${await first('groups')}`,
  }
  const wrong = []
  for (const [name, path] of Object.entries(pages)) {
    await browser.go(`${server.publicUrl}/admin/${path}`)
    wrong.push(...(await look(browser, name)))
  }
  // Everything unfolded.
  await browser.go(`${server.publicUrl}/admin/applications/new`)
  await browser.driver.executeScript('document.querySelectorAll("details.group").forEach((group) => { group.open = true })')
  wrong.push(...(await look(browser, 'application-unfolded')))
  assert.deepEqual(wrong, [])
  await browser.close()
})
