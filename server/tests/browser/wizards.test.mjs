// The wizards of the dashboard in a real browser: with and without scripts, and every page as people with and without good eyes meet it.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { violations } from './support/axe.mjs'
import { chromium } from './support/chromium.mjs'
import { serve, until } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

const admin = { username: 'admin', password: 'correct horse battery staple' }

describe('the wizards', () => {
  let server
  const at = (path) => `${server.publicUrl}${path}`

  before(async () => {
    server = await serve({ VESTIBULE_OUTGOING_ALLOW: '127.0.0.0/8,::1/128' })
    await server.api.create('/applications', { name: 'Harbour wiki', redirect_uris: [{ url: 'https://wiki.example.com/cb' }] })
  })

  async function signedIn(settings) {
    const browser = await chromium(settings)
    await browser.go(at('/admin/'))
    await browser.signIn(admin.username, admin.password)
    await browser.find('#navigation')
    return browser
  }

  async function looks(browser, name, { scripts = true } = {}) {
    await browser.screenshots(name)
    // What looks for violations is a script itself.
    if (scripts) assert.deepEqual(await violations(browser), [], name)
  }

  test('from a recipe to the card that waits, and what it says of a wrong redirect URI', async () => {
    const browser = await signedIn()
    await browser.go(at('/admin/applications/new'))
    await looks(browser, 'wizard-choice')
    await browser.fill('#q', 'grafana')
    await browser.press('#filters button')
    assert.equal((await browser.driver.findElements({ css: '.choice-list [data-choice]' })).length, 5)
    await browser.press('[data-choice=grafana]')
    await browser.fill('#field-base', 'grafana.example.com')
    await browser.press('#look')
    await browser.find('#problem-base')
    await looks(browser, 'wizard-questions')
    await browser.fill('#field-base', 'https://grafana.example.com')
    await browser.press('#look')
    assert.match(await browser.text('#summary'), /https:\/\/grafana\.example\.com\/login\/generic_oauth/)
    await looks(browser, 'wizard-summary')
    await browser.press('#make')
    const secret = await browser.text('#secret')
    assert.match(secret, /^[A-Za-z0-9]{128}$/)
    assert.match(await browser.text('.paste:nth-of-type(2)'), new RegExp(`client_secret = ${secret}`))
    assert.equal(await browser.attribute('#live', 'data-state'), 'waiting')
    await looks(browser, 'wizard-start')

    const { items: [grafana] } = await server.api.get('/applications?slug=grafana')
    const ask = (redirect) => new URLSearchParams({
      client_id: grafana.client_id,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid profile',
      state: 'abc',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const visitor = new Visitor('https://grafana.example.com/')
    await visitor.go(at(`/application/o/authorize/?${ask('https://grafana.example.com/login/generic-oauth')}`))
    await until(async () => (await browser.attribute('#live', 'data-state')) === 'refused', 'the card to say so')
    assert.equal(await browser.attribute('#why', 'data-code'), 'redirect_uri_mismatch')
    assert.match(await browser.text('#why'), /generic-oauth[\s\S]*generic_oauth/)
    await looks(browser, 'wizard-refused')

    const person = await server.api.person('grace')
    const right = 'https://grafana.example.com/login/generic_oauth'
    const back = await visitor.signIn(at(`/application/o/authorize/?${ask(right)}`), person)
    await until(async () => (await browser.attribute('[data-step=signed-in]', 'data-state')) === 'done', 'the person')
    const answer = await fetch(at('/application/o/token/'), {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${grafana.client_id}:${secret}`)}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code'),
        redirect_uri: right,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      }),
    })
    assert.equal(answer.status, 200)
    await until(async () => (await browser.attribute('#live', 'data-state')) === 'done', 'the tokens')
    await looks(browser, 'wizard-done')
    assert.ok((await browser.driver.getPageSource()).includes(secret), 'the page was not loaded anew')
    await browser.close()
  })

  test('a program and an application in a browser, without scripts', async () => {
    const browser = await signedIn({ scripts: false })
    await browser.go(at('/admin/applications/other/machine'))
    await browser.fill('#field-name', 'Nightly <b>job</b>')
    await browser.press('#make')
    const [id, secret] = [await browser.text('.paste-fields dd code'), await browser.text('#secret')]
    await browser.press('#watch')
    assert.equal(await browser.attribute('#live', 'data-state'), 'waiting')
    assert.ok(!(await browser.driver.getPageSource()).includes(secret), 'a secret is shown once')
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
    assert.equal((await fetch(at('/application/o/token/'), { method: 'POST', body })).status, 200)
    await until(async () => (await browser.attribute('#live', 'data-state')) === 'done', 'the page to load itself anew')

    await browser.go(at('/admin/applications/other/browser'))
    await browser.fill('#field-name', 'Board')
    await browser.fill('#field-redirect_uris', 'not an address')
    await browser.press('#make')
    await browser.find('#problem-redirect_uris')
    await browser.fill('#field-redirect_uris', 'https://board.example.com/cb')
    await browser.press('#make')
    assert.ok(!(await browser.has('#secret')))
    const { items: [board] } = await server.api.get('/applications?slug=board')
    assert.deepEqual([board.client_type, board.require_pkce], ['public', true])
    await browser.close()
  })

  test('a custom OAuth2 provider: mapping, test, switch', async () => {
    const browser = await signedIn()
    await browser.go(at('/admin/sources/new'))
    await looks(browser, 'wizard-providers')
    await browser.press('[data-choice=oauth2]')
    await browser.fill('#field-name', 'Legacy')
    await browser.fill('#field-key', 'legacy_idp')
    await browser.fill('#field-authorization_endpoint', 'https://idp.legacy.example/oauth/authorize')
    await browser.fill('#field-token_endpoint', 'https://idp.legacy.example/oauth/token')
    await browser.fill('#field-userinfo_endpoint', at('/health/live'))
    await browser.fill('#field-client_id', 'vestibule')
    await browser.fill('#field-client_secret', 'a secret of theirs')
    await browser.fill('#field-scopes', 'read_profile read_email')
    await looks(browser, 'wizard-oauth2')
    await browser.press('#save')
    assert.equal(await browser.text('#redirect-uri'), at('/source/oauth/callback/legacy_idp/'))
    await browser.press('#test')
    await browser.find('#probe')
    assert.match(await browser.attribute('#authorize-url', 'href'), /client_id=vestibule/)
    await looks(browser, 'wizard-connected')
    await browser.press('#switch')
    const source = await server.api.get('/sources/legacy_idp')
    assert.deepEqual([source.enabled, source.scopes], [true, ['read_profile', 'read_email']])
    assert.equal(source.attribute_mapping.provider_user_id, 'id')
    assert.equal(source.user_matching_mode, 'verified_email_link')
    await browser.close()
  })

  test('Create Custom with its seven fields, its mistakes, and the applications that offer it', async () => {
    const scripts = false
    const browser = await signedIn({ scripts })
    const hearing = await signedIn()
    await hearing.go(at('/admin/sources/new/custom'))
    await looks(hearing, 'wizard-custom-empty')
    await hearing.close()
    await browser.go(at('/admin/sources/new/custom'))
    const labels = await Promise.all((await browser.driver.findElements({ css: '.group-fields label' })).map((label) => label.getText()))
    const names = ['Connection Name', 'Authorization URL', 'Token URL', 'Scope', 'Client ID', 'Client Secret', 'Fetch User Profile Script', 'Custom Headers']
    assert.deepEqual(labels.map((label) => label.replace(/ required$/, '')), names)
    const fill = {
      key: '-my-connection',
      authorization_endpoint: 'https://auth.example.com/authorize',
      token_endpoint: 'https://auth.example.com/token',
      scopes: 'profile email',
      client_id: 'abc',
      client_secret: 'def',
      token_request_headers: '{"X-Tenant": 1',
    }
    for (const [name, value] of Object.entries(fill)) await browser.fill(`#field-${name}`, value)
    await browser.press('#save')
    assert.match(await browser.text('#problem-key'), /dashes/)
    assert.match(await browser.text('#problem-token_request_headers'), /JSON/)
    await looks(browser, 'wizard-custom', { scripts })
    await browser.fill('#field-key', 'my-connection')
    await browser.fill('#field-client_secret', 'def')
    await browser.fill('#field-token_request_headers', '{"X-Tenant": "harbour"}')
    await browser.press('#save')
    await browser.find('#applications-form')
    await looks(browser, 'wizard-applications', { scripts })
    await browser.driver.findElement({ css: 'input[name=application][value=harbour-wiki]' }).click()
    await browser.press('#save')
    const source = await server.api.get('/sources/my-connection')
    assert.deepEqual(source.scopes, ['profile', 'email'])
    assert.deepEqual(source.applications, ['harbour-wiki'])
    assert.deepEqual(source.token_request_headers, { 'X-Tenant': '***' })
    assert.match(source.profile_script, /fetchUserProfile/)
    assert.equal(source.token_endpoint_auth_method, 'client_secret_post')
    await browser.close()
  })
})
