// Clients made for GitHub, pointed at the server: passport-github2, and Octokit as it is pointed at GitHub Enterprise.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { Octokit } from '@octokit/core'
import { exchangeWebFlowCode, getWebFlowAuthorizationUrl } from '@octokit/oauth-methods'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { request } from '@octokit/request'
import GitHub from 'passport-github2'
import { start } from './support/examples.mjs'
import { serve } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

const callback = 'https://app.example.com/auth/github/callback'

/** What Passport does around a strategy: it hands over the request and waits for one of the endings. */
function attempt(strategy, url, options = {}) {
  const query = Object.fromEntries(url.searchParams)
  return new Promise((done, fail) => {
    const running = Object.create(strategy)
    running.redirect = (address) => done({ redirect: new URL(address) })
    running.success = (user) => done({ user })
    running.fail = (challenge) => done({ refused: challenge })
    running.error = fail
    running.authenticate({ query, url: url.pathname + url.search, headers: {}, connection: {}, session: {} }, options)
  })
}

describe('clients made for GitHub', () => {
  let server
  let person
  let team
  let octokitDefaults

  before(async () => {
    server = await serve()
    person = await server.api.person()
    team = await server.api.create('/groups', { name: 'Site Reliability', users: [person.id] })
    octokitDefaults = { baseUrl: `${server.publicUrl}/api/v3` }
  })

  /** An application with nothing but a name and an address, as an administrator makes one. */
  const application = (slug, fields = {}) =>
    server.api.create('/applications', {
      name: slug,
      slug,
      redirect_uris: [{ matching_mode: 'strict', url: callback }],
      ...fields,
    })

  const strategy = (app, scope) =>
    new GitHub.Strategy(
      {
        clientID: app.client_id,
        clientSecret: app.client_secret,
        callbackURL: callback,
        authorizationURL: `${server.publicUrl}/login/oauth/authorize`,
        tokenURL: `${server.publicUrl}/login/oauth/access_token`,
        userProfileURL: `${server.publicUrl}/user`,
        userEmailURL: `${server.publicUrl}/user/emails`,
        scope,
      },
      (accessToken, refreshToken, parameters, profile, done) => done(null, { accessToken, refreshToken, parameters, profile }),
    )

  test('passport-github2 signs in and reads profile and addresses', async () => {
    const app = await application('passport')
    const passport = strategy(app, ['user:email', 'read:org'])
    const { redirect } = await attempt(passport, new URL('https://app.example.com/auth/github'), { state: 'a state' })
    assert.equal(redirect.origin + redirect.pathname, `${server.publicUrl}/login/oauth/authorize`)

    const back = await new Visitor(callback).signIn(redirect, person)
    assert.equal(back.searchParams.get('state'), 'a state')
    const { user } = await attempt(passport, back)
    assert.equal(user.profile.username, 'ada')
    assert.equal(user.profile.displayName, 'Ada Lovelace')
    assert.equal(user.profile.id, String(person.number))
    assert.deepEqual(user.profile.emails, [{ value: 'ada@example.com' }])
    assert.equal(user.parameters.token_type, 'bearer')
    assert.equal(user.parameters.scope, 'read:org,user:email')

    // The same code again: Passport hears an error and signs nobody in, and the first token is dead.
    await assert.rejects(attempt(passport, back), /access token/)
    const refused = await fetch(`${server.publicUrl}/user`, { headers: { authorization: `token ${user.accessToken}` } })
    assert.equal(refused.status, 401)
  })

  test('passport-github2 hears of a person who says no', async () => {
    const app = await application('passport-no')
    const passport = strategy(app, ['user:email'])
    const { redirect } = await attempt(passport, new URL('https://app.example.com/auth/github'), { state: 's' })
    const visitor = new Visitor(callback)
    let page = await visitor.go(redirect)
    page = await visitor.submit(page, 'login-form', { username: person.username, password: person.password })
    const back = await visitor.submit(page, 'consent-form', {}, 'deny')
    const ended = await attempt(passport, back)
    assert.ok(ended.refused, 'no user')
  })

  /** A sign-in by Octokit; answers what its token endpoint gave. */
  async function octokitSignIn(app, scopes, visitor = new Visitor(callback)) {
    const login = request.defaults({ baseUrl: server.publicUrl })
    const options = { clientType: 'oauth-app', clientId: app.client_id, request: login }
    const { url, state } = getWebFlowAuthorizationUrl({ ...options, state: 'octo', scopes })
    assert.ok(url.startsWith(`${server.publicUrl}/login/oauth/authorize?`), url)
    const back = await visitor.signIn(url, person)
    assert.equal(back.searchParams.get('state'), state)
    const code = back.searchParams.get('code')
    return { code, exchange: () => exchangeWebFlowCode({ ...options, clientSecret: app.client_secret, code, state }) }
  }

  test('Octokit signs in and walks through the teams', async () => {
    const app = await application('octokit')
    const { exchange } = await octokitSignIn(app, ['user:email', 'read:org'])
    const { authentication } = await exchange()
    assert.equal(authentication.scopes.join(), 'read:org,user:email')

    const Client = Octokit.plugin(paginateRest)
    const octokit = new Client({ ...octokitDefaults, auth: authentication.token })
    const { data: user, headers } = await octokit.request('GET /user')
    assert.equal(user.login, 'ada')
    assert.equal(user.id, person.number)
    assert.equal(headers['x-oauth-scopes'], 'read:org, user:email')
    const { data: emails } = await octokit.request('GET /user/emails')
    assert.deepEqual(emails.map(({ email, verified }) => [email, verified]), [['ada@example.com', true]])

    for (const name of ['b', 'c', 'd', 'e']) await server.api.create('/groups', { name, users: [person.id] })
    const teams = await octokit.paginate('GET /user/teams', { per_page: 2 })
    assert.deepEqual(teams.map(({ name }) => name), ['Site Reliability', 'b', 'c', 'd', 'e'])
    assert.deepEqual([teams[0].id, teams[0].slug], [team.number, 'site-reliability'])

    const { data: orgs } = await octokit.request('GET /user/orgs')
    const org = orgs[0].login
    const member = await octokit.request('GET /orgs/{org}/members/{username}', { org, username: 'ada' })
    assert.equal(member.status, 204)
    const { data: membership } = await octokit.request('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', {
      org,
      team_slug: 'site-reliability',
      username: 'ada',
    })
    assert.equal(membership.state, 'active')
    const { data: own } = await octokit.request('GET /user/memberships/orgs/{org}', { org })
    assert.equal(own.organization.id, 1)
    await assert.rejects(octokit.request('GET /orgs/{org}/members/{username}', { org, username: 'nobody' }), { status: 404 })
  })

  test('Octokit understands every refusal', async () => {
    const app = await application('octokit-refused')
    const visitor = new Visitor(callback)
    const { exchange } = await octokitSignIn(app, ['user'], visitor)
    const { authentication } = await exchange()
    await assert.rejects(exchange(), (error) => {
      assert.match(error.message, /\(bad_verification_code, https:\/\/docs\.github\.com\//)
      return true
    })
    const { exchange: wrong } = await octokitSignIn({ ...app, client_secret: 'not the secret' }, ['user'], visitor)
    await assert.rejects(wrong(), /incorrect_client_credentials/)

    // The token died with the second use of its code; another one has no scope that opens anything.
    const dead = new Octokit({ ...octokitDefaults, auth: authentication.token })
    await assert.rejects(dead.request('GET /user'), (error) => {
      assert.equal(error.status, 401)
      assert.match(error.message, /Bad credentials/)
      return true
    })
    const { exchange: again } = await octokitSignIn(app, ['user'], visitor)
    const alive = new Octokit({ ...octokitDefaults, auth: (await again()).authentication.token })
    await assert.rejects(alive.request('GET /user'), (error) => {
      assert.equal(error.status, 403)
      assert.match(error.message, /user:email/)
      return true
    })
  })

  test('the example of docs/how-to/github.md, as it is printed', async () => {
    const visitor = new Visitor()
    let page = await visitor.go(await start('how-to/github.md', server))
    page = await visitor.submit(page, 'login-form', { username: person.username, password: person.password })
    page = await visitor.submit(page, 'consent-form', {}, 'allow')
    assert.match(page.text, /^Hello Ada Lovelace of Site Reliability/)
  })

  test('a client that puts everything into the address and sends no redirect_uri signs in', async () => {
    const app = await application('jenkins')
    const url = `${server.publicUrl}/login/oauth/authorize?client_id=${app.client_id}&scope=read:org,user:email`
    const back = await new Visitor(callback).signIn(url, person)
    const query = new URLSearchParams({ client_id: app.client_id, client_secret: app.client_secret, code: back.searchParams.get('code') })
    const answer = await fetch(`${server.publicUrl}/login/oauth/access_token?${query}`, { method: 'POST' })
    assert.match(answer.headers.get('content-type'), /^application\/x-www-form-urlencoded/)
    const form = new URLSearchParams(await answer.text())
    const index = await fetch(`${server.publicUrl}/api/v3/`, { headers: { authorization: `token ${form.get('access_token')}` } })
    assert.equal(index.status, 200)
    assert.ok(!server.output().includes(app.client_secret), 'no secret stands in the log')
    assert.ok(!server.output().includes(form.get('access_token')))
  })
})
