// Debian's Chromium through its driver. Nothing is downloaded: both programs are named by path.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Builder, By, error, until } from 'selenium-webdriver'
import chrome from 'selenium-webdriver/chrome.js'
import { atEnd, root, temporaryFolder } from './server.mjs'

process.env.SE_OFFLINE = 'true'
process.env.SE_AVOID_STATS = 'true'

const shots = join(root, 'test-output/screenshots')
const views = [
  { name: 'wide-light', width: 1440, scheme: 'light' },
  { name: 'wide-dark', width: 1440, scheme: 'dark' },
  { name: 'narrow-light', width: 320, scheme: 'light' },
  { name: 'narrow-dark', width: 320, scheme: 'dark' },
]

/**
 * A new Chromium with an empty profile, for somebody who reads `language`; `scripts: false` switches JavaScript off in its settings,
 * `cookies: false` blocks cookies there.
 */
export async function chromium({ scripts = true, cookies = true, language = 'en' } = {}) {
  const options = new chrome.Options()
  options.setChromeBinaryPath('/usr/bin/chromium')
  options.addArguments(
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--window-size=1280,900',
    `--accept-lang=${language}`,
    `--user-data-dir=${await temporaryFolder()}`,
  )
  options.setUserPreferences({
    ...(!scripts && { 'profile.managed_default_content_settings.javascript': 2 }),
    ...(!cookies && { 'profile.managed_default_content_settings.cookies': 2 }),
  })
  const driver = await new Builder()
    .forBrowser('chrome')
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder('/usr/bin/chromedriver'))
    .build()
  atEnd(() => driver.quit().catch(() => {}))
  return new Browser(driver)
}

/** The driver's two ways to say that an element's page was left; the second is for the moment in which that happens. */
function isGone(problem) {
  if (problem instanceof error.StaleElementReferenceError || /does not belong to the document/.test(problem.message)) return true
  throw problem
}

/**
 * Runs in the page: what a person could not read there. Text whose contrast with what lies behind it is below that of
 * WCAG 2.2, section 1.4.3 (4.5, or 3 for large text), and text that its own box cuts off.
 */
function unreadable() {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  const colour = (text) => {
    pen.clearRect(0, 0, 1, 1)
    pen.fillStyle = text
    pen.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = ([r, g, b, a], behind) => [r, g, b].map((part, at) => part * a + behind[at] * (1 - a))
  const brightness = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    const layers = []
    for (let at = element; at; at = at.parentElement) layers.unshift(colour(getComputedStyle(at).backgroundColor))
    const dark = matchMedia('(prefers-color-scheme: dark)').matches
    return layers.reduce((under, layer) => over(layer, under), dark ? [18, 18, 18] : [255, 255, 255])
  }
  const wrong = []
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).map((node) => node.data.trim()).join(' ')
    if (!own || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    if (box.width <= 1 || box.height <= 1) continue
    const under = behind(element)
    const [light, dark] = [brightness(over(colour(style.color), under)), brightness(under)].sort((one, two) => two - one)
    const ratio = (light + 0.05) / (dark + 0.05)
    const size = parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (large ? 3 : 4.5)) wrong.push(`${JSON.stringify(own.slice(0, 40))} has a contrast of ${ratio.toFixed(2)}`)
    const cuts = style.overflowX !== 'visible' && style.overflowX !== 'auto' && element.scrollWidth > element.clientWidth + 1
    if (cuts) wrong.push(`${JSON.stringify(own.slice(0, 40))} is cut off`)
  }
  return wrong
}

/** The driver with the few steps that the tests repeat. Elements are named by CSS selectors. */
export class Browser {
  constructor(driver) {
    this.driver = driver
  }

  go(url) {
    return this.driver.get(String(url))
  }

  url() {
    return this.driver.getCurrentUrl()
  }

  /** Waits for the element. */
  async find(selector) {
    try {
      return await this.driver.wait(until.elementLocated(By.css(selector)), 10_000)
    } catch (cause) {
      const text = await this.driver.findElement(By.css('body')).getText().catch(() => '')
      throw new Error(`${selector} is not at ${await this.url()}, which says:\n${text}`, { cause })
    }
  }

  async has(selector) {
    return (await this.driver.findElements(By.css(selector))).length > 0
  }

  async text(selector = 'body') {
    return (await this.find(selector)).getText()
  }

  async attribute(selector, name) {
    return (await this.find(selector)).getAttribute(name)
  }

  /** Presses a button or link and waits until its page is gone. */
  async press(selector) {
    const element = await this.find(selector)
    const page = await this.find('html')
    await element.click()
    await this.driver.wait(() => page.getTagName().then(() => false, isGone), 10_000, `the page of ${selector} is still there`)
  }

  async fill(selector, value) {
    const field = await this.find(selector)
    await field.clear()
    await field.sendKeys(value)
  }

  async signIn(username, password) {
    await this.fill('#login-form input[name=username]', username)
    await this.fill('#login-form input[name=password]', password)
    await this.press('#login-form #submit')
  }

  #cdp(command, parameters) {
    return this.driver.sendAndGetDevToolsCommand(command, parameters)
  }

  /**
   * The whole page in light and dark, wide and narrow (or in the views that are named), as test output. Fails when it is wider than the screen, or when
   * somebody could not read a text of it, or when `inView` has something to say while one of them is shown.
   */
  async screenshots(name, wanted = views.map((view) => view.name), inView = async () => []) {
    await mkdir(shots, { recursive: true })
    const wrong = []
    await this.#cdp('Emulation.setScrollbarsHidden', { hidden: true })
    for (const view of views.filter((one) => wanted.includes(one.name))) {
      await this.#cdp('Emulation.setDeviceMetricsOverride', { width: view.width, height: 800, deviceScaleFactor: 1, mobile: false })
      await this.#cdp('Emulation.setEmulatedMedia', {
        features: [
          { name: 'prefers-color-scheme', value: view.scheme },
          // Colours would otherwise still be on their way from the scheme before.
          { name: 'prefers-reduced-motion', value: 'reduce' },
        ],
      })
      const { cssContentSize } = await this.#cdp('Page.getLayoutMetrics', {})
      if (cssContentSize.width > view.width) wrong.push(`${name} is ${cssContentSize.width} px wide at ${view.width} px`)
      const hidden = await this.driver.executeScript(unreadable)
      wrong.push(...[...hidden, ...(await inView(this))].map((problem) => `${name}, ${view.name}: ${problem}`))
      const { data } = await this.#cdp('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true })
      await writeFile(join(shots, `${name}-${view.name}.png`), Buffer.from(data, 'base64'))
    }
    await this.#cdp('Emulation.setScrollbarsHidden', { hidden: false })
    await this.#cdp('Emulation.clearDeviceMetricsOverride', {})
    await this.#cdp('Emulation.setEmulatedMedia', { features: [] })
    if (wrong.length) throw new Error(wrong.join('\n'))
  }

  /**
   * What is seen at the top of the page, or where `selector` begins, for the documentation: written there with VESTIBULE_TEST_WRITE, as
   * test output otherwise.
   */
  async picture(name, { width = 1200, height = 800, selector } = {}) {
    const folder = join(root, process.env.VESTIBULE_TEST_WRITE ? 'docs/pictures' : 'test-output/pictures')
    await mkdir(folder, { recursive: true })
    await this.#cdp('Emulation.setScrollbarsHidden', { hidden: true })
    await this.#cdp('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    const scroll = selector ? 'document.querySelector(arguments[0]).scrollIntoView()' : 'scrollTo(0, 0)'
    await this.driver.executeScript(scroll, selector)
    const { data } = await this.#cdp('Page.captureScreenshot', { format: 'png' })
    await writeFile(join(folder, `${name}.png`), Buffer.from(data, 'base64'))
    await this.#cdp('Emulation.clearDeviceMetricsOverride', {})
    await this.#cdp('Emulation.setScrollbarsHidden', { hidden: false })
  }

  close() {
    return this.driver.quit()
  }
}
