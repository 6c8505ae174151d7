import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Kahub, webhooks } from '@kahub/sdk'

const kahub = new Kahub(JSON.parse(readFileSync('demo.json', 'utf8')))

// A receiver of callbacks, and an endpoint that leads to it.
const receiver = createServer().listen(0, '127.0.0.1')
await once(receiver, 'listening')
const url = `http://127.0.0.1:${receiver.address().port}/kahub`
const endpoint = await kahub.endpoints.create({ url, types: ['order.completed'] })
const arrival = once(receiver, 'request')

// A purchase, under an order number of your own.
const [product] = (await kahub.products.list({ tag: 'hot', limit: 1 })).data
const reference = `first-${Date.now()}`
const order = await kahub.orders.place({ reference, lines: [{ sku: product.skus[0].id, quantity: 1 }] })
console.log('bought  ', product.name, product.skus[0].name, 'for', order.total, order.currency)
console.log('code    ', order.lines[0].codes[0].secret.reveal())

// The callback that tells of it: genuine, or unwrap throws.
const [request, response] = await arrival
const body = Buffer.concat(await request.toArray())
const callback = await webhooks.unwrap(body, request.headers, { secrets: endpoint.secret })
response.writeHead(204).end()
console.log('callback', callback.type, 'verified; the order is', callback.data.order.reference === reference ? 'ours' : 'another')

await kahub.endpoints.delete(endpoint.id)
receiver.close()
receiver.closeAllConnections()
