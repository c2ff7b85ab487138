// A person without a browser: follows redirects, keeps cookies, fills in forms. What it can do shows that the pages are
// complete without scripts.

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescape(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) =>
    hex ? String.fromCodePoint(parseInt(hex, 16)) : decimal ? String.fromCodePoint(+decimal) : entities[name] ?? whole)
}

function attributes(tag) {
  const found = {}
  for (const [, name, double, single, bare] of tag.matchAll(/([^\s"'<>\/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g)) {
    found[name.toLowerCase()] = unescape(double ?? single ?? bare ?? '')
  }
  return found
}

/** A page: its address, status, text, and its forms by id. */
export class Page {
  constructor(url, status, headers, text) {
    Object.assign(this, { url, status, headers, text })
  }

  form(id) {
    for (const [, head, inside] of this.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)) {
      const form = attributes(head)
      if (form.id !== id) continue
      const fields = {}
      for (const [, tag] of inside.matchAll(/<input\b([^>]*)>/gi)) {
        const input = attributes(tag)
        if (input.name && !['submit', 'checkbox', 'radio'].includes(input.type)) fields[input.name] = input.value ?? ''
      }
      const buttons = Object.fromEntries([...inside.matchAll(/<button\b([^>]*)>/gi)].map(([, tag]) => attributes(tag)).map((b) => [b.id, b]))
      return { action: form.action || this.url, method: (form.method ?? 'get').toLowerCase(), fields, buttons }
    }
    return undefined
  }

  /** The attributes of the element with this id. */
  element(id) {
    for (const [, tag] of this.text.matchAll(/<\w+\b([^>]*)>/g)) {
      const found = attributes(tag)
      if (found.id === id) return found
    }
    return undefined
  }

  /** The code of the refusal that this page shows. */
  get errorCode() {
    return this.element('error')?.['data-error-code']
  }
}

export class Visitor {
  #cookies = new Map()

  /** `stopAt` is where redirects are not followed any more: the address of the application. */
  constructor(stopAt) {
    this.stopAt = stopAt
  }

  #remember(response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';')
      const [name, value] = [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]
      const settings = Object.fromEntries(rest.map((part) => part.trim().split('=')).map(([k, v]) => [k.toLowerCase(), v]))
      const gone = settings['max-age'] === '0' || (settings.expires && new Date(settings.expires) < new Date())
      if (gone || value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }

  /** Forgets everything, as a private window that is closed. */
  forget() {
    this.#cookies.clear()
  }

  /** Goes to an address and follows redirects. Answers a `Page`, or the address of the application as a URL. */
  async go(url, options = {}) {
    let target = new URL(url)
    let init = options
    for (let hop = 0; hop < 15; hop++) {
      if (this.stopAt && target.href.startsWith(this.stopAt)) return target
      const response = await fetch(target, {
        ...init,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          ...init.headers,
          ...(this.#cookies.size && { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        },
      })
      this.#remember(response)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || !location) {
        return new Page(target.href, response.status, response.headers, await response.text())
      }
      await response.body?.cancel()
      target = new URL(location, target)
      init = {}
    }
    throw new Error(`too many redirects, the last to ${target}`)
  }

  /** Fills in a form and sends it by one of its buttons, as a browser does. */
  async submit(page, id, values = {}, button = undefined) {
    const form = page.form(id)
    if (!form) throw new Error(`no form #${id} at ${page.url} (${page.status}, error ${page.errorCode}):\n${page.text.slice(0, 3000)}`)
    const pressed = button && form.buttons[button]
    if (button && !pressed) throw new Error(`form #${id} has no button #${button}`)
    const fields = new URLSearchParams({ ...form.fields, ...values, ...(pressed?.name && { [pressed.name]: pressed.value ?? '' }) })
    const action = new URL(pressed?.formaction ?? form.action, page.url)
    if (form.method === 'get') {
      action.search = fields
      return this.go(action)
    }
    return this.go(action, {
      method: 'POST',
      body: fields,
      headers: { origin: action.origin, referer: page.url },
    })
  }

  /** Signs in and consents, whichever of the two is asked, until the application's address is reached. */
  async signIn(url, person) {
    let page = await this.go(url)
    for (let step = 0; step < 5 && page instanceof Page; step++) {
      if (page.form('login-form')) {
        page = await this.submit(page, 'login-form', { username: person.username, password: person.password })
      } else if (page.form('consent-form')) {
        page = await this.submit(page, 'consent-form', {}, 'allow')
      } else {
        throw new Error(`stopped at ${page.url} (${page.status}, error ${page.errorCode}):\n${page.text.slice(0, 3000)}`)
      }
    }
    return page
  }
}
