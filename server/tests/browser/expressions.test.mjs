// The examples of docs/expressions.md and of the page for authentik's users, saved as they are printed: what the mapping
// gives, and whom the policies let in; and the command of docs/how-to/redirect-uris.md.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { fetchUserInfo } from 'openid-client'
import { blocks, shell } from './support/examples.mjs'
import { application, begin, configure, redirectUri, signIn } from './support/relying_party.mjs'
import { serve } from './support/server.mjs'
import { Page, Visitor } from './support/visitor.mjs'

describe('expressions and redirect URIs, as they are printed', () => {
  let server
  let person
  let outsider
  let mapping
  let policy

  before(async () => {
    server = await serve()
    person = await server.api.person()
    outsider = await server.api.person('bea')
    ;[mapping, policy] = await blocks('expressions.md', 'python')
    await server.api.create('/groups', { name: 'staff', users: [person.id] })
    await server.api.patch(`/users/${person.id}`, { attributes: { email_verified: true } })
  })

  test('a scope mapping: claims for a scope', async () => {
    const { id } = await server.api.create('/scope-mappings', { name: 'Of the page', scope: 'team', expression: mapping })
    const app = await application(server, { slug: 'mapped', scope_mappings: ['openid', id] })
    const config = await configure(server, app, { alg: 'HS256', nonRepudiation: false })
    for (const [who, expected] of [[person, [['staff'], true]], [outsider, [[], false]]]) {
      const { tokens } = await signIn(config, new Visitor(redirectUri), who, { scope: 'openid team' })
      const { sub, groups, email_verified } = await fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
      assert.equal(sub, tokens.claims().sub)
      assert.deepEqual([groups, email_verified], expected, who.username)
    }
  })

  test('a policy: only staff may ask for the scope "admin"', async () => {
    const admin = await server.api.create('/scope-mappings', { name: 'Administration', scope: 'admin', expression: 'return {}' })
    const app = await application(server, { slug: 'guarded', scope_mappings: ['openid', admin.id] })
    const { id } = await server.api.create('/policies', { name: 'staff-for-admin', expression: policy })
    await server.api.create('/policy-bindings', { target_type: 'application', target: app.id, policy: id, order: 0 })
    const config = await configure(server, app, { alg: 'HS256', nonRepudiation: false })
    const outcome = async (who, scope) => {
      const page = await new Visitor(redirectUri).signIn((await begin(config, { scope })).url, who).catch((problem) => problem)
      return page instanceof URL ? page.searchParams.has('code') : page
    }
    assert.equal(await outcome(person, 'openid admin'), true)
    assert.equal(await outcome(outsider, 'openid'), true)
    const visitor = new Visitor(redirectUri)
    const { url } = await begin(config, { scope: 'openid admin' })
    let page = await visitor.go(url)
    page = await visitor.submit(page, 'login-form', { username: outsider.username, password: outsider.password })
    assert.ok(page instanceof Page)
    assert.match(page.text, /staff-for-admin/, 'the page names the rule')
    assert.equal(page.errorCode, 'policy_denied')
  })

  test('the policy of docs/how-to/from-authentik.md', async () => {
    const [seed] = await blocks('how-to/from-authentik.md', 'python')
    const scope = await server.api.create('/scope-mappings', { name: 'Of the seed', scope: 'my-admin-scope', expression: 'return {}' })
    await server.api.create('/groups', { name: 'my-admin-group', users: [person.id] })
    const app = await application(server, { slug: 'from-authentik', scope_mappings: ['openid', scope.id] })
    const { id } = await server.api.create('/policies', { name: 'Of authentik', expression: seed })
    await server.api.create('/policy-bindings', { target_type: 'application', target: app.id, policy: id, order: 0 })
    const config = await configure(server, app, { alg: 'HS256', nonRepudiation: false })
    const arrives = async (who, wanted) => {
      const visitor = new Visitor(redirectUri)
      const page = await visitor.go((await begin(config, { scope: wanted })).url)
      return (await visitor.submit(page, 'login-form', { username: who.username, password: who.password })) instanceof URL
    }
    assert.equal(await arrives(person, 'openid my-admin-scope'), true)
    assert.equal(await arrives(outsider, 'openid my-admin-scope'), false)
    assert.equal(await arrives(outsider, 'openid'), true)
  })

  test('the command of docs/how-to/redirect-uris.md', async () => {
    const [command] = await blocks('how-to/redirect-uris.md', 'sh')
    const printed = await (await shell(server))(command)
    assert.match(printed, /^client_secret +\S{32,}$/m)
    const { redirect_uris } = await server.api.get('/applications/wiki')
    assert.deepEqual(redirect_uris, [{ matching_mode: 'strict', url: 'https://wiki.example.com/callback' }])
  })
})
