// Every page outside the dashboard, by its template, and what a look at one of them checks.

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { violationsInView } from './axe.mjs'
import { root } from './server.mjs'

const folder = join(root, 'server/templates')

/** The templates of each test, with what can only be found on their pages. */
export const shownBy = {
  'readable_sign_in.test.mjs': {
    'choose_account.html': '#account-form',
    'confirm_sign_out.html': '#logout-form',
    'consent.html': '#consent-form .scopes',
    'denied.html': '#error[data-error-code=policy_denied]',
    'device.html': '#device-form',
    'device_answered.html': '#device-answered',
    'device_question.html': '#consent-form #user-code',
    'enroll.html': '#enroll-form [name=arrival]',
    'error.html': '#error .case',
    'factor.html': '#factor-form',
    'factor_needed.html': '#factor-needed',
    'first_administrator.html': '#setup-form',
    'first_use.html': '#first-use-form',
    'form_post.html': '#form-post',
    'sample_result.html': '#person[data-subject]',
    'sample_start.html': '#sample-form',
    'sign_in.html': '#login-form',
    'signed_out.html': '#signed-out',
    'upstream_start.html': '#upstream-form',
  },
  'readable_account.test.mjs': {
    'account/activity.html': '.room li.event',
    'account/app_passwords.html': '#app-password-form',
    'account/consents.html': '.room li.consent',
    'account/emails.html': '#address-form',
    'account/factors.html': '#passkeys',
    'account/overview.html': '#linked',
    'account/password.html': '#password-form',
    'account/profile.html': '#profile-form',
    'account/sessions.html': '.room li.session',
    'api_docs.html': '.book .chapter',
    'api_operation.html': '.chapter .heading',
    'authenticator.html': '#authenticator-form',
    'confirm_address.html': '#confirm-form, #confirmed',
    'home.html': '#sign-out-form',
    'join.html': '#enroll-form [name=token]',
    'recover.html': '#recover-form, #mail-sent',
    'recover_new.html': '#recovery-form, #recovered',
    'recovery_codes.html': '#recovery-codes',
    'sign_up.html': '#enroll-form [name=email], #mail-sent',
  },
}

/** Templates that are pages of their own: no other one stands on them or takes them in. */
export async function templates() {
  const all = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'))
  const texts = await Promise.all(all.map((name) => readFile(join(folder, name), 'utf8')))
  const parts = new Set(texts.flatMap((text) => [...text.matchAll(/\{%-? *(?:extends|include|import) "([^"]+)"/g)].map(([, name]) => name)))
  return all.filter((name) => !parts.has(name) && !/^(dashboard|mail)\//.test(name)).sort()
}

/** Looks at pages for one test, and knows at its end whether one was left out. */
export class Reader {
  #wrong = []
  #shown = new Set()

  constructor(test) {
    this.pages = shownBy[test]
  }

  /** The page that the browser shows: in light and dark, at 320 and 1440 pixels, for those who see it and those who hear it. */
  async look(browser, name, template) {
    await browser.find(this.pages[template])
    this.#shown.add(template)
    const [lang, title, headings] = await browser.driver.executeScript(
      'return [document.documentElement.lang, document.title, document.querySelectorAll("h1").length]',
    )
    if (lang !== 'en' || !/^\S.* · (Vestibule|sample application)$/.test(title)) this.#wrong.push(`${name} is called ${title}, in ${lang}`)
    if (headings !== 1) this.#wrong.push(`${name} has ${headings} headings`)
    await browser.screenshots(`readable-${name}`, undefined, violationsInView).catch((problem) => this.#wrong.push(problem.message))
  }

  /** Fails with everything that was wrong since the last time. */
  check() {
    assert.deepEqual(this.#wrong.splice(0), [])
  }

  /** Fails when a template of this test was not looked at. */
  checkAll() {
    assert.deepEqual([...this.#shown].sort(), Object.keys(this.pages).sort())
  }
}
