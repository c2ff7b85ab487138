// The pages of one's own account, those that mail leads to and the first page with its applications, as people with and without good
// eyes meet them: in light and dark, at 320 and 1440 pixels, with axe-core.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { By } from 'selenium-webdriver'
import { codeOf } from './support/authenticator.mjs'
import { chromium } from './support/chromium.mjs'
import { linkIn, mailServer } from './support/mail.mjs'
import { pictures, trusting } from './support/pictures.mjs'
import { Reader } from './support/readable.mjs'
import { serve } from './support/server.mjs'
import { source, upstream } from './support/upstream.mjs'

const password = 'a long enough password'

describe('the pages of an account', () => {
  const reader = new Reader('readable_account.test.mjs')
  const look = (...args) => reader.look(...args)
  let server
  let post
  let icons
  let browser

  before(async () => {
    const harbour = await upstream({ sub: '7', email: 'ada@harbour.example' })
    icons = await pictures()
    post = await mailServer({ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] })
    server = await serve({
      VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8',
      VESTIBULE_MAIL_HOST: '127.0.0.1',
      VESTIBULE_MAIL_PORT: String(post.port),
      VESTIBULE_MAIL_TLS: 'none',
      VESTIBULE_MAIL_FROM: 'no-reply@example.com',
      VESTIBULE_ACCOUNT_SIGN_UP: 'true',
    })
    for (const name of ['ada', 'grace']) {
      await server.api.person(name, password)
      assert.match((await post.mailTo(`${name}@example.com`)).text, /An administrator set a new password/)
    }
    await server.api.create('/sources', source(harbour, { icon_url: icons.anchor }))
    await server.api.create('/sources', source(harbour, { key: 'company', name: 'Company' }))
    browser = await trusting(await chromium())
  })
  after(() => reader.checkAll())

  const at = (path, query = {}) => `${server.publicUrl}${path}${Object.keys(query).length ? '?' : ''}${new URLSearchParams(query)}`
  const all = (selector) => browser.driver.findElements(By.css(selector))
  const texts = async (selector) => Promise.all((await all(selector)).map((element) => element.getText()))
  const mailed = async (address) => linkIn(await post.mailTo(address))
  const application = (slug, name, fields = {}) =>
    server.api.create('/applications', {
      slug,
      name,
      client_id: slug,
      // An application lives at an address that answers: the health page stands in for it.
      redirect_uris: [{ matching_mode: 'strict', url: at('/health/live') }],
      launch_url: at('/health/live'),
      ...fields,
    })

  test('what mail leads to', async () => {
    await browser.go(at('/recover'))
    await look(browser, 'recover', 'recover.html')
    await browser.fill('#recover-form [name=username]', 'grace')
    await browser.press('#recover-form #submit')
    await browser.find('#mail-sent')
    await look(browser, 'recover-sent', 'recover.html')
    await browser.go(await mailed('grace@example.com'))
    await browser.fill('#recovery-form [name=password]', 'password1')
    await browser.press('#recovery-form #submit')
    await browser.find('#password-problem')
    await look(browser, 'recover-new', 'recover_new.html')
    await browser.fill('#recovery-form [name=password]', 'another long enough password')
    await browser.press('#recovery-form #submit')
    await look(browser, 'recovered', 'recover_new.html')

    await browser.go(at('/sign-up'))
    await look(browser, 'sign-up', 'sign_up.html')
    await browser.fill('#enroll-form [name=email]', 'noor@example.com')
    await browser.press('#enroll-form #submit')
    await browser.find('#mail-sent')
    await look(browser, 'sign-up-sent', 'sign_up.html')
    await browser.go(await mailed('noor@example.com'))
    await look(browser, 'sign-up-finish', 'join.html')
    const { link } = await server.api.create('/invitations', {})
    await browser.go(link)
    await browser.fill('#enroll-form [name=username]', 'ada')
    await browser.fill('#enroll-form [name=name]', 'Ada Example')
    await browser.fill('#enroll-form [name=email]', 'ada@example.org')
    await browser.fill('#enroll-form [name=password]', 'password1')
    await browser.press('#enroll-form #submit')
    await browser.find('.field-problem')
    await look(browser, 'invitation', 'join.html')
    reader.check()
  })

  test('the first page shows applications by their groups, with icons, and finds among many', async () => {
    await browser.go(at('/login'))
    await browser.find('#recover')
    await browser.signIn('ada', password)
    await browser.find('.empty')
    await look(browser, 'home-empty', 'home.html')
    await application('mail', 'Mail', { group: 'Office', icon_url: icons.letter, description: 'Letters, and who they are from.' })
    await application('calendar', 'Calendar', { group: 'Office' })
    await application('wiki', 'Wiki', { group: 'Knowledge', icon_url: icons.book, description: 'What we know, and who knows more.' })
    await application('notice-board', 'Notice board')
    await browser.go(at('/'))
    assert.deepEqual(await texts('.tile-group h2'), ['Knowledge', 'Office', 'More applications'])
    assert.equal(await browser.has('#search-form'), false)
    const pictures = await browser.driver.executeScript(
      'return [...document.querySelectorAll(".tile img")].map((image) => image.complete && image.naturalWidth > 0)',
    )
    assert.deepEqual(pictures, [true, true], 'both icons are drawn')
    await look(browser, 'home', 'home.html')
    for (const name of ['Payroll and expenses of the northern offices', 'Harbour map', 'Tide tables', 'Cranes', 'Pilots']) {
      await application(name.toLowerCase().replaceAll(' ', '-'), name, { group: name.includes('Pay') ? 'Office' : 'Harbour' })
    }
    await browser.go(at('/'))
    assert.equal((await all('.tile')).length, 9)
    await look(browser, 'home-many', 'home.html')
    await browser.fill('#q', 'harbour T')
    await browser.press('#search')
    assert.deepEqual(await texts('.tile h3'), ['Pilots', 'Tide tables'])
    assert.equal(await browser.attribute('#q', 'value'), 'harbour T')
    await look(browser, 'home-found', 'home.html')
    await browser.fill('#q', 'submarine')
    await browser.press('#search')
    assert.match(await browser.text('#none-found'), /submarine/)
    await look(browser, 'home-none-found', 'home.html')
    await browser.press('#show-all')
    assert.equal((await all('.tile')).length, 9)
    await (await browser.find('.tile[data-application=wiki]')).click()
    await browser.driver.wait(async () => new URL(await browser.url()).pathname === '/health/live', 10_000, 'the whole tile leads on')
    reader.check()
  })

  test('who one is, and how one gets in', async () => {
    await browser.go(at('/account'))
    await look(browser, 'account', 'account/overview.html')
    await browser.press('form[action="/account/link"] button[data-source=harbour]')
    await browser.find('li.linked')
    await look(browser, 'account-linked', 'account/overview.html')
    await browser.go(at('/account/profile'))
    await browser.fill('#website', 'not an address')
    await browser.press('#profile-form #submit')
    await browser.find('.field-problem')
    await look(browser, 'account-profile', 'account/profile.html')
    await browser.go(at('/account/emails'))
    await browser.fill('#address-form [name=email]', 'ada.lovelace@northern-harbour-administration.example')
    await browser.press('#address-form #submit')
    await browser.find('#done')
    await look(browser, 'account-emails', 'account/emails.html')
    await browser.go(await mailed('ada.lovelace@northern-harbour-administration.example'))
    await look(browser, 'confirm-address', 'confirm_address.html')
    await browser.press('#confirm-form #submit')
    await browser.find('#confirmed')
    await look(browser, 'confirmed', 'confirm_address.html')
    await browser.go(at('/account/password'))
    await browser.fill('#current', 'not this')
    await browser.fill('#password', 'password1')
    await browser.press('#password-form #submit')
    await browser.find('.field-problem')
    await look(browser, 'account-password-refused', 'account/password.html')
    reader.check()
  })

  test('second factors', async () => {
    await browser.go(at('/account/factors'))
    await look(browser, 'account-factors-none', 'account/factors.html')
    await browser.press('#authenticator-add')
    await look(browser, 'authenticator', 'authenticator.html')
    await browser.fill('#code', codeOf(await browser.text('#secret')))
    await browser.press('#authenticator-form #submit')
    await look(browser, 'recovery-codes', 'recovery_codes.html')
    await browser.press('#onward')
    await browser.find('.authenticator')
    await look(browser, 'account-factors', 'account/factors.html')
    reader.check()
  })

  test('what others may do, and what was done', async () => {
    await browser.go(at('/account/app-passwords'))
    await look(browser, 'app-passwords-none', 'account/app_passwords.html')
    await browser.fill('#app-password-form [name=name]', 'Backup of the library')
    await browser.press('#app-password-form #submit')
    await browser.find('#app-password-value')
    await look(browser, 'app-passwords', 'account/app_passwords.html')
    for (const client_id of ['wiki', 'mail']) {
      await browser.go(at('/application/o/authorize/', { client_id, redirect_uri: at('/health/live'), response_type: 'code', scope: 'openid email profile' }))
      await browser.press('#consent-form #allow')
    }
    await browser.go(at('/account/consents'))
    await look(browser, 'consents', 'account/consents.html')
    const other = await chromium()
    await other.go(at('/login'))
    await other.signIn('ada', password)
    await other.close()
    await browser.go(at('/account/sessions'))
    await look(browser, 'sessions', 'account/sessions.html')
    await browser.go(at('/account/activity'))
    await look(browser, 'activity', 'account/activity.html')
    reader.check()
  })

  test('the description of the API', async () => {
    await browser.go(at('/api/v1/docs'))
    await look(browser, 'api-docs', 'api_docs.html')
    await browser.go(await browser.attribute('#post-api-v1-users a', 'href'))
    await browser.driver.executeScript('document.querySelectorAll(".answer details").forEach((part) => { part.open = true })')
    await look(browser, 'api-operation', 'api_operation.html')
    await browser.close()
    reader.check()
  })
})
