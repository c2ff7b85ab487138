// The page docs/how-to/keys.md, run as it is printed, and what readers of the tokens see of it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { blocks, objects, shell } from './support/examples.mjs'
import { application, configure, exchange, redirectUri, signIn } from './support/relying_party.mjs'
import { serve, until } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

describe('docs/how-to/keys.md, as it is printed', () => {
  let server
  let person
  let run
  let page
  let app

  before(async () => {
    server = await serve()
    person = await server.api.person()
    run = await shell(server)
    page = await blocks('how-to/keys.md', 'sh')
    assert.equal(page.length, 6, 'each block has its test below')
    app = await application(server, { slug: 'wiki' })
  })

  const jwks = async () => (await (await fetch(`${server.publicUrl}/application/o/wiki/jwks/`)).json()).keys
  const remote = () => createRemoteJWKSet(new URL(`${server.publicUrl}/application/o/wiki/jwks/`))
  const signed = async () => {
    const config = await configure(server, app, { alg: 'ES256' })
    return (await signIn(config, new Visitor(redirectUri), person)).tokens
  }

  test('a signing key of its own', async () => {
    const [changed] = objects(await run(page[0]))
    const key = await server.api.get(`/keys/${changed.signing_key}`)
    assert.deepEqual([key.alg, key.name, key.state], ['ES256', 'For the wiki', 'active'])
    const { id_token } = await signed()
    assert.equal(decodeProtectedHeader(id_token).kid, key.kid)
    await jwtVerify(id_token, remote(), { audience: app.client_id, algorithms: ['ES256'] })
  })

  test('a key with its certificate and its chain', async () => {
    // The page shows how to import first, and then how to make what is imported.
    await run(page[2])
    await run(page[1])
    const key = (await server.api.get('/keys')).items.find(({ name }) => name === 'From our authority')
    assert.equal(key.alg, 'RS256')
    // The command wrote beside the running server, which hears of it soon.
    await until(() => server.api.patch('/applications/wiki', { signing_key: key.id }), 'the server to know the key')
    const { x5c, x5t, 'x5t#S256': thumbprint } = (await jwks()).find(({ kid }) => kid === key.kid)
    const [own, authority] = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')))
    assert.equal(x5c.length, 2)
    assert.ok(own.checkIssued(authority) && own.verify(authority.publicKey))
    const hex = (text) => Buffer.from(text, 'base64url').toString('hex').toUpperCase()
    assert.equal(hex(x5t), own.fingerprint.replaceAll(':', ''))
    assert.equal(hex(thumbprint), own.fingerprint256.replaceAll(':', ''))
  })

  test('the public half of an encryption key of the application', async () => {
    const es256 = (await server.api.get('/keys')).items.find(({ name }) => name === 'For the wiki')
    await server.api.patch('/applications/wiki', { signing_key: es256.id })
    const [changed] = objects(await run(page[3]))
    const key = await server.api.get(`/keys/${changed.encryption_key}`)
    assert.deepEqual([key.use, key.alg, key.kid], ['enc', 'ECDH-ES', 'of-the-wiki'])
    const config = await configure(server, app, { alg: 'ES256', nonRepudiation: false })
    // The private half is Bob's of RFC 7518, appendix C.
    const bob = {
      kty: 'EC', crv: 'P-256',
      x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
      y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
      d: 'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw',
    }
    const { id_token } = await exchange(config, app, new Visitor(redirectUri), person)
    const { plaintext, protectedHeader } = await compactDecrypt(id_token, await importJWK(bob, 'ECDH-ES'))
    assert.deepEqual([protectedHeader.kid, protectedHeader.enc, protectedHeader.cty], ['of-the-wiki', 'A256GCM', 'JWT'])
    await jwtVerify(new TextDecoder().decode(plaintext), remote(), { audience: app.client_id, algorithms: ['ES256'] })
    await server.api.patch('/applications/wiki', { encryption_key: null })
  })

  test('encryption keys by certificate, made here, and with both halves', async () => {
    const before = (await server.api.get('/keys?use=enc')).items.length
    const printed = await run(page[4])
    const made = (await server.api.get('/keys?use=enc')).items
    assert.equal(made.length, before + 3)
    assert.ok(made.every(({ use }) => use === 'enc'))
    assert.equal(printed.match(/BEGIN PRIVATE KEY/g).length, 1, 'only the pair that was made here is handed out')
  })

  test('rotation: of an algorithm, and of one key', async () => {
    const kids = async () => (await jwks()).map(({ kid }) => kid)
    const [before] = await kids()
    const earlier = await signed()
    await run(page[5])
    const { signing_key } = await server.api.get('/applications/wiki')
    const key = await server.api.get(`/keys/${signing_key}`)
    assert.notEqual(key.kid, before, 'a successor signs')
    assert.ok((await kids()).includes(before), 'the old one is published still')
    await jwtVerify(earlier.id_token, remote(), { audience: app.client_id })
    assert.equal(decodeProtectedHeader((await signed()).id_token).kid, key.kid)
  })
})
