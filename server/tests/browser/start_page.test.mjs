// docs/index.md as somebody follows it who has just found it: the configuration, the commands, and the whole application.
// Only ports and folders change, because a test takes free ones.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { before, describe, test } from 'node:test'
import { blocks, freePort, shell } from './support/examples.mjs'
import { atEnd, root, run as program, serve, temporaryFolder, until } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

const person = { username: 'alice', password: 'down the rabbit hole' }

describe('docs/index.md, as it is printed', () => {
  let server
  let run
  let here
  const change = (text) => text.replaceAll('http://localhost:9000', server.publicUrl).replaceAll('localhost:3000', here).replaceAll('listen(3000)', `listen(${here.split(':')[1]})`)

  before(async () => {
    server = await serve()
    run = await shell(server)
    here = `localhost:${await freePort()}`
  })

  test('the configuration file starts the server that it describes', async () => {
    const [toml] = await blocks('index.md', 'toml')
    const folder = await temporaryFolder()
    const text = toml.replace('/var/lib/vestibule', join(folder, 'data')).replace('127.0.0.1:9000', '127.0.0.1:0')
    assert.notEqual(text, toml)
    await writeFile(join(folder, 'vestibule.toml'), text)
    const [, , command] = await blocks('index.md', 'sh')
    assert.equal(command, 'vestibule serve --config vestibule.toml\n')
    const running = program([...command.trim().split(' ').slice(1), '--json'], {}, folder)
    const announced = await running.announced('public_url')
    assert.match(announced.public_url, /^https:\/\/id\.example\.com\/?$/)
    assert.match(announced.setup_link, /^https:\/\/id\.example\.com\/setup\?token=/, 'the one link')
    await running.stop()
  })

  test('a person, an application, and a sign-in', async () => {
    const commands = (await blocks('index.md', 'sh'))[3]
    // The password is typed; without a terminal it is one line of the input.
    const printed = await run(change(commands).replace('set-password alice', `set-password alice <<'END'\n${person.password}\nEND`))
    const said = (name) => printed.match(new RegExp(`^${name} +(\\S+)$`, 'm'))[1]
    assert.ok(printed.includes(`${server.publicUrl}/application/o/wiki/`), 'setup lists the issuer')

    const [example] = await blocks('index.md', 'js')
    const folder = await temporaryFolder()
    await symlink(join(root, 'server/tests/browser/node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'wiki.mjs'), change(example))
    const env = { PATH: process.env.PATH, CLIENT_ID: said('client_id'), CLIENT_SECRET: said('client_secret') }
    const child = spawn(process.execPath, ['wiki.mjs'], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] })
    atEnd(() => child.kill('SIGKILL'))
    await until(async () => (await fetch(`http://${here}/nothing`)).status === 404, 'the application of the page')
    const visitor = new Visitor()
    let page = await visitor.go(`http://${here}/`)
    page = await visitor.submit(page, 'login-form', person)
    page = await visitor.submit(page, 'consent-form', {}, 'allow')
    assert.equal(page.text, 'Hello Alice Liddell\n')
  })

  test('the same by program', async () => {
    const commands = (await blocks('index.md', 'sh'))[4]
    const { items } = JSON.parse(await run(change(commands)))
    assert.deepEqual(items.map(({ slug }) => slug), ['wiki'])
  })

  test('it leads to every page of the documentation', async () => {
    const pages = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md') && name !== 'index.md')
    const linksOf = async (name) => {
      const text = await readFile(join(root, 'docs', name), 'utf8')
      return Array.from(text.matchAll(/\]\(([^)#:]+\.md)/g), ([, there]) => posix.join(posix.dirname(name), there))
    }
    // By one link, or by a page that is linked: each refusal has its own behind the list of them.
    const near = await linksOf('index.md')
    const far = (await Promise.all(near.map(linksOf))).flat()
    const reached = new Set([...near, ...far])
    assert.deepEqual(pages.filter((name) => !reached.has(name)), [])
  })
})
