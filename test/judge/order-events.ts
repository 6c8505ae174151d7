// I5, I8 and I12: every order against the events that told of it, in their sequence, reseller by reseller.
import type { World } from './journal.ts'
import { faultsToldMax, inWorld, type Reader, type Verdict } from './judgement.ts'
import { mayTellNext, stateTold } from './order-path.ts'
import { uuidOf } from './public-id.ts'

const rowsAtOnce = 20_000

/** States that a part of a bulk order is in, or ends in, without an event of its own. */
const untoldInBulk = ['reserved', 'cancelled', 'rejected', 'expired']

/** Reads every order and every event of one; memory holds the orders of one reseller. */
export async function judgeOrderEvents (read: Reader, world: World): Promise<readonly Verdict[]> {
  const [left, foreign, untold]: [string[], string[], string[]] = [[], [], []]
  let [events, orders, reseller] = [0, 0, '']
  let told = new Map<string, string>()

  const tellApart = (): void => {
    for (const [id, type] of told) foreign.push(`${type} to ${reseller}: it has no order ${id}`)
    told = new Map()
  }
  const takeEvent = ({ sequence, word: type, shown, purged }: Row): void => {
    events++
    const where = `event ${sequence} of ${reseller}: ${type}`
    const id = uuidOf(shown ?? '')
    if (id === undefined || stateTold(type) === undefined) return void untold.push(`${where}: of no order (${shown})`)
    const before = told.get(id)
    if (!mayTellNext(before, type) && (before !== undefined || !purged)) left.push(`${where}: after ${before ?? 'nothing'}`)
    told.set(id, type)
  }
  const takeOrder = ({ shown, word: state, in_bulk: inBulk, purged }: Row): void => {
    orders++
    const id = shown!
    const last = told.get(id)
    told.delete(id)
    const fits = last === undefined ? purged || (inBulk && untoldInBulk.includes(state)) : stateTold(last) === state
    if (!fits) untold.push(`order ${id} is ${state}: last told was ${last ?? 'nothing'}`)
  }

  for await (const rows of read.unsafe<Row[]>(inWorld(world, eventsThenOrders)).cursor(rowsAtOnce)) {
    for (const row of rows) {
      if (row.reseller_id !== reseller) tellApart()
      reseller = row.reseller_id
      if (row.sequence === null) takeOrder(row)
      else takeEvent(row)
    }
  }
  tellApart()
  const verdict = (invariant: string, says: string, looked: number, faults: readonly string[]): Verdict =>
    ({ invariant, says, looked, faults: faults.slice(0, faultsToldMax) })
  return [
    verdict('I5', 'the events of an order go a way that is open, and none goes on from an end', events, left),
    verdict('I8', 'the last event of an order tells the state it is in', orders, untold),
    verdict('I12', 'an order is told of to its reseller alone', events, foreign)
  ]
}

/** An event of an order (its sequence is known; the word is its type), or an order (the word is its state). */
interface Row {
  readonly reseller_id: string
  readonly sequence: bigint | null
  readonly word: string
  /** The order: as the event shows it, or its own id. */
  readonly shown: string | null
  readonly in_bulk: boolean
  /** Older events of the reseller are not kept. */
  readonly purged: boolean
}

const eventsThenOrders = `
  select told.*, coalesce(r.event_floor > 0, false) as purged from (
    select reseller_id, sequence, type as word, data #>> '{order,id}' as shown, false as in_bulk from @events where type like 'order.%'
    union all
    select reseller_id, null, state, id::text, coalesce(terms ? 'bulk', false) from @orders
  ) told left join @resellers r on r.id = told.reseller_id
  order by told.reseller_id, told.sequence nulls last`
