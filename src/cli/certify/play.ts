// One purchase of a shop, from asking to judging: everything the shop says of it is heard and kept, with the time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxFault } from '../../../schema/vocabulary.ts'
import type { Endpoint, Kahub } from '../../../sdk/src/index.ts'
import { until, type Ledger, type Strike, type TrueCallback, type TrueOrder } from './ledger.ts'
import { ShopFault, type Purchase, type Shop, type ShopWord } from './shop.ts'

/** How long is waited for what, in milliseconds. */
export interface Limits {
  /** For the shop to say how a purchase ended. */
  readonly toldMsMax: number
  /** For the callbacks of an order to be answered. */
  readonly callbackMsMax: number
  /** After the end, for what comes late. */
  readonly quietMs: number
  readonly lookEveryMs: number
}

/** The stage of a run. */
export interface Stage {
  readonly kahub: Kahub
  readonly shop: Shop
  readonly ledger: Ledger
  /** The shop’s endpoint; null when callbacks are left out. */
  readonly endpoint: Endpoint | null
  /** The secret of the endpoint, when it was given. */
  readonly secret: string | null
  readonly limits: Limits
  readonly stop: AbortSignal
}

export interface HeardWord extends ShopWord { readonly atMs: number }

/** What is known in the end. */
export interface Evidence {
  readonly purchase: Purchase
  /** Each change of what the shop said, in order. */
  readonly words: readonly HeardWord[]
  /** Why the shop’s last answer cannot be used. */
  readonly trouble: string | undefined
  readonly orders: readonly TrueOrder[]
  readonly digests: readonly string[] | null
  readonly strikes: readonly Strike[]
}

export interface Play {
  readonly purchase: Purchase
  /** Asks the shop to buy, without waiting for its answer. */
  ask (): void
  /** Waits until the shop says how it ended. */
  untilTold (msMax?: number): Promise<void>
  orders (): Promise<readonly TrueOrder[]>
  strikes (): Promise<readonly Strike[]>
  /** Waits until each callback of the orders was answered at least `attempts` times. */
  untilCalledBack (attempts?: number): Promise<readonly TrueCallback[]>
  /** Waits for what comes late, then says what is known; the play is over. */
  end (): Promise<Evidence>
}

export interface Casting { readonly number: string, readonly sku: string, readonly quantity: number, readonly fault: SandboxFault | null }

/** Why a scenario could not be performed; that is no fault of the shop. */
export class NotTried extends Error {}

const finalStates: readonly string[] = ['delivered', 'partial', 'failed']

/** Whether the shop has said how a purchase ended. */
export function isFinal (word: ShopWord | undefined): word is ShopWord {
  return word !== undefined && finalStates.includes(word.state)
}

/** Opens the play of a purchase at the price of now. */
export async function openPlay (stage: Stage, { number, sku, quantity, fault }: Casting): Promise<Play> {
  const { kahub, shop, ledger, limits, stop } = stage
  const patience = (msMax: number) => ({ msMax, everyMs: limits.lookEveryMs, stop })
  const strikesNow = async () => fault === null ? [] : await ledger.strikesOf(fault)
  const [quote, ordersBefore, strikesBefore] = await Promise.all([
    kahub.quotes.create({ lines: [{ sku, quantity }] }), ledger.ordersOf(sku), strikesNow()
  ])
  const purchase = { number, sku, quantity, max_total: { amount: quote.total, currency: quote.currency } }
  const words: HeardWord[] = []
  let trouble: string | undefined
  let asked = false
  const over = new AbortController()

  const hear = (word: ShopWord | undefined): void => {
    const last = words.at(-1)
    if (word === undefined || (last && wordText(last) === wordText(word))) return
    words.push({ ...word, atMs: Date.now() })
  }
  const look = async (): Promise<void> => {
    try {
      hear(await shop.look(number))
      trouble = undefined
    } catch (error) {
      if (!(error instanceof ShopFault)) throw error
      trouble = error.message
    }
  }
  /** The shop is looked at all the while, or it could say something and take it back unheard. */
  const listen = async (): Promise<void> => {
    while (!over.signal.aborted && !stop.aborted) {
      await look()
      await sleep(limits.lookEveryMs, undefined, { signal: stop })
    }
  }
  let listening: Promise<void> | undefined

  const play: Play = {
    purchase,
    ask () {
      asked = true
      listening ??= listen().catch(error => { if (!stop.aborted) throw error })
      shop.ask(purchase).then(hear, (error: unknown) => { trouble ??= (error as Error).message })
    },
    async untilTold (msMax = limits.toldMsMax) {
      await until(async () => words.at(-1), isFinal, patience(msMax))
    },
    async orders () {
      return (await ledger.ordersOf(sku)).filter(({ id }) => !ordersBefore.some(before => before.id === id))
    },
    async strikes () {
      return (await strikesNow()).filter(({ id }) => !strikesBefore.some(before => before.id === id))
    },
    async untilCalledBack (attempts = 1) {
      const { endpoint } = stage
      if (endpoint === null) return []
      return await until(async () => await ledger.callbacksOf(endpoint.id, await play.orders()),
        sent => sent.length > 0 && sent.every(callback => callback.attempts >= attempts), patience(limits.callbackMsMax))
    },
    async end () {
      await sleep(limits.quietMs, undefined, { signal: stop })
      over.abort()
      await listening
      if (asked) await look()
      const orders = await play.orders()
      const strikes = await play.strikes()
      // What did not go wrong was not tried.
      if (fault !== null && orders.length > 0 && strikes.length === 0) throw new NotTried(`the sandbox did not strike with ${fault}`)
      return { purchase, words, trouble, orders, digests: await ledger.digestsOf(orders), strikes }
    }
  }
  return play
}

function wordText ({ state, digests, paid }: ShopWord): string {
  return JSON.stringify([state, digests, paid])
}
