// Encrypted tokens, opened by npm `jose` and by openid-client: two readers that share no code with us.

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, importPKCS8, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { application, configure, exchange, redirectUri, signIn } from './support/relying_party.mjs'
import { serve } from './support/server.mjs'
import { Visitor } from './support/visitor.mjs'

const text = new TextDecoder()

describe('encrypted tokens', () => {
  let server
  let person
  let signing

  before(async () => {
    server = await serve()
    person = await server.api.person()
    signing = (await server.api.create('/keys', { name: 'signs', alg: 'ES256' })).id
  })

  /** An application with this encryption key; openid-client decrypts with the private half. */
  async function relyingParty(slug, pair, key) {
    const app = await application(server, { slug, signing_key: signing, encryption_key: pair.id })
    const config = await configure(server, app, { alg: 'ES256' })
    client.enableDecryptingResponses(config, [pair.enc], { key, alg: pair.alg, kid: pair.kid })
    return { app, config }
  }

  /** Opens a token with jose and verifies what is inside by the published keys. */
  async function open(token, key, pair, app, config, options) {
    const { plaintext, protectedHeader } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: [pair.alg],
      contentEncryptionAlgorithms: [pair.enc],
    })
    assert.equal(protectedHeader.kid, pair.kid)
    assert.equal(protectedHeader.typ, 'JWE')
    assert.equal(protectedHeader.cty, 'JWT')
    const metadata = config.serverMetadata()
    const inner = text.decode(plaintext)
    return jwtVerify(inner, createRemoteJWKSet(new URL(metadata.jwks_uri)), { issuer: metadata.issuer, audience: app.client_id, ...options })
  }

  const ways = [
    ['RSA-OAEP-256', 'A256CBC-HS512'],
    ['RSA-OAEP-256', 'A256GCM'],
    ['ECDH-ES', 'A256CBC-HS512'],
    ['ECDH-ES', 'A128GCM'],
    ['ECDH-ES+A128KW', 'A128CBC-HS256'],
    ['ECDH-ES+A256KW', 'A256GCM'],
  ]
  for (const [at, [alg, enc]] of ways.entries()) {
    test(`a pair that was made here: ${alg} with ${enc}`, async () => {
      const pair = await server.api.create('/keys', { use: 'enc', alg, enc })
      const key = await importPKCS8(pair.private_key, alg, { extractable: true })
      const { app, config } = await relyingParty(`encrypted-${at}`, pair, key)
      const metadata = config.serverMetadata()
      assert.deepEqual(metadata.id_token_encryption_alg_values_supported, [alg])
      assert.deepEqual(metadata.id_token_encryption_enc_values_supported, [enc])
      // openid-client decrypts the ID token and checks its signature, nonce and at_hash, which speaks of the encrypted access token.
      const { tokens } = await signIn(config, new Visitor(redirectUri), person)
      const claims = tokens.claims()
      assert.equal(claims.email, 'ada@example.com')
      const id = await open(tokens.id_token, key, pair, app, config, { algorithms: ['ES256'] })
      assert.equal(id.payload.sub, claims.sub)
      assert.equal(typeof id.payload.at_hash, 'string')
      const access = await open(tokens.access_token, key, pair, app, config, { typ: 'at+jwt' })
      assert.equal(access.payload.sub, claims.sub)
      const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      assert.equal(info.email, 'ada@example.com')
      const told = await client.tokenIntrospection(config, tokens.access_token)
      assert.equal(told.active, true)
      const next = await client.refreshTokenGrant(config, tokens.refresh_token)
      assert.equal(next.claims().sub, claims.sub)
    })
  }

  for (const [alg, crv] of [['ECDH-ES', 'X25519'], ['RSA-OAEP-256', undefined]]) {
    test(`a key of the application's own: ${alg}${crv ? ` on ${crv}` : ''}`, async () => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { crv, extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid: 'mine', alg, use: 'enc' }
      const pair = await server.api.create('/keys', { public_jwk: jwk, enc: 'A256GCM' })
      assert.equal(pair.kid, 'mine')
      assert.equal(pair.private_key, undefined)
      const slug = `own-${alg}-${crv ?? 'rsa'}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
      const app = await application(server, { slug, signing_key: signing, encryption_key: pair.id })
      const config = await configure(server, app, { alg: 'ES256', nonRepudiation: false })
      client.enableDecryptingResponses(config, ['A256GCM'], { key: privateKey, alg, kid: 'mine' })
      const { tokens } = await signIn(config, new Visitor(redirectUri), person)
      assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg)
      const id = await open(tokens.id_token, privateKey, pair, app, config, { algorithms: ['ES256'] })
      assert.equal(id.payload.email, 'ada@example.com')
      // Of a key that is not ours nothing is published.
      const { keys } = await (await fetch(config.serverMetadata().jwks_uri)).json()
      assert.ok(keys.every((key) => key.use === 'sig'))
    })
  }

  // openid-client agrees on P-256 and X25519 only ("Only P-256 ECDH keys are supported" is its sentence); jose on all curves.
  for (const [alg, crv, enc] of [
    ['ECDH-ES', 'P-384', 'A256GCM'],
    ['ECDH-ES', 'P-521', 'A256CBC-HS512'],
    ['ECDH-ES+A128KW', 'P-384', 'A128GCM'],
    ['ECDH-ES+A256KW', 'P-521', 'A256GCM'],
  ]) {
    test(`a key of the application's own, read by jose alone: ${alg} on ${crv}`, async () => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { crv, extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid: `mine-${alg}-${crv}`, alg, use: 'enc' }
      assert.equal(jwk.crv, crv)
      const pair = await server.api.create('/keys', { public_jwk: jwk, enc })
      const slug = `jose-${alg}-${crv}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
      const app = await application(server, { slug, signing_key: signing, encryption_key: pair.id })
      const config = await configure(server, app, { alg: 'ES256', nonRepudiation: false })
      assert.deepEqual(config.serverMetadata().id_token_encryption_alg_values_supported, [alg])
      const tokens = await exchange(config, app, new Visitor(redirectUri), person)
      const { epk } = decodeProtectedHeader(tokens.id_token)
      assert.deepEqual(Object.keys(epk).sort(), ['crv', 'kty', 'x', 'y'])
      assert.equal(epk.crv, crv)
      const id = await open(tokens.id_token, privateKey, pair, app, config, { algorithms: ['ES256'] })
      assert.deepEqual([id.payload.email, id.payload.nonce], ['ada@example.com', tokens.nonce])
      const access = await open(tokens.access_token, privateKey, pair, app, config, { typ: 'at+jwt' })
      assert.equal(access.payload.sub, id.payload.sub)
      const other = await generateKeyPair(alg, { crv })
      await assert.rejects(compactDecrypt(tokens.id_token, other.privateKey), { code: 'ERR_JWE_DECRYPTION_FAILED' })
    })
  }

  test('ES512 signs, and openid-client verifies', async () => {
    const key = await server.api.create('/keys', { alg: 'ES512' })
    const app = await application(server, { slug: 'es512', signing_key: key.id })
    const config = await configure(server, app, { alg: 'ES512' })
    const { tokens } = await signIn(config, new Visitor(redirectUri), person)
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, 'ES512')
    const metadata = config.serverMetadata()
    await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL(metadata.jwks_uri)), { issuer: metadata.issuer, algorithms: ['ES512'] })
  })
})
