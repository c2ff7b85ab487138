// openid-client as the relying party of one application.

import * as client from 'openid-client'

export const redirectUri = 'https://app.example.com/callback'
export const postLogoutUri = 'https://app.example.com/bye'
export const scope = 'openid email profile offline_access'

/** Makes an application whose answers openid-client will read; `fields` win over the defaults. */
export async function application(server, fields = {}) {
  const app = await server.api.create('/applications', {
    name: fields.slug,
    redirect_uris: [{ matching_mode: 'strict', url: redirectUri }],
    post_logout_redirect_uris: [{ matching_mode: 'strict', url: postLogoutUri }],
    scope_mappings: ['openid', 'email', 'profile', 'offline_access'],
    consent_mode: 'skip',
    ...fields,
  })
  return app
}

/** Reads discovery and answers the client's configuration. */
export async function configure(server, app, { auth, issuer, alg, nonRepudiation = true } = {}) {
  const isPublic = app.client_type === 'public'
  return client.discovery(
    new URL(issuer ?? `${server.publicUrl}/application/o/${app.slug}/`),
    app.client_id,
    { ...(isPublic ? {} : { client_secret: app.client_secret }), ...(alg && { id_token_signed_response_alg: alg }) },
    auth ?? (isPublic ? client.None() : client.ClientSecretBasic(app.client_secret)),
    { execute: [client.allowInsecureRequests, ...(nonRepudiation ? [client.enableNonRepudiationChecks] : [])] },
  )
}

/** Begins an authorization: the address to open, and what the client keeps to check the answer. */
export async function begin(config, extra = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...extra,
  })
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } }
}

/** A whole authorization code sign-in; answers the tokens and the address that came back. */
export async function signIn(config, visitor, person, extra) {
  const { url, checks } = await begin(config, extra)
  const callback = await visitor.signIn(url, person)
  return { callback, tokens: await client.authorizationCodeGrant(config, callback, checks) }
}

/** The same up to the token answer, which nobody has looked into: for what openid-client can not read. */
export async function exchange(config, app, visitor, person) {
  const { url, checks } = await begin(config)
  const callback = await visitor.signIn(url, person)
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code'),
    redirect_uri: redirectUri,
    code_verifier: checks.pkceCodeVerifier,
    client_id: app.client_id,
    client_secret: app.client_secret,
  })
  const response = await fetch(config.serverMetadata().token_endpoint, { method: 'POST', body })
  const tokens = await response.json()
  if (response.status !== 200) throw new Error(JSON.stringify(tokens))
  return { ...tokens, nonce: checks.expectedNonce }
}
