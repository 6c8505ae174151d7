// A baseline: the straightforward way to take orders. Fastify, the `postgres` driver, a pool, and a transaction of five statements for
// each order, on the tables of pgbench's baseline with the same durability. Nothing is signed, sealed, limited or written to an audit
// trail. `DATABASE_URL=… node bench/plain-server.ts` serves POST /orders and GET /nothing, which does nothing.
import Fastify from 'fastify'
import postgres from 'postgres'
import { addressOf } from '../src/postgres/address.ts'

const connectionsMax = 20
const price = '982500'

const { url, options } = addressOf(process.env.DATABASE_URL ?? '')
const sql = postgres(url, { ...options, max: connectionsMax, onnotice: () => {} })
const app = Fastify({ logger: false })

interface Order { readonly wallet: number, readonly sku: number, readonly reference: string }

const text = { type: 'string' } as const
const whole = { type: 'integer' } as const

app.post<{ Body: Order }>('/orders', {
  schema: {
    body: {
      type: 'object',
      required: ['wallet', 'sku', 'reference'],
      additionalProperties: false,
      properties: { wallet: whole, sku: whole, reference: { type: 'string', pattern: '^[0-9]{1,18}$' } }
    },
    response: { 201: { type: 'object', properties: { id: text, reference: text, code: whole } } }
  }
}, async ({ body: { wallet, sku, reference } }, reply) => {
  const order = await sql.begin(async tx => {
    const paid = await tx`update bench.wallets set balance = balance - ${price} where id = ${wallet} and balance >= ${price}`
    if (paid.count === 0) throw Object.assign(new Error('insufficient balance'), { statusCode: 409 })
    const [shelf] = await tx<{ code: number }[]>`
      update bench.shelf set next = next + 1 where sku_id = ${sku} and next < stop returning next - 1 as code`
    if (!shelf) throw Object.assign(new Error('out of stock'), { statusCode: 409 })
    const [row] = await tx<[{ id: string }]>`
      insert into bench.orders (wallet_id, reference, sku_id, code, total)
      values (${wallet}, ${reference}, ${sku}, ${shelf.code}, ${price}) returning id`
    await tx`insert into bench.transfers (wallet_id, order_id, amount) values (${wallet}, ${row.id}, ${price})`
    await tx`insert into bench.events (wallet_id, type, data) values (${wallet}, 'order.completed', ${tx.json({ order: row.id, sku })})`
    return { id: row.id, reference, code: shelf.code }
  })
  return await reply.code(201).send(order)
})

const nothing = { type: 'object', properties: { ok: { type: 'boolean' } } } as const
app.get('/nothing', { schema: { response: { 200: nothing } } }, async () => ({ ok: true }))

console.log(`plain server at ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
