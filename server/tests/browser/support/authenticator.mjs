// What a person proves themselves with: the codes of an authenticator app, and the driver's virtual device for passkeys.

import { createHmac } from 'node:crypto'
import { Protocol, Transport, VirtualAuthenticatorOptions } from 'selenium-webdriver/lib/virtual_authenticator.js'
import { until } from './server.mjs'

/** RFC 6238, written from the standard, for a secret in base32. */
export function codeOf(secret, time = Date.now()) {
  let bits = ''
  for (const letter of secret.replaceAll(' ', '')) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  const value = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff
  return String(value % 1_000_000).padStart(6, '0')
}

/** A code that nobody has used yet: each is good once, so the next one is waited for. */
export async function nextCode(secret) {
  const used = codeOf(secret)
  await until(async () => codeOf(secret) !== used, 'the next code', 40)
  return codeOf(secret)
}

/** A device of the person in this browser. The answer locks it (false) and unlocks it again. */
export async function device(browser) {
  const options = new VirtualAuthenticatorOptions()
  options.setProtocol(Protocol.CTAP2)
  options.setTransport(Transport.INTERNAL)
  options.setHasResidentKey(true)
  options.setHasUserVerification(true)
  options.setIsUserVerified(true)
  options.setIsUserConsenting(true)
  await browser.driver.addVirtualAuthenticator(options)
  return (unlocked) => browser.driver.setUserVerified(unlocked)
}
