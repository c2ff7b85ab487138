// Sign-ins that fail on purpose: a server, a relying party that takes whatever comes, and an administrator in one Chromium who
// reads why, presses the button that repairs it, and tries the very same again.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { By } from 'selenium-webdriver'
import { chromium } from './chromium.mjs'
import { admin } from './dashboard.mjs'
import { atEnd, serve, until } from './server.mjs'

/** RFC 7636, appendix B. */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export class Stage {
  /** Starts everything; `settings` are those of the server. */
  static async set(settings) {
    const stage = new Stage()
    const application = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!DOCTYPE html><title>The application</title><p id="application">Welcome</p>')
    })
    await new Promise((done) => application.listen(0, '127.0.0.1', done))
    atEnd(() => {
      application.closeAllConnections()
      return new Promise((done) => application.close(done))
    })
    const { port } = application.address()
    stage.at = `127.0.0.1:${port}`
    stage.words = { '{at}': stage.at, '{port}': port }
    stage.server = await serve(settings)
    stage.api = stage.server.api
    stage.browser = await chromium()
    return stage
  }

  /** Puts what is known only now, such as the address of the relying party, where its word stands, as deep as it may. */
  here(value) {
    let text = JSON.stringify(value)
    for (const [word, meant] of Object.entries(this.words)) text = text.replaceAll(word, meant)
    return JSON.parse(text)
  }

  /** The administrator signs in in the browser, whoever was there before: a sign-in of another has ended the session. */
  async administrator() {
    await this.browser.driver.sendDevToolsCommand('Network.clearBrowserCookies', {})
    await this.browser.go(`${this.server.publicUrl}/login`)
    await this.browser.signIn(admin.username, admin.password)
  }

  /** An application that is as it should be, but for `fields`. */
  async application(slug, fields = {}) {
    const address = { matching_mode: 'strict', url: 'http://{at}/cb' }
    const scope_mappings = ['openid', 'email', 'profile']
    const made = { name: slug, slug, consent_mode: 'skip', redirect_uris: [address], scope_mappings, ...fields }
    return this.api.create('/applications', this.here(made))
  }

  /** The address of the sign-in of an application. What is undefined in `more` is left out. */
  authorize(app, { path = '/application/o/authorize/', ...more } = {}) {
    const parameters = {
      client_id: app.client_id,
      redirect_uri: 'http://{at}/cb',
      response_type: 'code',
      scope: 'openid profile',
      state: 'of-this-test',
      nonce: 'of-this-test',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...more,
    }
    const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
    return `${this.server.publicUrl}${path}?${new URLSearchParams(this.here(Object.fromEntries(given)))}`
  }

  /** Goes there, and waits until it has come to an end: the way through a source crosses servers. */
  async go(url) {
    await this.browser.go(url)
    await this.ended()
  }

  ended() {
    return this.browser.find('#application, #error, #enroll-form, #notice')
  }

  /** What the relying party was told, in whichever part of its address. */
  async answer() {
    const address = new URL(await this.browser.url())
    assert.ok(address.port === this.at.split(':')[1], `${address}: ${await this.browser.text()}`)
    return new Map([...address.searchParams, ...new URLSearchParams(address.hash.slice(1))])
  }

  /** The relying party has what it asked for. */
  async arrived() {
    const told = await this.answer()
    assert.ok(!told.has('error') && (told.has('code') || told.has('id_token')), JSON.stringify([...told]))
    return told
  }

  /** Asks an endpoint of the server. What is undefined in the form is left out. */
  async post(path, form, headers = {}) {
    const given = Object.entries(form).filter(([, value]) => value !== undefined)
    const body = new URLSearchParams(Object.fromEntries(given))
    const response = await fetch(`${this.server.publicUrl}${path}`, { method: 'POST', body, headers })
    return { status: response.status, ...(await response.json()) }
  }

  /** The case of what was told to an application or a device, and not to a person: the administrator looks for it. */
  async lookUp(name) {
    await until(async () => {
      await this.browser.go(`${this.server.publicUrl}/admin/transactions?q=${encodeURIComponent(name)}&state=refused`)
      return this.browser.has('.cases a')
    }, `a case of ${name}`)
    await this.browser.press('.cases a')
    assert.equal(await this.browser.attribute('#transaction', 'data-state'), 'refused')
  }

  /** What the explanation says stands on this page, and the button is pressed, with its tick if it has one. */
  async repair({ code, sides, marks, aspects, repair, tick = false }) {
    const { browser } = this
    const texts = async (selector) => {
      const found = await browser.driver.findElements(By.css(selector))
      return Promise.all(found.map((element) => element.getText()))
    }
    assert.equal(await browser.attribute('#explanation', 'data-code'), code)
    assert.ok((await browser.text('#rule')).length > 20, 'the rule is said in words')
    if (sides) assert.deepEqual([...(await texts('#given')), ...(await texts('#expected'))], this.here(sides), 'given and expected')
    if (marks) {
      assert.deepEqual([(await texts('#given mark')).join(' '), (await texts('#expected mark')).join(' ')], this.here(marks), 'marked')
    }
    const said = await browser.driver.findElements(By.css('.aspects li'))
    assert.deepEqual(await Promise.all(said.map((one) => one.getAttribute('data-aspect'))), aspects ?? [], 'what differs')
    const form = `form.repair:has(button[data-repair=${repair}])`
    assert.equal(await browser.has(`${form} input[name=confirmed]`), tick, 'whether it is asked about twice')
    if (tick) await (await browser.find(`${form} input[name=confirmed]`)).click()
    await browser.press(`button[data-repair=${repair}]`)
    await this.ended()
    assert.equal(await browser.has('#error'), false, await browser.text())
  }
}
