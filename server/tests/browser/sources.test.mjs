// A person, a real browser and the sample upstream of `vestibule demo`: signing in from elsewhere, what happens when the upstream
// misbehaves, and linking and unlinking in one's own account.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { chromium } from './support/chromium.mjs'
import { run, temporaryFolder } from './support/server.mjs'

describe('Chromium at a source', () => {
  let demo

  before(async () => {
    const folder = await temporaryFolder()
    demo = await run(['demo', '--json'], { VESTIBULE_LISTEN: '127.0.0.1:0', TMPDIR: folder }, folder).announced('sample_upstream', 60)
  })

  /** At the upstream: chooses what goes wrong and who one is there. */
  async function choose(browser, person, misbehaviour = 'none') {
    await browser.find('#upstream-form')
    await browser.driver.findElement({ css: `#misbehave option[value=${misbehaviour}]` }).click()
    await browser.press(`button[data-person=${person}]`)
  }

  test('a stranger comes in through the sample upstream and reaches the application', async () => {
    const browser = await chromium()
    await browser.go(demo.sample_application)
    await browser.press('#sign-in')
    await browser.find('.source[data-source=sample]')
    await browser.screenshots('20-sign-in-with-a-source')
    await browser.press('.source[data-source=sample]')
    assert.equal(new URL(await browser.url()).origin, new URL(demo.sample_upstream).origin)
    await browser.screenshots('21-sample-upstream')
    await choose(browser, 'bob')
    await browser.press('#consent-form #allow')
    assert.match(await browser.text('#person'), /Bob Builder/)
    await browser.close()
  })

  test('an upstream that misbehaves is named, and the way back leads on', async () => {
    const browser = await chromium()
    await browser.go(demo.sample_application)
    await browser.press('#sign-in')
    await browser.press('.source[data-source=sample]')
    await choose(browser, 'bob', 'wrong_nonce')
    assert.equal(await browser.attribute('#error', 'data-error-code'), 'upstream_nonce_wrong')
    await browser.screenshots('22-upstream-refused')
    await browser.press('#error a.secondary')
    await browser.press('.source[data-source=sample]')
    await choose(browser, 'bob')
    if (await browser.has('#consent-form')) await browser.press('#consent-form #allow')
    assert.match(await browser.text('#person'), /Bob Builder/)
    await browser.close()
  })

  test('a verified address leads to the account that has it', async () => {
    const browser = await chromium()
    await browser.go(`${demo.vestibule}login`)
    await browser.press('.source[data-source=sample]')
    await choose(browser, 'alice')
    await browser.go(`${demo.vestibule}account`)
    assert.match(await browser.text(), /alice@wonderland\.example/)
    await browser.find('li.linked[data-source=sample]')
    await browser.close()
  })

  test('somebody whose name is taken chooses another', async () => {
    const browser = await chromium()
    await browser.go(`${demo.vestibule}login`)
    await browser.press('.source[data-source=sample]')
    // An unverified address links nothing, and the name of alice is taken.
    await choose(browser, 'alice', 'unverified_address')
    if (await browser.has('#enroll-form')) {
      await browser.screenshots('23-finish-profile')
      await browser.fill('#enroll-form input[name=username]', 'second-alice')
      await browser.press('#enroll-form #submit')
    }
    await browser.go(`${demo.vestibule}account`)
    await browser.find('li.linked[data-source=sample]')
    await browser.close()
  })

  test('a second account is linked and unlinked', async () => {
    const browser = await chromium()
    await browser.go(`${demo.vestibule}login`)
    await browser.signIn('alice', 'wonderland')
    await browser.go(`${demo.vestibule}account`)
    const before = (await browser.driver.findElements({ css: 'li.linked' })).length
    await browser.screenshots('24-account')
    await browser.press('form[action="/account/link"] button[data-source=sample]')
    await choose(browser, 'carol')
    assert.equal(new URL(await browser.url()).pathname, '/account')
    assert.equal((await browser.driver.findElements({ css: 'li.linked' })).length, before + 1)
    await browser.screenshots('25-account-linked')
    await browser.press('li.linked:last-child form[action="/account/unlink"] button')
    assert.equal((await browser.driver.findElements({ css: 'li.linked' })).length, before)
    await browser.close()
  })
})
