// Starts the built program the way an operator does, and speaks to its management API.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
export const program = resolve(root, process.env.VESTIBULE_BIN ?? 'target/debug/vestibule')

const cleanups = []
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

/** Runs when the tests of this file are over, the last one first. */
export const atEnd = (cleanup) => cleanups.push(cleanup)

/** A folder of its own that is gone after the tests. */
export async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-test-'))
  atEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** Runs the program and collects what it prints. `settings` become its environment; nothing of ours leaks in. */
export function run(args, settings = {}, folder = tmpdir()) {
  const { PATH, HOME, TZ } = process.env
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH, HOME, ...(TZ && { TZ }), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  const lines = []
  const listeners = new Set()
  const ended = new Promise((done) => {
    child.on('close', (code, signal) => done({ code, signal }))
    child.on('error', (error) => {
      lines.push(String(error))
      done({ code: -1, signal: null })
    })
  })
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      for (const listener of listeners) listener(line)
    })
  }
  return {
    child,
    ended,
    lines,
    output: () => lines.join('\n'),
    /** The first printed JSON object that has this member, or a failure with all that was printed instead. */
    async announced(member, seconds = 30) {
      const read = (line) => {
        if (!line.startsWith('{')) return undefined
        try {
          const object = JSON.parse(line)
          return member in object ? object : undefined
        } catch {
          return undefined
        }
      }
      const early = lines.map(read).find(Boolean)
      if (early) return early
      let listener
      let timer
      try {
        return await Promise.race([
          new Promise((done) => {
            listener = (line) => {
              const object = read(line)
              if (object) done(object)
            }
            listeners.add(listener)
          }),
          ended.then(({ code, signal }) => {
            throw new Error(`the program ended (${code ?? signal}) before it announced ${member}:\n${lines.join('\n')}`)
          }),
          new Promise((_, fail) => {
            timer = setTimeout(() => fail(new Error(`no ${member} after ${seconds} s:\n${lines.join('\n')}`)), seconds * 1000)
          }),
        ])
      } finally {
        listeners.delete(listener)
        clearTimeout(timer)
      }
    },
    /** Asks it to end, and waits. */
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return ended
    },
  }
}

/**
 * `vestibule serve` on a free port, ready to answer. `settings` are environment variables on top of the defaults.
 * The answer carries `url` (where it listens), `publicUrl`, `api` and `stop`.
 */
export async function serve(settings = {}, folder = undefined) {
  folder ??= await temporaryFolder()
  const token = settings.VESTIBULE_BOOTSTRAP_TOKEN ?? randomBytes(24).toString('base64url')
  const running = run(
    ['serve', '--json'],
    {
      VESTIBULE_LISTEN: '127.0.0.1:0',
      VESTIBULE_DATA_DIR: folder,
      VESTIBULE_BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery staple',
      VESTIBULE_BOOTSTRAP_TOKEN: token,
      ...settings,
    },
    folder,
  )
  const { listen, public_url: publicUrl } = await running.announced('listen')
  const url = `http://${listen}`
  await until(async () => (await fetch(`${url}/health/ready`)).status === 200, 'the server to be ready', 10)
  return { ...running, url, publicUrl: publicUrl.replace(/\/$/, ''), folder, token, settings, api: managementApi(url, token) }
}

/** Tries until the answer is true; errors count as not yet. */
export async function until(attempt, what, seconds = 15) {
  const end = Date.now() + seconds * 1000
  let last
  while (Date.now() < end) {
    try {
      if (await attempt()) return
      last = undefined
    } catch (error) {
      last = error
    }
    await pause(50)
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`, { cause: last })
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))

function managementApi(url, token) {
  const call = async (method, path, body, expected) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    })
    const text = await response.text()
    if (response.status !== expected) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text && JSON.parse(text)
  }
  return {
    get: (path) => call('GET', path, undefined, 200),
    create: (path, body) => call('POST', path, body, 201),
    patch: (path, body) => call('PATCH', path, body, 200),
    call,
    /** A person who can sign in, with every claim that the tests look at. */
    async person(username = 'ada', password = 'a long enough password') {
      const user = await call('POST', '/users', {
        username,
        name: 'Ada Lovelace',
        given_name: 'Ada',
        family_name: 'Lovelace',
        email: `${username}@example.com`,
        email_verified: true,
      }, 201)
      await call('POST', `/users/${user.id}/password`, { password }, 204)
      return { ...user, username, password }
    },
  }
}
