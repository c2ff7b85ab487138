// A certified OpenID provider of somebody else, `oidc-provider`, as the upstream of sources.

import { once } from 'node:events'
import http from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import { atEnd } from './server.mjs'

export const secret = 'a-secret-of-at-least-32-characters'

/** Whoever signs in there exists. */
const person = (id) => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: `The ${id}`, preferred_username: id })

/**
 * The provider on a free port. `clients` are registered as they stand; `settings` go over the defaults. `before` may answer a
 * request in its place, and says so.
 */
export async function provider(clients, settings = {}, before = async () => false) {
  const keys = await Promise.all(['RS256', 'ES256', 'PS256'].map(async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg }
  }))
  const server = http.createServer(async (request, response) => {
    if (!(await before(request, response, made))) made.callback()(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`
  const made = new Provider(issuer, {
    clients,
    jwks: { keys },
    cookies: { keys: ['of-this-test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => person(id) }),
    pkce: { required: (_, client) => client.clientId !== 'vestibule' },
    features: { userinfo: { enabled: true }, jwtUserinfo: { enabled: true }, revocation: { enabled: true } },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'PS256'], userinfoSigningAlgValues: ['RS256', 'ES256'] },
    ...settings,
  })
  const problems = []
  for (const name of ['server_error', 'authorization.error', 'grant.error', 'userinfo.error']) {
    made.on(name, (_, error) => problems.push(`${name}: ${error.error_description ?? error.message}`))
  }
  atEnd(() => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  })
  return { issuer, problems, provider: made }
}
