// Buys one code from plain JavaScript, with @kahub/sdk installed: node buy.mjs [CREDENTIALS]
import { readFileSync } from 'node:fs'
import { Kahub } from '@kahub/sdk'

const kahub = new Kahub(JSON.parse(readFileSync(process.argv[2] ?? 'demo.json', 'utf8')))
const [product] = (await kahub.products.list({ tag: 'hot', limit: 1 })).data
const order = await kahub.orders.place({ lines: [{ sku: product.skus[0].id, quantity: 1 }] })
console.log(order.id, order.state, order.total, order.currency)
for (const line of order.lines) for (const code of line.codes) console.log(code.secret.reveal())
