// The dashboard in a real browser: by keyboard alone, without scripts, and every page as people with and without good eyes meet it.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { Key } from 'selenium-webdriver'
import { violations } from './support/axe.mjs'
import { chromium } from './support/chromium.mjs'
import { serve } from './support/server.mjs'

const admin = { username: 'admin', password: 'correct horse battery staple' }

describe('the dashboard', () => {
  let server
  const at = (path) => `${server.publicUrl}${path}`

  before(async () => {
    server = await serve()
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
  })

  async function signedIn(settings) {
    const browser = await chromium(settings)
    await browser.go(at('/admin/'))
    await browser.signIn(admin.username, admin.password)
    await browser.find('#navigation')
    return browser
  }

  test('an application is made by keyboard alone', async () => {
    const browser = await chromium()
    const press = (...keys) => browser.driver.actions().sendKeys(...keys).perform()
    const reach = async (selector) => {
      await browser.find(selector)
      for (let step = 0; step < 120; step += 1) {
        const here = await browser.driver.executeScript('return document.activeElement.matches(arguments[0])', selector)
        if (here) return
        await press(Key.TAB)
      }
      throw new Error(`${selector} is not reached with Tab at ${await browser.url()}`)
    }
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

  test('every page is readable, narrow and wide, in light and dark, and tells itself to those who hear it', async () => {
    const browser = await signedIn()
    const first = async (resource) => (await server.api.get(`/${resource}?limit=1`)).items[0].id
    const pages = {
      overview: '',
      applications: 'applications',
      application: `applications/${await first('applications')}`,
      'application-new': 'applications/new',
      setup: `applications/${await first('applications')}/do/setup`,
      sources: 'sources',
      source: `sources/${await first('sources')}`,
      users: 'users',
      user: `users/${await first('users')}`,
      groups: 'groups',
      group: `groups/${await first('groups')}`,
      policies: 'policies',
      policy: `policies/${await first('policies')}`,
      bindings: 'policy-bindings',
      keys: 'keys',
      key: `keys/${await first('keys')}`,
      webhook: `webhooks/${await first('webhooks')}`,
      tokens: 'api-tokens',
      sessions: 'sessions',
      session: `sessions/${await first('sessions')}`,
      events: 'events',
      event: `events/${await first('events')}`,
      delete: `policies/${await first('policies')}/delete`,
      rotate: 'keys/do/rotate',
      empty: 'users?q=nobody',
    }
    const wrong = []
    for (const [name, path] of Object.entries(pages)) {
      await browser.go(at(`/admin/${path}`))
      await browser.find('#main h1')
      try {
        await browser.screenshots(`dashboard-${name}`)
      } catch (problem) {
        wrong.push(problem.message)
      }
      wrong.push(...(await violations(browser)).map((problem) => `${name}: ${problem}`))
    }
    // Everything unfolded.
    await browser.go(at('/admin/applications/new'))
    await browser.driver.executeScript('document.querySelectorAll("details.group").forEach((group) => { group.open = true })')
    await browser.screenshots('dashboard-application-unfolded')
    wrong.push(...(await violations(browser)).map((problem) => `unfolded: ${problem}`))
    await browser.go(at('/admin/policies/new'))
    await browser.fill('#field-name', 'broken')
    await browser.fill('#field-expression', 'a = 1\nreturn a +')
    await browser.press('#save')
    await browser.find('#problem-expression')
    await browser.screenshots('dashboard-problem')
    wrong.push(...(await violations(browser)).map((problem) => `problem: ${problem}`))
    assert.deepEqual(wrong, [])
    await browser.close()
  })
})
