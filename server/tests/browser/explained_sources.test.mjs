// Sign-ins through a source that fail on purpose. The upstream is `oidc-provider`, which is as it should be: what is wrong is what
// we know of it, as it is after a provider has moved, or after somebody has mistyped. Each ends in its own code, and after the
// button that repairs it the very same sign-in ends at the application.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { Stage } from './support/failures.mjs'
import { provider, secret } from './support/provider.mjs'

const moved = { repair: 'take_over_endpoint' }
const merged = { repair: 'match_by_identifier' }

/** `source`: what is wrong with it; `person`: what the upstream says of them; `described`: whether it has a discovery document. */
const rows = [
  {
    key: 'issuer-of-the-answer',
    code: 'upstream_response_issuer_wrong',
    described: true,
    source: { issuer: '{upstream}/former' },
    sides: ['{upstream}', '{upstream}/former'],
    marks: ['', '/former'],
    aspects: ['path'],
    ...moved,
  },
  {
    key: 'issuer-with-a-slash',
    code: 'upstream_issuer_wrong',
    source: { issuer: '{upstream}/' },
    silent: true,
    sides: ['{upstream}', '{upstream}/'],
    marks: ['', '/'],
    aspects: ['trailing_slash'],
    repair: 'take_over_issuer',
    tick: true,
  },
  {
    key: 'issuer-of-another-host',
    code: 'upstream_issuer_wrong',
    source: { issuer: 'https://login.example' },
    silent: true,
    sides: ['{upstream}', 'https://login.example'],
    aspects: ['scheme', 'host', 'port'],
    repair: 'take_over_issuer',
    tick: true,
  },
  { key: 'token-hangs-up', code: 'upstream_token_unreachable', described: true, source: { token_endpoint: '{former}/hangs-up' }, ...moved },
  {
    key: 'token-is-a-page',
    code: 'upstream_token_malformed',
    described: true,
    source: { token_endpoint: '{former}/page' },
    marks: ['', 'a JSON object or a form'],
    aspects: ['text'],
    ...moved,
  },
  { key: 'token-refused', code: 'upstream_token_refused', described: true, source: { token_endpoint: '{former}/refused' }, ...moved },
  ...[['header', 'basic', 'post'], ['body', 'post', 'basic']].map(([place, ours, theirs]) => ({
    key: `secret-in-the-${place}`,
    code: 'upstream_token_refused',
    client: { token_endpoint_auth_method: `client_secret_${theirs}` },
    source: { token_endpoint: `{upstream}/token?not=${place}`, token_endpoint_auth_method: `client_secret_${ours}` },
    repair: 'switch_source_authentication',
  })),
  { key: 'keys-of-another', code: 'upstream_key_unknown', described: true, source: { jwks_uri: '{former}/keys' }, ...moved },
  { key: 'key-of-the-same-name', code: 'upstream_signature_wrong', described: true, source: { jwks_uri: '{former}/keys-alike' }, ...moved },
  {
    key: 'another-algorithm',
    code: 'upstream_algorithm_wrong',
    client: { id_token_signed_response_alg: 'ES256' },
    source: { id_token_signing_algs: ['RS256'] },
    sides: ['ES256', 'RS256'],
    marks: ['ES256', 'RS256'],
    aspects: ['text'],
    repair: 'allow_algorithm',
  },
  { key: 'openid-forgotten', code: 'upstream_id_token_missing', source: { scopes: ['email', 'profile'] }, repair: 'ask_for_openid' },
  { key: 'profile-hangs-up', code: 'upstream_userinfo_unreachable', described: true, source: { userinfo_endpoint: '{former}/hangs-up' }, ...moved },
  { key: 'profile-refused', code: 'upstream_userinfo_refused', described: true, source: { userinfo_endpoint: '{former}/refused' }, ...moved },
  {
    key: 'profile-is-a-page',
    code: 'upstream_userinfo_malformed',
    described: true,
    source: { userinfo_endpoint: '{former}/page' },
    sides: ['a page', 'a JSON object'],
    marks: ['a page', 'a JSON object'],
    aspects: ['text'],
    ...moved,
  },
  {
    key: 'profile-of-another',
    code: 'upstream_subject_mismatch',
    described: true,
    source: { userinfo_endpoint: '{former}/somebody' },
    sides: ['somebody-else', 'profile-of-another'],
    marks: ['somebody-else', 'profile-of-another'],
    aspects: ['text'],
    ...moved,
  },
  { key: 'no-sign-up', code: 'upstream_account_unknown', source: { allow_sign_up: false }, repair: 'allow_sign_up' },
  { key: 'no-profile', code: 'upstream_account_unknown', source: { update_profile: 'never_on_login' }, repair: 'allow_sign_up' },
  {
    key: 'no-sign-in',
    code: 'upstream_sign_in_disabled',
    known: {},
    source: { user_matching_mode: 'verified_email_link', allow_sign_in: false },
    repair: 'allow_sign_in',
  },
  {
    key: 'no-address-to-link',
    code: 'upstream_email_missing',
    person: { email: undefined, email_verified: undefined },
    source: { user_matching_mode: 'email_link' },
    ...merged,
  },
  {
    key: 'no-address-to-deny',
    code: 'upstream_email_missing',
    person: { email: undefined, email_verified: undefined },
    source: { user_matching_mode: 'email_deny' },
    ...merged,
  },
  { key: 'address-taken', code: 'upstream_email_taken', known: {}, source: { user_matching_mode: 'email_deny' }, ...merged },
  {
    key: 'address-unverified',
    code: 'upstream_email_unverified',
    known: {},
    person: { email_verified: false },
    source: { user_matching_mode: 'email_link' },
    ...merged,
  },
  { key: 'name-taken', code: 'upstream_username_taken', known: {}, source: { user_matching_mode: 'username_deny' }, ...merged },
  {
    key: 'name-missing',
    code: 'upstream_username_missing',
    person: { preferred_username: undefined },
    source: { user_matching_mode: 'username_link' },
    ...merged,
  },
  {
    key: 'subaddress',
    code: 'upstream_subaddress_blocked',
    person: { email: 'sub+address@people.example' },
    source: { block_email_subaddresses: true },
    repair: 'allow_subaddresses',
  },
  {
    key: 'group-denied',
    code: 'upstream_group_denied',
    person: { groups: ['crew'] },
    source: { groups_claim: 'groups', group_matching_mode: 'name_deny' },
    repair: 'join_groups',
    tick: true,
  },
  {
    key: 'account-off',
    code: 'subject_disabled',
    known: { is_active: false },
    source: { user_matching_mode: 'verified_email_link' },
    repair: 'activate_user',
  },
  {
    key: 'off-on-the-way',
    code: 'upstream_source_disabled',
    onTheWay: (api) => api.patch('/sources/off-on-the-way', { enabled: false }),
    repair: 'enable_source',
  },
  { key: 'off', code: 'connection_not_found', source: { enabled: false }, repair: 'enable_source' },
  { key: 'for-no-application', code: 'connection_not_found', source: { applications: [] }, repair: 'allow_source_for_application' },
  { key: 'not-of-the-application', code: 'connection_not_found', application: { sources: [] }, repair: 'allow_source_for_application' },
]

/** Where the upstream was before, and what is there now. */
async function former() {
  const published = async (kid) => ({ ...(await exportJWK((await generateKeyPair('RS256')).publicKey)), kid, alg: 'RS256', use: 'sig' })
  const [another, alike] = [await published('of-another'), await published('RS256')]
  const json = (status, body) => (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  return {
    '/former/hangs-up': (response) => response.destroy(),
    '/former/page': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>We have moved</h1>'),
    '/former/refused': json(400, { error: 'invalid_grant' }),
    '/former/keys': json(200, { keys: [another] }),
    '/former/keys-alike': json(200, { keys: [alike] }),
    '/former/somebody': json(200, { sub: 'somebody-else' }),
  }
}

/** The upstream. It asks nobody anything: whoever is named in the request is signed in, and has agreed. */
async function upstream(publicUrl, arriving) {
  const places = await former()
  const scopes = ['openid', 'email', 'profile']
  const clients = rows.map(({ key, client }) => ({
    client_id: key,
    client_secret: secret,
    redirect_uris: [`${publicUrl}/source/oauth/callback/${key}/`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    ...client,
  }))
  const settings = {
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username', 'groups'] },
    findAccount: (_, key) => {
      const { person } = rows.find((row) => row.key === key)
      const email = `${key}@people.example`
      const claims = { sub: key, name: `The ${key}`, preferred_username: key, email, email_verified: true, ...person }
      return { accountId: key, claims: () => JSON.parse(JSON.stringify(claims)) }
    },
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId })
      grant.addOIDCScope(scopes.join(' '))
      await grant.save()
      return grant
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    features: { devInteractions: { enabled: false }, userinfo: { enabled: true } },
  }
  const made = await provider(clients, settings, async (request, response, itself) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    // It takes the secret in both places, and tells whoever sends a nonce without openid: others do neither.
    if (pathname === '/token' && searchParams.get('not') === (request.headers.authorization ? 'header' : 'body')) {
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'invalid_client' }))
      return true
    }
    if (pathname === '/auth' && searchParams.has('scope') && !searchParams.get('scope').includes('openid')) {
      searchParams.delete('nonce')
      request.url = `${pathname}?${searchParams}`
    }
    if (places[pathname]) {
      places[pathname](response)
      return true
    }
    if (!pathname.startsWith('/interaction/')) return false
    const { params } = await itself.interactionDetails(request, response)
    await arriving(params.client_id)
    await itself.interactionFinished(request, response, { login: { accountId: params.client_id, remember: false } })
    return true
  })
  // Providers that do not say in the answer who they are (RFC 9207) say so in the ID token alone.
  made.provider.use(async (context, next) => {
    await next()
    const location = context.response.get('location')
    if (!location?.startsWith(publicUrl)) return
    const address = new URL(location)
    if (!rows.some(({ key, silent }) => silent && address.pathname.endsWith(`/${key}/`))) return
    address.searchParams.delete('iss')
    context.set('location', String(address))
  })
  return made
}

describe('an induced failure of a source ends in its code, and after its repair the same sign-in succeeds', () => {
  let stage
  let there
  const onTheWay = new Map()

  before(async () => {
    stage = await Stage.set({ VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8' })
    there = await upstream(stage.server.publicUrl, async (key) => {
      const act = onTheWay.get(key)
      onTheWay.delete(key)
      await act?.(stage.api)
    })
    Object.assign(stage.words, { '{upstream}': there.issuer, '{former}': `${there.issuer}/former` })
    await stage.api.create('/groups', { name: 'crew' })
  })

  async function source({ key, described, source }) {
    const at = (path) => `{upstream}${path}`
    const known = { authorization_endpoint: at('/auth'), token_endpoint: at('/token'), userinfo_endpoint: at('/me'), jwks_uri: at('/jwks') }
    return stage.api.create('/sources', stage.here({
      key,
      name: key,
      kind: 'oidc',
      client_id: key,
      client_secret: secret,
      pkce: 'S256',
      scopes: ['openid', 'email', 'profile'],
      authorization_params: { prompt: 'login' },
      ...(described ? { discovery_url: at('/.well-known/openid-configuration') } : { issuer: at(''), ...known }),
      ...source,
    }))
  }

  for (const row of rows) {
    test(`${row.key}: ${row.code}`, async () => {
      const { browser, api } = stage
      await source(row)
      if (row.known) await api.create('/users', { username: row.key, email: `${row.key}@people.example`, email_verified: true, ...row.known })
      const app = await stage.application(`app-${row.key}`, row.application)
      const address = stage.authorize(app, { connection: row.key, prompt: 'login' })
      await stage.administrator()
      if (row.onTheWay) onTheWay.set(row.key, row.onTheWay)
      await stage.go(address)
      if (await browser.has('#error')) {
        assert.equal(await browser.attribute('#error', 'data-error-code'), row.code, there.problems.join('\n'))
        await stage.repair(row)
      } else {
        assert.ok((await stage.answer()).has('error'), 'the application was told')
        await stage.lookUp(app.slug)
        await stage.repair(row)
        await stage.go(address)
      }
      // A name that is taken, or that the source does not tell, is chosen here.
      if (await browser.has('#enroll-form')) {
        await browser.fill('#enroll-form input[name=username]', `${row.key}-again`)
        await browser.press('#enroll-form #submit')
      }
      await stage.arrived()
      const { items } = await api.get(`/external-accounts?source=${row.key}`)
      assert.deepEqual(items.map((one) => one.provider_user_id), [row.key], 'who has come')
    })
  }
})
