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

/** Every violation on the page that the browser shows, in light and in dark. */
export async function violations({ driver }) {
  const found = []
  for (const scheme of ['light', 'dark']) {
    await driver.sendAndGetDevToolsCommand('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ],
    })
    await driver.executeScript(source)
    found.push(...(await driver.executeAsyncScript(look)).map((problem) => `${scheme}: ${problem}`))
  }
  await driver.sendAndGetDevToolsCommand('Emulation.setEmulatedMedia', { features: [] })
  return found
}
