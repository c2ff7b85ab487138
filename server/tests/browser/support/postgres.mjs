// PostgreSQL for one test: a database on the server that ./test has started, or a server that may be stopped.

import { execFile } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { atEnd, root, temporaryFolder } from './server.mjs'

const script = join(root, 'server/tests/postgres')

async function ask(...args) {
  const { stdout } = await promisify(execFile)(script, args)
  return stdout.trim()
}

/** The URL of a new, empty database. */
export async function newDatabase() {
  const server = process.env.VESTIBULE_TEST_POSTGRES
  if (!server) throw new Error('VESTIBULE_TEST_POSTGRES is not set; ./test browser sets it')
  return ask('database', server)
}

/** Runs statements in a database. */
export const tell = (url, sql) => ask('tell', url, sql)

/** A server of its own: the `url` of a database, `stop()`, and `start()`, which keeps port and data. */
export async function ownServer() {
  const folder = await temporaryFolder()
  await chmod(folder, 0o755)
  const cluster = join(folder, 'postgres')
  const url = await ask('start', cluster)
  atEnd(() => ask('stop', cluster))
  return { url: await ask('database', url), stop: () => ask('stop', cluster), start: () => ask('start', cluster) }
}
