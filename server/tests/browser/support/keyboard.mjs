// Somebody without a mouse: Tab until they are where they want to be, and what they press there.

/** The keyboard of a browser. `reach` goes on with Tab until the element has the focus, and fails where nobody would see that it has. */
export function keyboard(browser) {
  const press = (...keys) => browser.driver.actions().sendKeys(...keys).perform()
  const reach = async (selector) => {
    await browser.find(selector)
    // A window that nobody looks at shows no focus.
    await browser.driver.sendAndGetDevToolsCommand('Emulation.setFocusEmulationEnabled', { enabled: true })
    for (let step = 0; step < 120; step += 1) {
      const seen = await browser.driver.executeScript(focus, selector)
      if (seen === false) throw new Error(`nobody sees that ${selector} has the focus at ${await browser.url()}`)
      if (seen) return
      await press('\uE004')
    }
    throw new Error(`${selector} is not reached with Tab at ${await browser.url()}`)
  }
  return { press, reach }
}

/** Runs in the page: whether the element has the focus (null: not), and an outline around it or what holds it says so. */
function focus(selector) {
  const here = document.activeElement
  if (!here.matches(selector)) return null
  const outlined = (element) => element && getComputedStyle(element).outlineStyle !== 'none' && parseFloat(getComputedStyle(element).outlineWidth) >= 2
  return Boolean(outlined(here) || outlined(here.closest('.tile')))
}
