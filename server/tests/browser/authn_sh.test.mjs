// docs/how-to/authn-sh.md as it is printed, against the built program and a provider of plain OAuth 2.0 that answers as the one of
// the page does; then somebody signs in through it.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { before, describe, test } from 'node:test'
import { blocks, objects, shell } from './support/examples.mjs'
import { atEnd, serve } from './support/server.mjs'

const secret = 'a-secret-of-at-least-32-characters'
const [profile] = (await blocks('how-to/authn-sh.md', 'json')).map((text) => JSON.parse(text))

/** The provider on a free port. It knows one code and one token. */
async function upstream() {
  const tokens = { access_token: 'the-token', token_type: 'Bearer' }
  const server = http.createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/oauth/token') {
      const right = form.get('code') === 'the-code' && form.get('client_secret') === secret
      return answer(right ? 200 : 400, right ? tokens : { error: 'invalid_grant' })
    }
    const known = request.headers.authorization === 'Bearer the-token'
    return answer(known ? 200 : 401, known ? profile : {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  })
  return `http://127.0.0.1:${server.address().port}`
}

describe('docs/how-to/authn-sh.md, as it is printed', () => {
  let server
  let page
  let run
  let there
  let provider

  before(async () => {
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8' })
    there = await upstream()
    page = await blocks('how-to/authn-sh.md', 'sh')
    run = await shell(server)
  })

  test('each block has its test here', () => assert.equal(page.length, 6))

  test('a token that may make providers', async () => {
    const [token] = objects(await run(page[0]))
    assert.deepEqual(token.permissions, ['*'])
  })

  test('the wizard, twice: one provider', async () => {
    const settings = `UPSTREAM=${there} CLIENT_SECRET=${secret}\n`
    const [made] = objects(await run(settings + page[1]))
    assert.deepEqual([made.provider_kind, made.enabled, made.attribute_mapping], ['custom_oauth2', false, {}])
    assert.equal(made.redirect_uri, `${server.publicUrl}/v1/oauth-callback/legacy_idp`)
    assert.deepEqual(objects(await run(settings + page[1])), [made])
    assert.ok(!JSON.stringify(made).includes(secret))
    provider = `PROVIDER=${made.id}\n`
  })

  test('mapping, test and switch', async () => {
    const [mapped] = objects(await run(provider + page[2]))
    assert.equal(mapped.attribute_mapping.provider_user_id, 'id')
    const [tried] = objects(await run(provider + page[3]))
    assert.deepEqual([tried.userinfo_status, tried.errors], [401, []])
    assert.ok(tried.authorize_url.startsWith(`${there}/oauth/authorize?response_type=code&client_id=vestibule&`))
    const [on] = objects(await run(provider + page[4]))
    assert.equal(on.enabled, true)
  })

  test('somebody comes through it', async () => {
    const leaving = await fetch(`${server.publicUrl}/source/oauth/login/legacy_idp/`, { redirect: 'manual' })
    const away = new URL(leaving.headers.get('location'))
    const cookie = leaving.headers.getSetCookie().map((text) => text.split(';')[0]).join('; ')
    const back = new URL(away.searchParams.get('redirect_uri'))
    back.search = new URLSearchParams({ code: 'the-code', state: away.searchParams.get('state') })
    const arrived = await fetch(back, { redirect: 'manual', headers: { cookie } })
    assert.deepEqual([arrived.status, arrived.headers.get('location')], [303, '/'])
    const [list] = objects(await run(provider + page[5]))
    assert.equal(list.total_count, 1)
    const [account] = list.data
    assert.deepEqual(
      [account.provider_user_id, account.email_address, account.verified, account.public_metadata],
      ['42', 'alice@acme.example', false, {}],
    )
  })
})
