// Icons of applications and sources: pages show them from an address with https only, so that is where these come from.

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { atEnd, temporaryFolder } from './server.mjs'

const drawings = {
  book: ['#3b5bdb', 'M9 7h14v18H9zM13 12h6M13 16h6'],
  letter: ['#b02a5b', 'M7 10h18v13H7zM7 11l9 7 9-7'],
  anchor: ['#0b7285', 'M16 8v17M16 8a2 2 0 1 0 .1 0M8 17c0 5 4 8 8 8s8-3 8-8M11 13h10'],
}

/** The address of each drawing, by its name. */
export async function pictures() {
  const folder = await temporaryFolder()
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name))
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (request, response) => {
    const [colour, path] = drawings[request.url.slice(1)]
    const lines = `<path fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" d="${path}"/>`
    response.setHeader('content-type', 'image/svg+xml')
    response.end(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${colour}"/>${lines}</svg>`)
  })
  await new Promise((ready) => server.listen(0, 'localhost', ready))
  atEnd(() => new Promise((done) => server.close(done).closeAllConnections()))
  const at = `https://localhost:${server.address().port}`
  return Object.fromEntries(Object.keys(drawings).map((name) => [name, `${at}/${name}`]))
}

/** Has a browser take the certificate of these. */
export const trusting = async (browser) => {
  await browser.driver.sendAndGetDevToolsCommand('Security.setIgnoreCertificateErrors', { ignore: true })
  return browser
}
