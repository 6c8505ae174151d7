// Receives callbacks with Node alone, no package: WEBHOOK_SECRET=whsec_… node webhooks-node.mjs
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = Buffer.from(process.env.WEBHOOK_SECRET.replace('whsec_', ''), 'base64')
const taken = new Set() // in your shop: a table with a unique column, written with what you do

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString()
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given = '' } = request.headers
  const wanted = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest()
  const genuine = given.split(' ').map(one => one.split(',')).some(([version, signature]) => {
    const bytes = Buffer.from(signature ?? '', 'base64')
    return version === 'v1' && bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
  })
  if (!genuine || !(Math.abs(Date.now() / 1000 - time) < 300)) return response.writeHead(401).end()
  if (!taken.has(id)) console.log(JSON.parse(body).type, body)
  taken.add(id)
  response.writeHead(204).end()
}).listen(process.env.PORT ?? 3000, '127.0.0.1', () => console.log('listening'))
