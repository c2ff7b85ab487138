// docs/start.md as somebody follows it who has never seen Vestibule: every numbered line is a step, and only ports, folders and the
// printed link change. The pictures of the page and of the README are made on the way.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { By } from 'selenium-webdriver'
import { chromium } from './support/chromium.mjs'
import { freePort } from './support/examples.mjs'
import { atEnd, root, run as program, temporaryFolder, until } from './support/server.mjs'

const steps = [
  [/^Open the printed link$/, (page) => page.browser.go(page.link)],
  [/^Open `([^`]+)`$/, (page, url) => page.browser.go(page.change(url))],
  [/^Open `([^`]+)` in a new tab$/, (page, url) => page.newTab(page.change(url))],
  [/^Press "([^"]+)"$/, (page, words) => page.press(words)],
  [/^Fill in "([^"]+)" with "([^"]+)"$/, (page, label, value) => page.fill(label, page.change(value))],
  [/^Copy "([^"]+)" into `([^`]+)`$/, (page, label, name) => page.copy(label, name)],
  [/^See "([^"]+)"$/, (page, words) => page.see(words)],
  [/^Go back to the first tab$/, (page) => page.firstTab()],
]

/** The numbered lines of the page under each heading. */
async function sections() {
  const text = await readFile(join(root, 'docs/start.md'), 'utf8')
  const parts = text.split(/^## /m).slice(1)
  return parts.map((part) => ({
    title: part.slice(0, part.indexOf('\n')),
    steps: [...part.matchAll(/^\d+\. (.*?)\.?$/gm)].map(([, step]) => step),
    js: part.match(/^```js\n([\s\S]*?)^```$/m)?.[1],
    sh: part.match(/^```sh\n([\s\S]*?)^```$/m)?.[1],
  }))
}

const quoted = (words) => (words.includes('"') ? `'${words}'` : `"${words}"`)

/** Somebody at a browser who finds things by what they say. */
class Reader {
  values = {}

  constructor(browser, link, change) {
    Object.assign(this, { browser, link, change })
  }

  get driver() {
    return this.browser.driver
  }

  async seen(xpath) {
    for (const element of await this.driver.findElements(By.xpath(xpath))) {
      if (await element.isDisplayed()) return element
    }
    return undefined
  }

  async find(xpath, what) {
    let found
    try {
      await until(async () => (found = await this.seen(xpath)), what, 10)
    } catch (cause) {
      throw new Error(`${what} is not at ${await this.browser.url()}, which says:\n${await this.browser.text()}`, { cause })
    }
    return found
  }

  async press(words) {
    const said = quoted(words)
    const element = await this.find(`//button[normalize-space()=${said}] | //a[normalize-space()=${said}] | //a[.//strong[normalize-space()=${said}]]`, words)
    await element.click()
  }

  async fill(label, value) {
    const said = quoted(label)
    // A label may say behind its words that the field is needed.
    const name = await this.find(`//label[normalize-space(text()[1])=${said}]`, label)
    const field = await this.driver.findElement(By.id(await name.getAttribute('for')))
    await field.clear()
    await field.sendKeys(value)
  }

  async copy(label, name) {
    const said = quoted(label)
    const value = await this.find(`//dt[normalize-space()=${said}]/following-sibling::dd//code | //h2[normalize-space()=${said}]/following-sibling::pre//code`, label)
    this.values[name] = await value.getText()
    assert.notEqual(this.values[name], '')
  }

  async see(words) {
    await until(async () => (await this.browser.text()).includes(words), `"${words}"`, 15)
  }

  async newTab(url) {
    this.first = await this.driver.getWindowHandle()
    await this.driver.switchTo().newWindow('tab')
    await this.browser.go(url)
  }

  firstTab() {
    return this.driver.switchTo().window(this.first)
  }

  async follow({ title, steps: lines }) {
    for (const line of lines) {
      const step = steps.find(([form]) => form.test(line))
      assert.ok(step, `${title}: nobody knows how to do this: ${line}`)
      const [form, act] = step
      await act(this, ...line.match(form).slice(1))
    }
  }
}

describe('docs/start.md, word for word', () => {
  let start, tell, application, signIn
  let reader
  let here

  before(async () => {
    [start, tell, application, signIn] = await sections()
    const folder = await temporaryFolder()
    assert.equal(start.sh, 'vestibule serve\n')
    const running = program(['serve', '--json'], { VESTIBULE_LISTEN: '127.0.0.1:0', VESTIBULE_DATA_DIR: folder }, folder)
    const announced = await running.announced('setup_link')
    here = `localhost:${await freePort()}`
    const ours = announced.public_url.replace(/\/$/, '')
    const change = (text) => text.replaceAll('http://localhost:9000', ours).replaceAll('localhost:3000', here)
    reader = new Reader(await chromium(), announced.setup_link, change)
  })

  test('it has the parts that this test follows', () => {
    for (const part of [start, tell, application, signIn]) assert.ok(part.steps.length >= 3, part.title)
  })

  test('the first administrator', async () => {
    await reader.follow(start)
    await reader.browser.find('#menu, .lintel')
    assert.doesNotMatch(await reader.browser.url(), /\/setup/)
  })

  test('the application is made, and the values are there', async () => {
    await reader.follow(tell)
    assert.equal(await reader.browser.attribute('#live', 'data-state'), 'waiting')
    await reader.browser.picture('wizard-values', { width: 1000, height: 1240 })
  })

  test('the application of the page runs with what was copied', async () => {
    await reader.follow(application)
    assert.match(application.sh, /node wiki\.mjs$/m)
    const folder = await temporaryFolder()
    await symlink(join(root, 'server/tests/browser/node_modules'), join(folder, 'node_modules'))
    const text = reader.change(application.js).replace('listen(3000)', `listen(${here.split(':')[1]})`)
    await writeFile(join(folder, 'wiki.mjs'), text)
    const env = { PATH: process.env.PATH, ...reader.values }
    const child = spawn(process.execPath, ['wiki.mjs'], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
    atEnd(() => child.kill('SIGKILL'))
    await until(async () => (await fetch(`http://${here}/nothing`)).status === 404, 'the application of the page')
  })

  test('the first sign-in, and the card that has waited for it', async () => {
    await reader.follow(signIn)
    assert.equal(await reader.browser.attribute('#live', 'data-state'), 'done')
    const states = await reader.driver.findElements(By.css('#live li'))
    for (const state of states) assert.equal(await state.getAttribute('data-state'), 'done')
    await reader.browser.picture('wizard-works', { width: 1000, height: 420, selector: '#live-place' })
  })
})
