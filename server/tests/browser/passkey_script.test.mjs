// The script of passkeys in a made-up page, where what a browser decides by itself happens when the test says so: a question in
// the list of names, its renewal, and a button that is pressed at the worst moment.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'

const SCRIPT = readFileSync(new URL('../../assets/passkey.js', import.meta.url), 'utf8')

/** A page with one form, begun; `questions` are those that the browser was asked, `timers` the renewals that are left. */
async function page() {
  const page = { questions: [], timers: new Map() }
  const listeners = []
  let tellList
  const form = {
    dataset: { passkey: 'get', options: '/login/passkey/options', conditional: '' },
    elements: { challenge: {}, answer: {} },
    querySelector: () => ({ hidden: true }),
    addEventListener: (_, listener) => listeners.push(listener),
  }
  const world = {
    document: { querySelectorAll: (selector) => (selector.startsWith('form') ? [form] : []) },
    window: { PublicKeyCredential: true },
    PublicKeyCredential: { isConditionalMediationAvailable: () => new Promise((resolve) => { tellList = resolve }) },
    navigator: { credentials: { get: ({ signal, mediation }) => {
      const question = { mediation, ended: false }
      page.questions.push(question)
      return new Promise((_, reject) => signal.addEventListener('abort', () => {
        question.ended = true
        reject(signal.reason)
      }))
    } } },
    fetch: async () => ({ ok: true, json: async () => ({ challenge: 'chl_1', options: { publicKey: { challenge: 'AA' } } }) }),
    FormData: class {},
    URLSearchParams: class {},
    setInterval: (renew) => page.timers.set(renew, renew) && renew,
    clearInterval: (renew) => page.timers.delete(renew),
  }
  const settle = async () => { for (let at = 0; at < 10; at += 1) await turn() }
  new Function(...Object.keys(world), `return (async () => { ${SCRIPT} })()`)(...Object.values(world))
  page.press = async () => { for (const listener of listeners) listener({ preventDefault: () => {} }); await settle() }
  page.hasList = async () => { tellList(true); await settle() }
  page.renew = async () => { for (const renew of page.timers.values()) renew(); await settle() }
  await settle()
  return page
}

describe('the script of passkeys', () => {
  test('what waits in the list is renewed until the button is pressed', async () => {
    const here = await page()
    await here.hasList()
    await here.renew()
    assert.deepEqual(here.questions, [{ mediation: 'conditional', ended: true }, { mediation: 'conditional', ended: false }])
    await here.press()
    assert.equal(here.timers.size, 0)
    assert.deepEqual(here.questions.slice(1), [{ mediation: 'conditional', ended: true }, { mediation: undefined, ended: false }])
  })

  test('a button that is pressed before the browser has a list is asked alone', async () => {
    const here = await page()
    await here.press()
    await here.hasList()
    assert.equal(here.timers.size, 0)
    assert.deepEqual(here.questions, [{ mediation: undefined, ended: false }])
  })
})
