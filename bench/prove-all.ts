// The end of every scenario: repeats give back what was bought, the judge finds no fault, and the product's own proofs agree.
import { proveStock } from '../src/domain/stock/prove-stock.ts'
import { proveBooks } from '../src/domain/wallet/prove-books.ts'
import { judge } from '../test/judge/judge.ts'
import type { Bench } from './bench.ts'
import { freshPrefix, showSkus } from './shop.ts'
import { callJson } from './signed-call.ts'

const repeatedOrders = 20

/** Proves the books, or throws with every fault found. */
export async function proveAll (bench: Bench): Promise<void> {
  const { shop, ground, say } = bench
  const startedMs = performance.now()
  // Millions of new rows, and nobody has counted them yet: a plan for a few rows would take hours.
  await ground.owner.unsafe('vacuum analyze')
  const faults = [...await repeatFaults(bench)]
  const verdicts = await judge({ database: ground.url, world: 'live', ordersExpected: bench.tally.ordersAcknowledged })
  for (const { invariant, says, faults: found } of verdicts) faults.push(...found.map(fault => `${invariant}: ${says}: ${fault}`))
  for (const { invariant, detail } of await proveBooks(shop.db)) faults.push(`${invariant}: ${detail}`)
  for (const { proof, detail } of await proveStock(shop.db)) faults.push(`${proof}: ${detail}`)
  if (faults.length > 0) throw new Error(`the books do not hold:\n  ${faults.join('\n  ')}`)
  say(`  books proven in ${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${bench.tally.ordersAcknowledged} orders`)
}

interface OrderAnswer { readonly id: string, readonly total: string, readonly lines: readonly { readonly codes: unknown }[] }

/** I9: each order is sent twice at the same time and once more; all three answers are one order with the same codes. */
async function repeatFaults (bench: Bench): Promise<readonly string[]> {
  const { shop, server } = bench
  const skuIds = shop.skus.slice(0, repeatedOrders)
  await shop.fillShelves(skuIds, 1)
  const prefix = freshPrefix('repeat')
  const found = await Promise.all(showSkus(skuIds).map(async (sku, i) => {
    const body = JSON.stringify({ reference: `${prefix}-${i}`, lines: [{ sku, quantity: 1 }] })
    const buyer = shop.buyers[i % shop.buyers.length]!
    const send = (): Promise<OrderAnswer> => callJson<OrderAnswer>(server, buyer, { method: 'POST', target: '/v1/orders', body })
    const answers = [...await Promise.all([send(), send()]), await send()]
    const told = new Set(answers.map(({ id, total, lines }) => JSON.stringify([id, total, lines.map(line => line.codes)])))
    const holds = told.size === 1 && answers[0]!.lines[0]!.codes !== undefined
    return holds ? [] : [`I9: the reference ${prefix}-${i} was answered in ${told.size} ways`]
  }))
  bench.tally.ordersAcknowledged += skuIds.length
  return found.flat()
}
