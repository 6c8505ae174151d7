import { showId, type Uuid } from '../../src/base/ids.ts'
import { measureLoad, orderLoad, type Bench, type Scenario, type Size } from '../bench.ts'
import { call } from '../signed-call.ts'

/** Orders of one code for each of many: a few microseconds of CPU cannot be told from ten orders. */
const singlesPerMany = 10
const lineFeed = 0x0a

export const manyCodes: Scenario = {
  name: 'many-codes',
  says: 'an order of 10,000 codes: placed, and its codes fetched',
  async run (bench) {
    const { shop, size, measures } = bench
    const { oneSku, buyers } = shop
    const singles = size.manyOrders * singlesPerMany
    await shop.fillShelves([oneSku], 2 * (size.manyCodes * size.manyOrders + singles))
    const alone = { connections: 1, signers: buyers.slice(0, 1) }
    // The first round warms up; only the second is kept.
    for (let round = 0; round < 2; round++) {
      const names = namesOfMany(size)
      await measureLoad(bench, names.one, { ...alone, load: orderLoad('single', [oneSku]), requestsMax: singles })
      await measureLoad(bench, names.many, { ...alone, load: orderLoad('many', [oneSku], size.manyCodes), requestsMax: size.manyOrders })
    }
    measures.set('codes fetched per second', await fetchCodes(bench))
  }
}

/** The names of its loads. */
export function namesOfMany ({ manyCodes }: Size): { readonly one: string, readonly many: string } {
  return { one: 'order of 1 code, alone', many: `order of ${manyCodes.toLocaleString('en')} codes, alone` }
}

/** Fetches the codes of every order of many, one after another, as NDJSON; codes per second. */
async function fetchCodes ({ shop, server, size, say }: Bench): Promise<number> {
  const { buyers: [buyer], db } = shop
  const rows = await db<{ id: Uuid }[]>`
    select id from orders where quantity = ${size.manyCodes} and reseller_id = ${buyer!.resellerId}
    order by id desc limit ${size.manyOrders}`
  let codes = 0
  let startedMs = 0
  for (const [i, { id }] of rows.entries()) {
    // The first order warms up.
    if (i === 1) startedMs = performance.now()
    const target = `/v1/orders/${showId('order', id)}/codes`
    const response = await call(server, buyer!, { method: 'GET', target, accept: 'application/x-ndjson' })
    let lines = 0
    for await (const chunk of response.body!) lines += count(chunk as Uint8Array, lineFeed)
    // One line more than codes: the last one says that all were sent.
    if (lines !== size.manyCodes + 1) throw new Error(`${lines - 1} codes came of an order of ${size.manyCodes}`)
    if (i > 0) codes += size.manyCodes
  }
  const perSecond = codes / ((performance.now() - startedMs) / 1000)
  say(`  fetched as NDJSON: ${Math.round(perSecond)} codes/s`)
  return perSecond
}

function count (bytes: Uint8Array, byte: number): number {
  let found = 0
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found++
  return found
}
