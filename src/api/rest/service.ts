import { Type } from '@sinclair/typebox'
import { problems } from '../../../schema/problems.ts'
import { Problem } from '../../base/problem.ts'
import type { App } from '../app-types.ts'

const Health = Type.Object({ status: Type.Literal('ok') }, { additionalProperties: false })

const Pong = Type.Object({ pong: Type.Literal(true) }, { additionalProperties: false })

/** Health for load balancers and the page that explains every problem code, unsigned; and the signed call that does nothing. */
export function serviceRoutes (app: App, unready: () => Promise<string | undefined>): void {
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
