// A person and their account in a real browser, with a real mail server: getting back in by the link that was mailed, confirming an
// address, a new password, signing out another browser, an invitation. Looked at in light and dark, narrow and wide.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { linkIn, mailServer } from './support/mail.mjs'
import { serve, temporaryFolder, until } from './support/server.mjs'

const token = 'account-test-token-account-test-token'

describe('Chromium and a mail server', () => {
  let server
  let post

  const api = async (method, path, body) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`)
    return answer.status === 204 ? undefined : answer.json()
  }

  before(async () => {
    post = await mailServer({ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] })
    server = await serve({
      VESTIBULE_BOOTSTRAP_TOKEN: token,
      VESTIBULE_MAIL_HOST: '127.0.0.1',
      VESTIBULE_MAIL_PORT: String(post.port),
      VESTIBULE_MAIL_TLS: 'none',
      VESTIBULE_MAIL_FROM: 'Example sign-in <no-reply@example.com>',
      VESTIBULE_ACCOUNT_SIGN_UP: 'true',
    })
    await api('POST', '/users', { username: 'alice', name: 'Alice Liddell', email: 'alice@example.com', email_verified: true })
    await api('POST', '/users/alice/password', { password: 'down the rabbit hole' })
    assert.match((await post.mailTo('alice@example.com')).text, /An administrator set a new password/)
  })

  test('who forgot their password gets back in by the link of the mail', async () => {
    const browser = await chromium()
    await browser.go(`${server.publicUrl}/login`)
    await browser.screenshots('40-sign-in-with-recovery')
    await browser.press('#recover')
    await browser.screenshots('41-recover')
    await browser.fill('#recover-form input[name=username]', 'alice')
    await browser.press('#recover-form #submit')
    await browser.find('#mail-sent')
    await browser.screenshots('42-mail-sent')
    const mail = await post.mailTo('alice@example.com')
    assert.match(mail.text, /^Subject: Set a new password/m)
    await browser.go(linkIn(mail))
    assert.match(await browser.text('.lead'), /alice/)
    await browser.fill('#recovery-form input[name=password]', 'password1')
    await browser.press('#recovery-form #submit')
    assert.match(await browser.text('#password-problem'), /most common passwords/)
    await browser.screenshots('43-recover-new')
    await browser.fill('#recovery-form input[name=password]', 'through the looking glass')
    await browser.press('#recovery-form #submit')
    await browser.find('#recovered')
    await browser.screenshots('44-recovered')
    const notice = await post.mailTo('alice@example.com')
    assert.match(notice.text, /^Subject: Your password was changed/m)
    await browser.press('#sign-in')
    await browser.signIn('alice', 'through the looking glass')
    await browser.go(linkIn(mail))
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'mail_link_invalid')
    await browser.close()
  })

  test('an address is added in one browser and confirmed in another', async () => {
    const browser = await chromium()
    await browser.go(`${server.publicUrl}/login?next=/account/emails`)
    await browser.signIn('alice', 'through the looking glass')
    await browser.fill('#address-form input[name=email]', 'alice@example.org')
    await browser.press('#address-form #submit')
    await browser.find('li.address[data-address="alice@example.org"]')
    await browser.screenshots('45-addresses')
    const other = await chromium()
    await other.go(linkIn(await post.mailTo('alice@example.org')))
    assert.match(await other.text(), /alice@example\.org[^]*alice/)
    await other.screenshots('46-confirm-address')
    await other.press('#confirm-form #submit')
    await other.find('#confirmed')
    await other.close()
    await browser.go(`${server.publicUrl}/account/emails`)
    await browser.press('li.address[data-address="alice@example.org"] form[action$=primary] button')
    assert.match(await browser.text('li.address[data-address="alice@example.org"]'), /Main address/)
    const found = await api('GET', '/users/alice')
    assert.deepEqual([found.email, found.email_verified], ['alice@example.org', true])
    await browser.close()
  })

  test('a new password ends the other session, and the list of sessions says so', async () => {
    const browser = await chromium()
    const other = await chromium({ scripts: false })
    for (const one of [browser, other]) {
      await one.go(`${server.publicUrl}/login?next=/account/sessions`)
      await one.signIn('alice', 'through the looking glass')
    }
    await browser.go(`${server.publicUrl}/account/sessions`)
    await browser.find('li.session:not([data-here])')
    await browser.screenshots('47-sessions')
    await browser.press('li.session:not([data-here]) form button')
    await browser.find('#done')
    await other.go(`${server.publicUrl}/account`)
    await other.find('#login-form')
    await other.signIn('alice', 'through the looking glass')
    await browser.go(`${server.publicUrl}/account/password`)
    await browser.fill('#password-form input[name=current]', 'not this')
    await browser.fill('#password-form input[name=password]', 'curiouser and curiouser')
    await browser.press('#password-form #submit')
    await browser.find('#current-problem')
    await browser.screenshots('48-password')
    await browser.fill('#password-form input[name=current]', 'through the looking glass')
    await browser.fill('#password-form input[name=password]', 'curiouser and curiouser')
    await browser.press('#password-form #submit')
    await browser.find('#done')
    await other.go(`${server.publicUrl}/account`)
    await other.find('#login-form')
    await browser.go(`${server.publicUrl}/account/activity`)
    await browser.find('li.event[data-action=password_changed]')
    await browser.screenshots('49-activity')
    await Promise.all([browser.close(), other.close()])
  })

  test('somebody signs up, and somebody is invited', async () => {
    const browser = await chromium({ language: 'de' })
    await browser.go(`${server.publicUrl}/login`)
    await browser.press('#sign-up')
    await browser.screenshots('50-sign-up')
    await browser.fill('#enroll-form input[name=email]', 'noor@example.com')
    await browser.press('#enroll-form #submit')
    await browser.find('#mail-sent')
    const mail = await post.mailTo('noor@example.com')
    await browser.go(linkIn(mail))
    await browser.fill('#enroll-form input[name=username]', 'noor')
    await browser.fill('#enroll-form input[name=name]', 'Noor Example')
    await browser.fill('#enroll-form input[name=password]', 'one lamp for every door')
    await browser.screenshots('51-join')
    await browser.press('#enroll-form #submit')
    await browser.go(`${server.publicUrl}/account`)
    assert.match(await browser.text(), /noor@example\.com/)
    await browser.close()

    await api('POST', '/invitations', { email: 'omar@example.com' })
    const guest = await chromium()
    await guest.go(linkIn(await post.mailTo('omar@example.com')))
    await guest.fill('#enroll-form input[name=username]', 'omar')
    await guest.fill('#enroll-form input[name=name]', 'Omar Example')
    await guest.fill('#enroll-form input[name=password]', 'three boats on a lake')
    await guest.press('#enroll-form #submit')
    assert.equal((await api('GET', '/users/omar')).email_verified, true)
    await guest.close()
  })
})

test('mail goes out over TLS to a server that is trusted, with a name and a password, and to no other', async () => {
  const folder = await temporaryFolder()
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name))
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
    '-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', key, '-out', certificate,
  ], { stdio: 'ignore' })
  const post = await mailServer({
    key: await readFile(key),
    cert: await readFile(certificate),
    onAuth: ({ username, password }, session, done) =>
      password === 'mail secret' ? done(null, { user: username }) : done(new Error('wrong')),
  })
  const settings = {
    VESTIBULE_BOOTSTRAP_TOKEN: token,
    VESTIBULE_MAIL_HOST: 'localhost',
    VESTIBULE_MAIL_PORT: String(post.port),
    VESTIBULE_MAIL_USERNAME: 'vestibule',
    VESTIBULE_MAIL_PASSWORD: 'mail secret',
    VESTIBULE_MAIL_FROM: 'no-reply@example.com',
  }
  const invite = (server) =>
    fetch(`${server.url}/api/v1/invitations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'omar@example.com' }),
    })
  const stranger = await serve(settings)
  assert.equal((await invite(stranger)).status, 201)
  await until(async () => /did not take a mail/.test(stranger.output()), 'a word in the log', 20)
  assert.equal(post.mails.length, 0, 'a certificate that nobody vouches for')
  assert.doesNotMatch(stranger.output(), /mail secret|token=/)
  const server = await serve({ ...settings, SSL_CERT_FILE: certificate })
  assert.equal((await invite(server)).status, 201)
  const mail = await post.mailTo('omar@example.com')
  assert.deepEqual([mail.user, mail.secure], ['vestibule', true])
})
