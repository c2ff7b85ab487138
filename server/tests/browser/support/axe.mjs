// What somebody who hears a page, or has no mouse, would stumble over: axe-core looks at the page as it stands.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const look = `
  const done = arguments[arguments.length - 1]
  const told = (one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' (' + node.failureSummary + ')').join('; ')
  // A colour on its way from one scheme to the other is neither.
  const settled = Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))
  settled.then(() => axe.run(document, { resultTypes: ['violations'] })).then((found) => done(found.violations.map(told)), (error) => done([String(error)]))
`

/** Every violation on the page as the browser shows it now. */
export async function violationsInView({ driver }) {
  if (!(await driver.executeScript('return typeof axe === "object"'))) {
    await driver.executeScript(source)
    // Further pages have it from their beginning, which is faster.
    await driver.sendAndGetDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', { source })
  }
  return driver.executeAsyncScript(look)
}

/** Every violation on the page that the browser shows, in light and in dark. */
export async function violations(browser) {
  const found = []
  for (const scheme of ['light', 'dark']) {
    await browser.driver.sendAndGetDevToolsCommand('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ],
    })
    found.push(...(await violationsInView(browser)).map((problem) => `${scheme}: ${problem}`))
  }
  await browser.driver.sendAndGetDevToolsCommand('Emulation.setEmulatedMedia', { features: [] })
  return found
}
