// Callbacks that go wrong on demand, in the test world: between leasing and sending.
import { randomBytes } from 'node:crypto'
import { signCallback } from '../base/callback-signature.ts'
import { newId, showId } from '../base/ids.ts'
import type { LeasedDelivery } from '../domain/callbacks/lease-deliveries.ts'
import { callbackHeaders } from '../domain/callbacks/read-callback.ts'
import { callbackBody } from '../domain/events/event-view.ts'
import { bendDeliveries, tellForgery, type Forgery } from '../domain/sandbox/bend-deliveries.ts'
import type { World } from '../domain/world.ts'
import type { Sender } from '../outgoing/send-callback.ts'

/** What a worker sends of what it has leased. */
export type BendLeased = (worker: string, leased: readonly LeasedDelivery[]) => Promise<readonly LeasedDelivery[]>

const secretBytes = 32

export interface Bending {
  readonly bend: BendLeased
  /** Waits until no forged callback is under way. */
  untilIdle (): Promise<void>
}

/** Opens the bending of the test world’s callbacks; forged ones are sent aside, and no other waits for them. */
export function openBending (world: Pick<World, 'callbackDb' | 'clock'>, sender: Sender, report: (error: unknown) => void): Bending {
  const underway = new Set<Promise<void>>()
  return {
    async bend (worker, leased) {
      if (leased.length === 0) return leased
      const { send, forgeries } = await bendDeliveries(world.callbackDb, worker, leased)
      for (const forgery of forgeries) {
        const sending = forge(forgery).catch(report).finally(() => underway.delete(sending))
        underway.add(sending)
      }
      return send
    },
    async untilIdle () {
      await Promise.all(underway)
    }
  }

  async function forge ({ strikeId, deliveryId, leased }: Forgery): Promise<void> {
    const timestamp = Math.floor(world.clock() / 1000)
    const body = forgedBody(leased)
    // A secret that nobody has: well-formed, and wrong.
    const signature = signCallback({ id: showId('delivery', deliveryId), timestamp, body }, { secrets: [randomBytes(secretBytes)] })
    const headers = { ...callbackHeaders(deliveryId, timestamp), 'webhook-signature': signature }
    const outcome = await sender.send({ url: leased.url ?? leased.destination.url, headers, body })
    await tellForgery(world.callbackDb, strikeId, outcome)
  }
}

/** What one who knows an order’s reference would like its shop to believe: that it is cancelled, and its buyer to be paid back. */
function forgedBody ({ event, destination, sequence, simulated }: LeasedDelivery): string {
  const { data } = event!
  const { order } = data as { order?: Record<string, unknown> }
  const forged = order
    ? { type: 'order.cancelled' as const, data: { order: { ...order, state: 'cancelled', delivered: 0, total: '0.00' } } }
    : {}
  return callbackBody({ ...event!, ...forged, id: newId() }, { endpointId: destination.id, sequence, simulated })
}
