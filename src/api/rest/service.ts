import { Type } from '@sinclair/typebox'
import { Problem } from '../../base/problem.ts'
import type { CallbackJwk } from '../../domain/callbacks/callback-keys.ts'
import type { App } from '../app-types.ts'

const Health = Type.Object({ status: Type.Literal('ok') }, { additionalProperties: false })

const Pong = Type.Object({ pong: Type.Literal(true) }, { additionalProperties: false })

const Jwks = Type.Object({
  keys: Type.Array(Type.Object({
    kty: Type.String(), crv: Type.String(), x: Type.String(), kid: Type.String(), alg: Type.String(), use: Type.String()
  }, { additionalProperties: false, title: 'CallbackJwk' }))
}, { additionalProperties: false, title: 'CallbackJwks' })

/** For how long whoever verifies may keep the keys, in seconds. */
const jwksMaxAge = 3_600

/** Health for load balancers and the keys that callbacks are verified with, unsigned; and the signed call that does nothing. */
export function serviceRoutes (app: App, unready: () => Promise<string | undefined>, callbackJwks: () => readonly CallbackJwk[]): void {
  app.get('/health/live', {
    schema: { operationId: 'getLiveness', summary: 'Whether the process runs', tags: ['Service'], response: { 200: Health } }
  }, async () => ({ status: 'ok' as const }))

  app.get('/health/ready', {
    schema: { operationId: 'getReadiness', summary: 'Whether it can do its work: database reachable and migrated', tags: ['Service'], response: { 200: Health } }
  }, async () => {
    const reason = await unready()
    if (reason !== undefined) throw new Problem('database_unavailable', reason)
    return { status: 'ok' as const }
  })

  app.get('/.well-known/jwks.json', {
    schema: {
      operationId: 'getCallbackKeys',
      summary: 'The public keys that callbacks are signed with (v1a)',
      description: 'A JWKS (RFC 7517) of Ed25519 keys (RFC 8037): of this server’s live world and of its sandbox. A callback is genuine when ' +
        'one of its v1a signatures is by one of them.',
      tags: ['Service'],
      response: { 200: Jwks }
    } as const
  }, async (_, reply) => {
    reply.header('cache-control', `public, max-age=${jwksMaxAge}`)
    return { keys: callbackJwks().map(jwk => ({ ...jwk })) }
  })

  app.get('/v1/ping', {
    config: { scope: null, bearer: true },
    schema: {
      operationId: 'ping', summary: 'Whether your signature is right: nothing else is done', tags: ['Account'], 'x-sdk': { resource: 'me', method: 'ping' }, response: { 200: Pong }
    } as const
  }, async () => ({ pong: true as const }))
}
