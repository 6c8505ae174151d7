// A small shop that buys what it sells through kahub, with everything that keeps it right when things go wrong. Copy it.
//
// 1. A purchase is written down before it is sent, and its number is the order's reference: the same number again is the same order.
// 2. One function brings a purchase further, `buy`. Time-outs, callbacks, restarts and the clock all end there, as often as they like.
// 3. A purchase that was told to its customer stays as it is: whatever comes late or twice finds nothing to do.
import { createServer } from 'node:http'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { webhooks } from '@kahub/sdk'

const sweepEveryMs = 2_000
const bodyBytesMax = 64 * 1024
/** Refusals that waiting heals; with any other the purchase has failed. */
const unknownYet = error => error.status === undefined || error.status >= 500 || [408, 425, 429].includes(error.status)

/** A shop over a client of kahub, the secret of its endpoint and a file to remember in. `server` listens nowhere yet. */
export function openShop ({ kahub, secret, file }) {
  const book = openBook(file)
  const underWay = new Map()

  /** Brings a purchase further, one attempt at a time; it can be called at any moment, for any reason, and never rejects. */
  function buy (purchase) {
    if (purchase.state !== 'pending') return
    if (!underWay.has(purchase.number)) {
      underWay.set(purchase.number, place(purchase).finally(() => underWay.delete(purchase.number)))
    }
    return underWay.get(purchase.number)
  }

  async function place (purchase) {
    const { number, sku, quantity, max_total: maxTotal } = purchase
    try {
      // The SDK repeats it twice by itself, waits as Retry-After says, and keeps the reference.
      const order = await kahub.orders.place({ reference: number, lines: [{ sku, quantity }], max_total: maxTotal })
      settle(purchase, order)
    } catch (error) {
      // Not known whether it was done: it stays pending, and the sweep sends the same again.
      if (unknownYet(error)) return console.warn(number, error.message)
      Object.assign(purchase, { state: 'failed', reason: error.code ?? error.message })
    }
    book.save()
  }

  function settle (purchase, order) {
    // Nobody knows yet: a callback or the sweep asks again.
    if (['reserved', 'awaiting_approval'].includes(order.state)) return
    const codes = order.lines.flatMap(line => line.codes ?? []).map(code => code.secret.reveal())
    const state = order.state === 'completed' ? 'delivered' : order.state === 'partial' ? 'partial' : 'failed'
    // In your shop the codes are stored encrypted.
    Object.assign(purchase, { state, codes, paid: { amount: state === 'failed' ? '0' : order.total, currency: order.currency } })
  }

  /** What kahub tells, by callback or by the feed, is a hint to look: kahub itself says what the order is now. */
  function take (event) {
    const purchase = book.purchases.get(event.data.order?.reference)
    if (purchase && !event.simulated) buy(purchase)
  }

  async function receiveCallback (request) {
    const body = await readBody(request)
    const event = await webhooks.unwrap(body, request.headers, { secrets: secret }).catch(error => console.warn(error.message))
    if (!event) return { status: 401 }
    const id = request.headers['webhook-id']
    // Answered at once: what there is to do goes on behind it, and the sweep finds it after a crash too.
    if (!book.taken.has(id)) take(event)
    book.taken.add(id)
    book.save()
    return { status: 204 }
  }

  /** What the callbacks missed while the shop was away. */
  async function catchUp () {
    for await (const event of kahub.events.list({ after: book.lastSequence, limit: 1_000 })) {
      take(event)
      book.lastSequence = event.sequence
    }
    book.save()
  }

  async function answer (request) {
    const { pathname } = new URL(request.url, 'http://shop')
    if (request.method === 'POST' && pathname === '/kahub') return await receiveCallback(request)
    if (request.method === 'POST' && pathname === '/certify/purchases') {
      const { number, sku, quantity, max_total: maxTotal } = JSON.parse(await readBody(request))
      // A customer who presses the button twice has one purchase.
      const purchase = book.purchases.get(number) ?? { number, sku, quantity, max_total: maxTotal, state: 'pending' }
      book.purchases.set(number, purchase)
      book.save()
      await buy(purchase)
      return { status: purchase.state === 'pending' ? 202 : 200, json: shown(purchase) }
    }
    const [, number] = /^\/certify\/purchases\/([^/]+)$/.exec(pathname) ?? []
    const purchase = book.purchases.get(decodeURIComponent(number ?? ''))
    return purchase ? { status: 200, json: shown(purchase) } : { status: 404 }
  }

  const sweep = setInterval(() => {
    for (const purchase of book.purchases.values()) buy(purchase)
  }, sweepEveryMs)
  const server = createServer((request, response) => {
    answer(request).catch(error => {
      console.error(error)
      return { status: 500 }
    }).then(({ status, json }) => response.writeHead(status, { 'content-type': 'application/json' }).end(json && JSON.stringify(json)))
  })
  server.once('close', () => clearInterval(sweep))
  return { server, catchUp }
}

/** What a purchase says to the outside: its codes only as digests. */
function shown ({ number, state, reason, codes = [], paid }) {
  return { number, state, reason, codes_sha256: codes.map(code => createHash('sha256').update(code).digest('hex')), paid }
}

/** What must outlive a crash, written as a whole before it counts; in your shop this is your database. */
function openBook (file) {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { purchases: [], taken: [], lastSequence: 0 }
  const book = {
    purchases: new Map(kept.purchases.map(purchase => [purchase.number, purchase])),
    taken: new Set(kept.taken),
    lastSequence: kept.lastSequence,
    save () {
      const text = JSON.stringify({ purchases: [...book.purchases.values()], taken: [...book.taken], lastSequence: book.lastSequence })
      writeFileSync(`${file}.new`, text, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    }
  }
  return book
}

async function readBody (request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > bodyBytesMax) throw new Error('the body is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
