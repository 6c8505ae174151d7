// Receives callbacks with Express and @kahub/sdk: WEBHOOK_SECRET=whsec_… node webhooks-express.mjs
import express from 'express'
import { webhooks } from '@kahub/sdk'

const app = express()
app.post('/', express.raw({ type: 'application/json' }), async (request, response) => {
  const event = await webhooks.unwrap(request.body, request.headers, { secrets: process.env.WEBHOOK_SECRET }).catch(console.warn)
  if (!event) return response.status(401).end()
  console.log(request.headers['webhook-id'], event.type, event.data) // take each webhook-id once
  response.status(204).end()
})
app.listen(process.env.PORT ?? 3000)
