// A mail server that a test reads, and the links in what it took.

import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'
import { atEnd, until } from './server.mjs'

/** A mail server on loopback that keeps what it takes. */
export async function mailServer(options) {
  const mails = []
  const server = new SMTPServer({
    logger: false,
    ...options,
    onData(stream, session, done) {
      const parts = []
      stream.on('data', (part) => parts.push(part))
      stream.on('end', () => {
        const secure = session.secure
        mails.push({ to: session.envelope.rcptTo[0].address, user: session.user, secure, text: Buffer.concat(parts).toString() })
        done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  atEnd(() => new Promise((closed) => server.close(closed)))
  return {
    port: server.server.address().port,
    mails,
    /** The next mail to an address that has not been read. */
    async mailTo(address) {
      await until(async () => mails.some((mail) => mail.to === address), `a mail to ${address}`, 20)
      return mails.splice(mails.findIndex((mail) => mail.to === address), 1)[0]
    },
  }
}

/** The link in a mail, whose lines travel as quoted-printable (RFC 2045, section 6.7). */
export const linkIn = (mail) => mail.text.replaceAll('=\r\n', '').replaceAll('=3D', '=').match(/http:\/\/localhost:\d+\/\S+token=[\w-]+/)[0]
