// An identity provider of plain OAuth 2.0 that asks nobody anything: whoever comes is sent back at once, as `person`.

import { createServer } from 'node:http'
import { atEnd } from './server.mjs'

/** The provider: `url`, and `person`, which is its userinfo and may be changed; without a person it refuses. */
export async function upstream(person) {
  const provider = { person }
  const json = (response, status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    if (pathname === '/token') return json(response, 200, { access_token: 'of-the-provider', token_type: 'Bearer' })
    if (pathname === '/me') return json(response, 200, provider.person)
    const back = new URL(searchParams.get('redirect_uri'))
    back.searchParams.set('state', searchParams.get('state'))
    if (provider.person) back.searchParams.set('code', 'a-code')
    else back.searchParams.set('error', 'access_denied')
    return response.writeHead(302, { location: String(back) }).end()
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  atEnd(() => new Promise((done) => server.close(done)))
  provider.url = `http://127.0.0.1:${server.address().port}`
  return provider
}

/** What a server needs to know to sign people in through it; `fields` win. */
export function source({ url }, fields = {}) {
  return {
    key: 'harbour',
    name: 'Northern Harbour',
    kind: 'oauth2',
    client_id: 'vestibule',
    client_secret: 'a secret',
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/me`,
    ...fields,
  }
}
