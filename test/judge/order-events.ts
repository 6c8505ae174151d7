// I5, I8 and I12: every order against the events that told of it, in their sequence.
import type { World } from './journal.ts'
import { faultsToldMax, inWorld, type Reader, type Verdict } from './judgement.ts'
import { mayTellNext, stateTold } from './order-path.ts'
import { uuidOf } from './public-id.ts'

const rowsAtOnce = 20_000

/** States that a part of a bulk order is in, or ends in, without an event of its own. */
const untoldInBulk = ['reserved', 'cancelled', 'rejected', 'expired']

/** Reads every order and every event of one. */
export async function judgeOrderEvents (read: Reader, world: World): Promise<readonly Verdict[]> {
  const told = new Map<string, Told>()
  const [left, foreign, untold]: [string[], string[], string[]] = [[], [], []]
  let events = 0
  const eventRows = read.unsafe<EventRow[]>(inWorld(world, `
    select v.reseller_id, v.sequence, v.type, v.data #>> '{order,id}' as shown, r.event_floor > 0 as purged
    from @events v join @resellers r on r.id = v.reseller_id where v.type like 'order.%' order by v.reseller_id, v.sequence`))
  for await (const rows of eventRows.cursor(rowsAtOnce)) {
    events += rows.length
    for (const { reseller_id: reseller, sequence, type, shown, purged } of rows) {
      const where = `event ${sequence} of ${reseller}: ${type}`
      const id = uuidOf(shown ?? '')
      const before = id === undefined ? undefined : told.get(id)
      if (id === undefined || stateTold(type) === undefined) untold.push(`${where}: of no order (${shown})`)
      else if (before && before.reseller !== reseller) foreign.push(`${where}: of an order of ${before.reseller}`)
      else if (!mayTellNext(before?.type, type) && !(purged && !before)) left.push(`${where}: after ${before?.type ?? 'nothing'}`)
      if (id !== undefined) told.set(id, { reseller, type })
    }
  }
  let orders = 0
  const orderRows = read.unsafe<OrderRow[]>(inWorld(world, `
    select o.id, o.reseller_id, o.state, coalesce(o.terms ? 'bulk', false) as in_bulk, r.event_floor > 0 as purged
    from @orders o left join @resellers r on r.id = o.reseller_id`))
  for await (const rows of orderRows.cursor(rowsAtOnce)) {
    orders += rows.length
    for (const { id, reseller_id: reseller, state, in_bulk: inBulk, purged } of rows) {
      const last = told.get(id)
      told.delete(id)
      if (last && last.reseller !== reseller) foreign.push(`order ${id} of ${reseller}: told to ${last.reseller}`)
      const untoldLawfully = purged === true || (inBulk && untoldInBulk.includes(state))
      if (last ? stateTold(last.type) !== state : !untoldLawfully) untold.push(`order ${id} is ${state}: last told was ${last?.type ?? 'nothing'}`)
    }
  }
  for (const [id, { reseller, type }] of told) untold.push(`${type} of ${reseller}: there is no order ${id}`)
  const verdict = (invariant: string, says: string, looked: number, faults: readonly string[]): Verdict =>
    ({ invariant, says, looked, faults: faults.slice(0, faultsToldMax) })
  return [
    verdict('I5', 'the events of an order go a way that is open, and none goes on from an end', events, left),
    verdict('I8', 'the last event of an order tells the state it is in', orders, untold),
    verdict('I12', 'an order is told of to its reseller alone', orders, foreign)
  ]
}

interface Told { readonly reseller: string, readonly type: string }

interface EventRow {
  readonly reseller_id: string
  readonly sequence: bigint
  readonly type: string
  readonly shown: string | null
  readonly purged: boolean
}

interface OrderRow {
  readonly id: string
  readonly reseller_id: string
  readonly state: string
  readonly in_bulk: boolean
  readonly purged: boolean | null
}
