// Delivering: lease what is due, sign it, send it outside of any transaction, settle what came back. One pass settles what has ended
// and leases as much as there is room for; the sends it began go on by themselves, and ask for the next pass when they end. So a
// receiver that takes its time holds nothing but its own places, and what is in flight has a bound.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { signCallback, type CallbackSigners } from '../base/callback-signature.ts'
import { showId } from '../base/ids.ts'
import type { CallbackKey } from '../domain/callbacks/callback-keys.ts'
import { openSigners } from '../domain/callbacks/callback-keys.ts'
import { leaseDeliveries, type Destination, type LeasedDelivery } from '../domain/callbacks/lease-deliveries.ts'
import { countOrders } from '../domain/callbacks/count-orders.ts'
import { callbackHeaders } from '../domain/callbacks/read-callback.ts'
import { isTaken, releaseLeases, settleDeliveries, type AttemptOutcome, type AttemptResult } from '../domain/callbacks/settle-deliveries.ts'
import { callbackBody, callbackBytesMax } from '../domain/events/event-view.ts'
import type { World } from '../domain/world.ts'
import type { Sender, SendOutcome } from '../outgoing/send-callback.ts'
import type { BendLeased } from './bend-callbacks.ts'
import { openPace, restMsMin } from './give-way.ts'
import type { PassOutcome } from './loop.ts'

export const inFlightMax = 1_000
/** Places for endpoints that fail: many of them together leave the others theirs. */
export const failingInFlightMax = 250
const settledAtOnceMax = 1_000
/** How long sends may go on when the worker is told to end. */
const drainMsMax = 1_000

export interface DeliverNeeds extends Pick<World, 'callbackDb' | 'masterKeys' | 'clock'> {
  readonly callbackKey: CallbackKey
}

export interface DeliverOptions {
  readonly sender: Sender
  /** Called when the next pass has something to do. */
  readonly hint?: () => void
  readonly count?: (outcome: AttemptOutcome, count: number) => void
  readonly time?: (ms: number) => void
  /** The test world’s: says what is sent of what was leased. */
  readonly bend?: BendLeased | undefined
}

export interface Delivering {
  readonly inFlight: number
  /** One pass. */
  run (): Promise<PassOutcome>
  /** Passes until nothing is due and nothing is in flight. */
  untilIdle (): Promise<void>
  /** Waits a little for what is in flight, settles it, and gives the other leases back. No pass may run any more. */
  finish (): Promise<void>
}

/** Opens the delivering of one world in this process. */
export function openDelivering (world: DeliverNeeds, { sender, hint, count, time, bend }: DeliverOptions): Delivering {
  const worker = randomUUID()
  const ended: AttemptResult[] = []
  const inFlight = new Map<LeasedDelivery, Promise<void>>()
  let failing = 0
  let gathering: NodeJS.Timeout | undefined
  const pace = openPace()
  let resting: NodeJS.Timeout | undefined

  return {
    get inFlight () { return inFlight.size },
    async run () {
      const beganMs = performance.now()
      await settle()
      if (pace.isToLook(beganMs)) pace.looked(await countOrders(world.callbackDb), beganMs)
      const room = inFlightMax - inFlight.size - ended.length
      if (room <= 0) return 'done'
      const late = pace.late(beganMs)
      const leased = await leaseDeliveries(world.callbackDb, worker, { room, failingRoom: Math.max(0, failingInFlightMax - failing), late })
      const nowMs = performance.now()
      rest(pace.took(leased.filter(delivery => delivery.late).length, nowMs - beganMs, nowMs))
      begin(bend ? await bend(worker, leased) : leased)
      return leased.length > 0 ? 'more' : 'done'
    },
    async untilIdle () {
      while (await this.run() === 'more' || inFlight.size > 0 || ended.length > 0 || isResting()) {
        if (inFlight.size > 0) await Promise.race(inFlight.values())
        else if (isResting()) await pause(restMsMin)
      }
    },
    async finish () {
      clearTimeout(gathering)
      clearTimeout(resting)
      await Promise.race([Promise.all(inFlight.values()), pause(drainMsMax, undefined, { ref: false })])
      while (ended.length > 0) await settle()
      await releaseLeases(world.callbackDb, worker)
    }
  }

  function isResting (): boolean {
    return resting !== undefined
  }

  /** Asks for the next pass when the rest is over. */
  function rest (ms: number): void {
    clearTimeout(resting)
    resting = ms === 0
      ? undefined
      : setTimeout(() => {
        resting = undefined
        hint?.()
      }, ms)
  }

  async function settle (): Promise<void> {
    const results = ended.splice(0, settledAtOnceMax)
    if (results.length === 0) return
    try {
      const outcomes = await settleDeliveries(world.callbackDb, worker, results)
      for (const [outcome, counted] of Object.entries(outcomes)) if (counted > 0) count?.(outcome as AttemptOutcome, counted)
    } catch (error) {
      // Nothing of it was written, or it is not known: the lease guards against counting an attempt twice.
      ended.unshift(...results)
      throw error
    }
  }

  function begin (leased: readonly LeasedDelivery[]): void {
    const signers = new Map<Destination, CallbackSigners>()
    const signersOf = (destination: Destination): CallbackSigners => {
      let known = signers.get(destination)
      if (!known) signers.set(destination, known = openSigners(world.masterKeys, world.callbackKey, destination))
      return known
    }
    for (const delivery of leased) {
      if (delivery.destination.failing) failing++
      inFlight.set(delivery, attempt(delivery, signersOf).then(outcome => end(delivery, outcome)))
    }
  }

  async function attempt (delivery: LeasedDelivery, signersOf: (destination: Destination) => CallbackSigners): Promise<SendOutcome> {
    const { id, destination, url, event, sequence, simulated } = delivery
    if (event === null) return unsent('event_expired', world.clock())
    const timestamp = Math.floor(world.clock() / 1000)
    const body = callbackBody(event, { endpointId: destination.id, sequence, simulated })
    if (Buffer.byteLength(body) > callbackBytesMax) return unsent('body_too_large', world.clock())
    let signature
    try {
      signature = signCallback({ id: showId('delivery', id), timestamp, body }, signersOf(destination))
    } catch {
      // A secret that cannot be opened (a master key that is missing) keeps this endpoint waiting, and no other.
      return unsent('signing_failed', world.clock())
    }
    const headers = { ...callbackHeaders(id, timestamp), 'webhook-signature': signature }
    return await sender.send({ url: url ?? destination.url, headers, body })
  }

  function end (delivery: LeasedDelivery, outcome: SendOutcome): void {
    inFlight.delete(delivery)
    if (delivery.destination.failing) failing--
    // What was cut because this process ends was no attempt; its lease is given back.
    if (outcome.error === 'stopped') return
    const { id, destination, url, attempts } = delivery
    ended.push({ deliveryId: id, endpointId: destination.id, endpointUrl: destination.url, elsewhere: url !== null, attempts, ...outcome })
    if (isTaken(outcome)) time?.(outcome.durationMs)
    gathering ??= setTimeout(() => {
      gathering = undefined
      hint?.()
    }, pace.gatherMs(performance.now()))
  }
}

function unsent (error: SendOutcome['error'], nowMs: number): SendOutcome {
  return { status: null, error, answerHead: '', retryAfterMs: null, startedAt: new Date(nowMs), durationMs: 0 }
}
