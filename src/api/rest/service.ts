import { Type } from '@sinclair/typebox'
import { problems } from '../../../schema/problems.ts'
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

/** Health for load balancers, the keys that callbacks are verified with and the page that explains every problem code, unsigned; and the signed call that does nothing. */
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
    config: { scope: null },
    schema: {
      operationId: 'ping', summary: 'Whether your signature is right: nothing else is done', tags: ['Account'], 'x-sdk': { resource: 'me', method: 'ping' }, response: { 200: Pong }
    } as const
  }, async () => ({ pong: true as const }))

  app.get('/problems', { schema: { hide: true } as never }, async (_, reply) => {
    const rows = Object.entries(problems).map(([code, { status, title, titleZh }]) => `<tr id="${code}"><td><code>${code}</code><td>${status}<td>${title}<td>${titleZh}`)
    return reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'").send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>kahub: problem codes</title><meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem}td{padding:.3rem .8rem;border-bottom:1px solid #ddd}tr:target{background:#fff3c4}</style>
<h1>Problem codes · 错误码</h1><p>In order of precedence: of several that apply, the first is told.<table><tr><th>code<th>status<th>meaning<th>含义${rows.join('')}</table></html>`)
  })
}
