// OAuth 2.0 client credentials with `private_key_jwt` (RFC 6749 §4.4, RFC 7523): a short bearer token that reads, for tools that cannot
// sign each request, such as GraphiQL and dashboards.
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tokenScopes, worlds as worldNames, type TokenScope } from '../../../schema/vocabulary.ts'
import { holdsScope, type ApiKey } from '../../domain/resellers/keyring.ts'
import { spendNonce } from '../../domain/requests/spend-nonce.ts'
import { transact } from '../../postgres/transact.ts'
import type { App, Worlds } from '../app-types.ts'
import { refuseForeignKey, type Authentication } from '../authenticate.ts'
import { problemType } from '../problems.ts'
import { signAccessToken, tokenSeconds } from './access-token.ts'
import { assertionAlgorithms, assertionType, needsEd25519, readAssertion } from './assertion.ts'
import { formBytesMax, readForm } from './form.ts'
import { tokenKeysPath, tokenPath } from './issuer.ts'
import { answerOauthError, neverStored, oauthErrors, OauthRefusal } from './refusal.ts'

const grantType = 'client_credentials'
const formType = 'application/x-www-form-urlencoded'
/** For how long metadata and keys may be kept, in seconds. */
const metadataSeconds = 3_600

const field = (description: string) => Type.Optional(Type.String({ description }))

const TokenForm = Type.Object({
  grant_type: field(`\`${grantType}\``),
  client_assertion_type: field(`\`${assertionType}\``),
  client_assertion: field('A JWT signed with EdDSA by your ed25519 key: iss and sub are the key id, aud is the issuer or the token endpoint, ' +
    'exp at most five minutes ahead, jti new and random: it is good once.'),
  client_id: field('The key id; may be left out.'),
  scope: field(`Of ${tokenScopes.join(' ')}, those you want, divided by spaces; all that the key has when left out.`)
}, { title: 'TokenForm' })

const AccessTokenAnswer = Type.Object({
  access_token: Type.String({ description: 'Send it as `Authorization: Bearer …`. A JWT (RFC 9068); treat it as opaque.' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  scope: Type.String({ description: 'What the token may do, divided by spaces: what was asked for and the key has.' })
}, { additionalProperties: false, title: 'AccessToken' })

const OauthError = Type.Object({
  error: Type.String({ enum: [...oauthErrors] }),
  error_description: Type.String(),
  request_id: Type.String()
}, { title: 'OauthError' })

const TokenJwks = Type.Object({
  keys: Type.Array(Type.Object({
    kty: Type.String(), crv: Type.String(), x: Type.String(), kid: Type.String(), alg: Type.String(), use: Type.String()
  }, { additionalProperties: false, title: 'TokenJwk' }))
}, { additionalProperties: false, title: 'TokenJwks' })

const strings = Type.Array(Type.String())
const Metadata = Type.Object({
  issuer: Type.String(),
  token_endpoint: Type.String(),
  jwks_uri: Type.String(),
  scopes_supported: strings,
  response_types_supported: strings,
  grant_types_supported: strings,
  token_endpoint_auth_methods_supported: strings,
  token_endpoint_auth_signing_alg_values_supported: strings
}, { additionalProperties: false, title: 'AuthorizationServerMetadata' })

/** OAuth 2.0: the token endpoint, the keys tokens are signed with, and what client libraries find both by. */
export function oauthRoutes (app: App, worlds: Worlds, authentication: Authentication): void {
  const { issuers } = authentication

  app.get('/.well-known/oauth-authorization-server', {
    schema: {
      operationId: 'getAuthorizationServer',
      summary: 'Where and how tokens are had (RFC 8414)',
      tags: ['Service'],
      response: { 200: Metadata }
    }
  }, async (_, reply) => {
    reply.header('cache-control', `public, max-age=${metadataSeconds}`)
    const [issuer] = issuers()
    return {
      issuer,
      token_endpoint: issuer + tokenPath,
      jwks_uri: issuer + tokenKeysPath,
      scopes_supported: [...tokenScopes],
      response_types_supported: [],
      grant_types_supported: [grantType],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms]
    }
  })

  app.get(tokenKeysPath, {
    schema: {
      operationId: 'getTokenKeys',
      summary: 'The public keys that access tokens are signed with',
      description: 'A JWKS (RFC 7517). Not those of callbacks: whoever verifies callbacks takes every key of /.well-known/jwks.json.',
      tags: ['Service'],
      response: { 200: TokenJwks }
    }
  }, async (_, reply) => {
    reply.header('cache-control', `public, max-age=${metadataSeconds}`)
    return { keys: worldNames.map(name => ({ ...worlds[name].tokenKey.jwk })) }
  })

  app.register(async scope => tokenRoute(scope, worlds, authentication))
}

/** In a scope of its own: only here bodies are forms, and only here refusals are OAuth's. */
function tokenRoute (app: App, worlds: Worlds, authentication: Authentication): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(formType, { parseAs: 'buffer', bodyLimit: formBytesMax }, async (request: FastifyRequest, body: Buffer) =>
    readForm(body, request.headers['content-type'] ?? ''))
  app.setErrorHandler(answerOauthError)
  const asOauth = { 'application/json': { schema: OauthError } }
  const refusal = { description: 'A refusal, as RFC 6749 §5.2 has it.', content: asOauth }
  const asElsewhere = { [problemType]: { schema: { $ref: 'Problem#' } } }
  const failure = { description: 'As OAuth has it, or as everywhere else.', content: { ...asOauth, ...asElsewhere } }
  app.post(tokenPath, {
    schema: {
      operationId: 'createToken',
      summary: 'A bearer token that reads, for ten minutes',
      description: 'OAuth 2.0 client credentials with private_key_jwt (RFC 7523), for tools that cannot sign. Only keys of algorithm ' +
        'ed25519 get one; it never reads codes and never changes anything. It is good where its key is: revoked, expired, or used from ' +
        'another address, it is refused.',
      tags: ['Service'],
      body: { content: { [formType]: { schema: TokenForm } } },
      response: { 200: AccessTokenAnswer, '4xx': refusal, '5xx': failure }
    } as const
  }, async (request, reply) => {
    const form = (request.body ?? {}) as Readonly<Partial<Record<string, string>>>
    const assertion = assertionIn(form, request)
    const asked = scopesAsked(form.scope)
    const { world, key } = await authenticateClient(request, reply, assertion, worlds, authentication)
    const scopes = grantable(key, asked)
    const nowMs = world.clock()
    const accessToken = await signAccessToken(world, authentication.issuers()[0], { keyId: key.id, scopes, nowMs })
    neverStored(reply)
    return { access_token: accessToken, token_type: 'Bearer' as const, expires_in: tokenSeconds, scope: scopes.join(' ') }
  })
}

interface GivenAssertion { readonly text: string, readonly clientId: string | undefined }

function assertionIn (form: Readonly<Partial<Record<string, string>>>, request: FastifyRequest): GivenAssertion {
  if (form.grant_type === undefined) throw new OauthRefusal('invalid_request', `grant_type is missing: ${grantType}.`)
  if (form.grant_type !== grantType) throw new OauthRefusal('unsupported_grant_type', `The only grant_type is ${grantType}.`)
  if (form.client_secret !== undefined || request.headers.authorization !== undefined) {
    throw new OauthRefusal('invalid_client', `No secret is taken here; send a client_assertion alone. ${needsEd25519}`)
  }
  if (form.client_assertion_type !== assertionType) {
    throw new OauthRefusal('invalid_request', `client_assertion_type must be ${assertionType}.`)
  }
  if (form.client_assertion === undefined) {
    throw new OauthRefusal('invalid_request', 'client_assertion is missing: a JWT signed by your ed25519 key.')
  }
  return { text: form.client_assertion, clientId: form.client_id }
}

/** The client of a request whose assertion is good, and now spent. */
async function authenticateClient (
  request: FastifyRequest, reply: FastifyReply, { text, clientId }: GivenAssertion, worlds: Worlds,
  { decoys, issuers, rates }: Authentication
) {
  const { world, key, nonces } = await readAssertion(worlds, text, { decoy: decoys.ed25519, issuers, rates, address: request.ip })
  if (clientId !== undefined && clientId !== key.id) throw new OauthRefusal('invalid_client', 'client_id is not the sub of the assertion.')
  refuseForeignKey(key, request.ip, world.clock())
  rates.take(key, 1, world.clock(), reply)
  await transact(world.db, async tx => { for (const nonce of nonces) await spendNonce(tx, nonce) })
  return { world, key }
}

/** What may be asked for at all; whatever else is asked for is refused, so that nobody waits for a right that does not come. */
function scopesAsked (scope: string | undefined): readonly TokenScope[] {
  if (scope === undefined) return tokenScopes
  const asked = scope.split(' ')
  const known = tokenScopes.filter(one => asked.includes(one))
  if (known.length < new Set(asked).size) {
    throw new OauthRefusal('invalid_scope', `A token only reads: ${tokenScopes.join(' ')}. Everything else is done with signed requests.`)
  }
  return known
}

function grantable (key: ApiKey, asked: readonly TokenScope[]): readonly TokenScope[] {
  const scopes = asked.filter(scope => holdsScope(key, scope))
  if (key.reseller === null) throw new OauthRefusal('unauthorized_client', 'Tokens are for resellers; an operator signs.')
  if (scopes.length === 0) throw new OauthRefusal('invalid_scope', `The key ${key.id} has none of the scopes ${asked.join(' ')}.`)
  return scopes
}
