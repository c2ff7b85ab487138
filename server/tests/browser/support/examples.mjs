// The examples of the documentation, run as they are printed. Only the port changes: a test takes a free one.

import { readFile, symlink, writeFile } from 'node:fs/promises'
import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { atEnd, program, root, run, temporaryFolder, until } from './server.mjs'

/** The fenced blocks of a page of `docs/`, by language. */
export async function blocks(page, language) {
  const text = await readFile(join(root, 'docs', page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, said]) => said === language).map(([, , code]) => code)
}

/**
 * A shell as somebody has it who copies from a page: `vestibule` is the program, on the database of this server, and the
 * variables of the examples are set. Answers a function that runs one block and tells what it printed, or fails with it.
 */
export async function shell(server) {
  const folder = await temporaryFolder()
  await symlink(program, join(folder, 'vestibule'))
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    VESTIBULE: server.publicUrl,
    TOKEN: server.token,
    VESTIBULE_DATA_DIR: server.folder,
    VESTIBULE_PUBLIC_URL: server.publicUrl,
  }
  return (script) =>
    new Promise((done, fail) => {
      execFile('sh', ['-euc', script], { cwd: folder, env, timeout: 60_000 }, (problem, printed, said) =>
        problem ? fail(new Error(`${script}\n${printed}\n${said}`, { cause: problem })) : done(printed))
    })
}

/** The JSON objects that a block has printed one after the other. */
export const objects = (printed) => printed.split(/(?<=\})\s*(?=\{)/).map((text) => JSON.parse(text))

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** The words of a command line, with single quotes. */
const words = (line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare)

/**
 * Makes the application of a page by the command that it prints, and starts its relying party. Answers the address to
 * open.
 */
export async function start(page, server) {
  const port = await freePort()
  const [command] = await blocks(page, 'sh')
  const [program, ...args] = words(command.trim().replaceAll('localhost:3000', `localhost:${port}`))
  if (program !== 'vestibule') throw new Error(`${page}: the command is ${program}`)
  const settings = { VESTIBULE_DATA_DIR: server.folder, VESTIBULE_PUBLIC_URL: server.publicUrl }
  const made = run([...args, '--json'], settings, server.folder)
  const { code } = await made.ended
  if (code !== 0) throw new Error(`${page}: ${command}\n${made.output()}`)
  const application = JSON.parse(made.output())

  const [example] = await blocks(page, 'js')
  const folder = await temporaryFolder()
  await symlink(join(root, 'server/tests/browser/node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'example.mjs'), example)
  const child = spawn(process.execPath, ['example.mjs'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ISSUER: `${server.publicUrl}/application/o/${application.slug}/`,
      CLIENT_ID: application.client_id,
      CLIENT_SECRET: application.client_secret,
      PORT: String(port),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  atEnd(() => child.kill('SIGKILL'))
  const here = `http://localhost:${port}/`
  await until(async () => (await fetch(`${here}nothing`)).status === 404, `the example of ${page}`)
  return here
}
