// Receives callbacks with Fastify and @kahub/sdk: WEBHOOK_SECRET=whsec_… node webhooks-fastify.mjs
import fastify from 'fastify'
import { webhooks } from '@kahub/sdk'

const app = fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body))
app.post('/', async (request, reply) => {
  const event = await webhooks.unwrap(request.body, request.headers, { secrets: process.env.WEBHOOK_SECRET })
    .catch(error => request.log.warn(error))
  if (!event) return reply.code(401).send()
  console.log(request.headers['webhook-id'], event.type, event.data) // take each webhook-id once
  return reply.code(204).send()
})
await app.listen({ port: process.env.PORT ?? 3000 })
