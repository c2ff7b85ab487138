// A server with a few records of each kind, and an administrator who is signed in at its dashboard.

import { violations } from './axe.mjs'
import { chromium } from './chromium.mjs'
import { serve } from './server.mjs'

export const admin = { username: 'admin', password: 'correct horse battery staple' }

/** The server. */
export async function filled(settings) {
  const server = await serve(settings)
  const { api } = server
  const group = await api.create('/groups', { name: 'Crew', attributes: { floor: 3 } })
  for (const name of ['Ada Lovelace', 'Grace Hopper', 'Katherine Johnson', 'Mary Jackson']) {
    const username = name.split(' ')[0].toLowerCase()
    await api.create('/users', { username, name, email: `${username}@example.com`, groups: [group.id] })
  }
  await api.create('/applications', {
    name: 'Harbour wiki',
    description: 'What everybody has to know',
    redirect_uris: [{ url: 'https://wiki.example.com/cb' }, { url: 'http://wiki.example.com/cb' }],
  })
  await api.create('/policies', { name: 'crew only', expression: 'return ak_is_group_member(request.user, name="Crew")' })
  await api.create('/policy-bindings', { target: 'harbour-wiki', group: group.id })
  await api.create('/webhooks', { url: 'https://hooks.example.com/vestibule' })
  await api.create('/sources', {
    key: 'company',
    name: 'Company',
    kind: 'oauth2',
    client_id: 'vestibule',
    authorization_endpoint: 'https://idp.example.com/authorize',
    token_endpoint: 'https://idp.example.com/token',
    userinfo_endpoint: 'https://idp.example.com/me',
  })
  return server
}

/** A browser in which the administrator is signed in. */
export async function administrator(server, settings) {
  const browser = await chromium(settings)
  await browser.go(`${server.publicUrl}/admin/`)
  await browser.signIn(admin.username, admin.password)
  await browser.find('#navigation')
  return browser
}

/** What is wrong with a page, wide and narrow, in light and dark, for those who see it and those who hear it. */
export async function look(browser, name) {
  await browser.find('#main h1')
  const wrong = await browser.screenshots(`dashboard-${name}`).then(() => [], (problem) => [problem.message])
  return [...wrong, ...(await violations(browser)).map((problem) => `${name}: ${problem}`)]
}
