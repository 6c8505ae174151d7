// Holds set stock aside. A hold is a quantity on the stock row (held up, available down), never a range of codes: ranges are given
// when it is sold. Who may take from it or end it: its order, its reseller, the clock, and whoever withdraws the stock. All of
// them lock the reseller first and then the stock rows, ids ascending, and each states in its statement that the hold is active;
// so one of them ends it, and its stock goes back once. What is set aside while a buyer pays is a hold too, of a checkout: it ends with
// its checkout, or when the stock is withdrawn, and no reseller sees it.
import { holdSecondsDefault } from '../../../schema/rest/holds.ts'
import { precedence, type ProblemCode } from '../../../schema/problems.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { assert, Problem, type Fault } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { Hold, HoldLine } from './hold.ts'
import { readHold } from './read-holds.ts'
import { lockStock } from './take-stock.ts'

export interface HoldWish {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly keyId: string
  readonly reference: string
  readonly lines: readonly HoldLine[]
  /** undefined: as long as usual, or as the level allows. */
  readonly seconds: number | undefined
}

/**
 * Sets aside what all lines want, or nothing. Throws `reseller_suspended`, `invalid_request` (a SKU twice), `hold_limit_exceeded`,
 * `sku_not_found`, `sku_not_for_sale` and `out_of_stock`.
 */
export async function placeHold (tx: Tx, wish: HoldWish): Promise<Hold> {
  refuseTwice(wish.lines)
  const status = (await lockResellers(tx, [wish.resellerId])).get(wish.resellerId)
  if (status !== 'active') throw new Problem('reseller_suspended', 'The reseller is not active. Ask the operator.')
  const seconds = await secondsAllowed(tx, wish)
  await refuseUnsellable(tx, wish.lines)
  await refuseShort(tx, wish.lines)
  await writeHold(tx, wish, seconds)
  return await readHold(tx, wish.resellerId, wish.id)
}

function refuseTwice (lines: readonly HoldLine[]): void {
  const seen = new Set<Uuid>()
  const errors = lines.flatMap(({ skuId }, i) => {
    if (seen.size < seen.add(skuId).size) return []
    return [{ pointer: `/lines/${i}/sku`, detail: 'stands in an earlier line' }]
  })
  if (errors.length > 0) throw new Problem('invalid_request', 'A hold names each SKU once; add the quantities up.', { errors })
}

/** For how long the hold will be; refused beyond what the level allows in time or in codes held at once. */
async function secondsAllowed (tx: Tx, { resellerId, lines, seconds }: HoldWish): Promise<number> {
  const [level] = await tx<{ secondsMax: number, codesMax: number, held: number }[]>`
    select hold_seconds_max as "secondsMax", held_codes_max as "codesMax", (
      select coalesce(sum(quantity), 0)::int from holds
      where holds.reseller_id = resellers.id and state = 'active' and expires_at > clock_timestamp() and checkout_id is null
    ) as held
    from resellers join levels on levels.id = resellers.level_id where resellers.id = ${resellerId}`
  assert(level, 'the level of the reseller')
  const { secondsMax, codesMax, held } = level
  if (seconds !== undefined && seconds > secondsMax) {
    throw new Problem('hold_limit_exceeded', `Your level may hold stock for ${secondsMax} seconds at most.`, {
      hold_seconds_max: secondsMax, errors: [{ pointer: '/expires_in', detail: `must be ${secondsMax} or less` }]
    })
  }
  const wanted = lines.reduce((sum, line) => sum + line.quantity, 0)
  if (held + wanted > codesMax) {
    const told = `Your level may hold ${codesMax} codes at once; you hold ${held}, and this would be ${wanted} more.`
    throw new Problem('hold_limit_exceeded', told, { held_codes_max: codesMax, held })
  }
  return seconds ?? Math.min(holdSecondsDefault, secondsMax)
}

async function refuseUnsellable (tx: Tx, lines: readonly HoldLine[]): Promise<void> {
  const skus = await tx<{ id: Uuid, kind: string, statuses: string[] }[]>`
    select skus.id, products.kind, array[skus.status, products.status] as statuses
    from skus join products on products.id = skus.product_id
    where skus.id = any(${bareArray(lines.map(line => line.skuId))}::uuid[])`
  const byId = new Map(skus.map(sku => [sku.id, sku]))
  const faults = lines.flatMap(({ skuId }, i): { code: ProblemCode, fault: Fault }[] => {
    const sku = byId.get(skuId)
    const wrong = (code: ProblemCode, detail: string) => [{ code, fault: { pointer: `/lines/${i}/sku`, detail } }]
    if (!sku) return wrong('sku_not_found', 'There is no such SKU.')
    if (sku.kind !== 'code') return wrong('sku_not_for_sale', 'Top-ups have no stock to hold.')
    const status = sku.statuses.find(status => status !== 'active')
    return status === undefined ? [] : wrong('sku_not_for_sale', `The SKU is ${status}.`)
  })
  if (faults.length === 0) return
  const code = faults.map(({ code }) => code).sort((a, b) => precedence[a] - precedence[b])[0]!
  const errors = faults.filter(entry => entry.code === code).map(({ fault }) => fault)
  throw new Problem(code, `${errors[0]!.detail} See errors for the lines.`, { errors })
}

/** Locks the stock rows; what may be set aside is what nobody has, without codes of expired lots that still stand on the shelf. */
async function refuseShort (tx: Tx, lines: readonly HoldLine[]): Promise<void> {
  const skuIds = lines.map(line => line.skuId)
  const stock = new Map((await lockStock(tx, skuIds)).map(row => [row.skuId, row.available]))
  const expired = await tx<{ skuId: Uuid, count: number }[]>`
    select sku_id as "skuId", sum(stop - next)::int as count from shelf
    where sku_id = any(${bareArray(skuIds)}::uuid[]) and expires_at <= clock_timestamp() group by sku_id`
  for (const { skuId, count } of expired) stock.set(skuId, Math.max(0, (stock.get(skuId) ?? 0) - count))
  const short = lines.flatMap(({ skuId, quantity }, i) => {
    const available = stock.get(skuId) ?? 0
    if (available >= quantity) return []
    const detail = `${available} of ${quantity} are available.`
    return [{ pointer: `/lines/${i}/quantity`, detail, sku: showId('sku', skuId), available }]
  })
  if (short.length > 0) throw new Problem('out_of_stock', `${short[0]!.detail} Nothing was set aside; see errors.`, { errors: short })
}

/** One statement, under the locks: the time runs from now. */
async function writeHold (tx: Tx, { id, resellerId, keyId, reference, lines }: HoldWish, seconds: number): Promise<void> {
  const skuIds = bareArray(lines.map(line => line.skuId))
  const quantities = bareArray(lines.map(line => line.quantity))
  const set = await tx`
    with wanted as (
      select * from unnest(${skuIds}::uuid[], ${quantities}::int[]) as each (sku_id, quantity)
    ), made as (
      insert into holds (reseller_id, id, reference, state, quantity, key_id, expires_at, created_at)
      select ${resellerId}, ${id}, ${reference}, 'active', (select sum(quantity) from wanted), ${keyId},
             at + make_interval(secs => ${seconds}::int), at
      from clock_timestamp() as at
    ), lines as (
      insert into hold_lines (hold_id, sku_id, quantity) select ${id}::uuid, sku_id, quantity from wanted
    )
    update stock set available = available - wanted.quantity, held = held + wanted.quantity
    from wanted where stock.sku_id = wanted.sku_id and stock.available >= wanted.quantity returning stock.sku_id`
  assert(set.length === lines.length, 'stock for every line that was checked')
}
