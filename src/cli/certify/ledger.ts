// What kahub itself knows of a run: the orders, strikes and callbacks since it began. The shop's word is held against this.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxFault } from '../../../schema/vocabulary.ts'
import type { DeliverySummary, Kahub, SandboxStrike } from '../../../sdk/src/index.ts'
import { digestOf } from './shop.ts'

/** Rows of each kind that a run may have made; what lies further back is not looked at. */
const rowsMax = 2_000

export interface TrueOrder {
  readonly id: string
  readonly reference: string
  readonly state: string
  /** A decimal number of major units. */
  readonly total: string
  readonly delivered: number
  readonly createdMs: number
}

export type Strike = Pick<SandboxStrike, 'id' | 'fault' | 'call' | 'reference' | 'endpoint' | 'status'> & { readonly struckMs: number }

/** A callback of an order to the shop's endpoint. */
export type TrueCallback = Pick<DeliverySummary, 'id' | 'type' | 'state' | 'attempts' | 'last_status' | 'last_error'> & {
  readonly orderId: string
}

export interface Ledger {
  /** The orders of a SKU since the run began, oldest first. */
  ordersOf (sku: string): Promise<readonly TrueOrder[]>
  /** The digests of all codes of orders; null when they are sealed to a key that is not here. */
  digestsOf (orders: readonly TrueOrder[]): Promise<readonly string[] | null>
  /** What a fault has struck since the run began, oldest first. */
  strikesOf (fault: SandboxFault): Promise<readonly Strike[]>
  /** What was sent to an endpoint about orders since the run began, oldest first. */
  callbacksOf (endpoint: string, orders: readonly TrueOrder[]): Promise<readonly TrueCallback[]>
}

/** Opens the ledger of a run: what was there before is not of it. */
export async function openLedger (kahub: Kahub): Promise<Ledger> {
  const [lastOrder, lastStrike, lastSequence] = await Promise.all([
    kahub.orders.list({ limit: 1 }).then(({ data }) => data[0]?.id ?? ''),
    kahub.sandbox.listStrikes({ limit: 1 }).then(({ data }) => data[0]?.id ?? ''),
    kahub.deliveries.list({ limit: 1 }).then(({ data }) => data[0]?.event_sequence ?? 0)
  ])
  const skus = new Map<string, Promise<string>>()
  const subjects = new Map<string, Promise<string | undefined>>()
  return {
    async ordersOf (sku) {
      const orders = await upTo(kahub.orders.list({ limit: 100 }), ({ id }) => id > lastOrder)
      const own = await Promise.all(orders.map(({ id }) =>
        remembered(skus, id, async () => (await kahub.orders.get(id)).lines[0]!.sku)))
      return orders.filter((_, i) => own[i] === sku).reverse().map(({ id, reference, state, total, delivered, created_at: at }) =>
        ({ id, reference, state, total, delivered, createdMs: Date.parse(at) }))
    },

    async digestsOf (orders) {
      const pages = await Promise.all(orders.filter(({ delivered }) => delivered > 0).map(({ id }) => kahub.orders.codes(id)))
      if (pages.some(({ data, count }) => data.length < count)) return null
      return pages.flatMap(({ data }) => data.map(({ secret }) => digestOf(secret.reveal())))
    },

    async strikesOf (fault) {
      const strikes = await upTo(kahub.sandbox.listStrikes({ fault, limit: 100 }), ({ id }) => id > lastStrike)
      return strikes.reverse().map(({ struck_at: at, ...strike }) => ({ ...strike, struckMs: Date.parse(at) }))
    },

    async callbacksOf (endpoint, orders) {
      const sent = (await upTo(kahub.deliveries.list({ endpoint, limit: 100 }), row => row.event_sequence > lastSequence))
        .filter(({ type, simulated }) => type.startsWith('order.') && !simulated)
      const told = await Promise.all(sent.map(({ event }) => remembered(subjects, event, async () => {
        const { data } = await kahub.events.get(event)
        return (data as { order?: { id?: string } }).order?.id
      })))
      return sent.map((callback, i) => ({ ...callback, orderId: told[i] ?? '' }))
        .filter(({ orderId }) => orders.some(({ id }) => id === orderId)).reverse()
    }
  }
}

/** Asks until the answer is enough, or the time is over; gives the last answer. */
export async function until<Answer> (
  ask: () => Promise<Answer>, isEnough: (answer: Answer) => boolean, { msMax, everyMs, stop }: Patience
): Promise<Answer> {
  const endMs = performance.now() + msMax
  for (;;) {
    const answer = await ask()
    if (isEnough(answer) || performance.now() >= endMs) return answer
    await sleep(everyMs, undefined, { signal: stop })
  }
}

export interface Patience { readonly msMax: number, readonly everyMs: number, readonly stop: AbortSignal }

/** The rows of a list, newest first, down to one that is not young any more. Ids are of UUIDv7: what is younger is greater. */
async function upTo<Row> (list: AsyncIterable<Row>, isYoung: (row: Row) => boolean): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of list) {
    if (!isYoung(row) || rows.length >= rowsMax) break
    rows.push(row)
  }
  return rows
}

async function remembered<Value> (known: Map<string, Promise<Value>>, key: string, find: () => Promise<Value>): Promise<Value> {
  const value = known.get(key) ?? find()
  known.set(key, value)
  return await value
}
