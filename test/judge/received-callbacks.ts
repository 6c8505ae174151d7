// I8: what receivers wrote down against the deliveries.
import type { World } from './journal.ts'
import { faultsToldMax, inWorld, type Reader, type Verdict } from './judgement.ts'
import type { Journals } from './read-journals.ts'

const rowsAtOnce = 20_000

/**
 * Holds every delivery against what receivers took. Once there are receivers' journals, they are those of all endpoints; a callback that
 * went to an order's own address is nobody's.
 */
export async function judgeReceived (read: Reader, world: World, journals: Journals): Promise<readonly Verdict[]> {
  const unknown = new Map(journals.received)
  const [lost, other]: [string[], string[]] = [[], [...journals.contradictions]]
  let deliveries = 0
  const rows = read.unsafe<DeliveryRow[]>(inWorld(world, `
    select endpoint_id, sequence, event_id, type, state, url is not null as elsewhere from @deliveries`))
  if (journals.receptions > 0) {
    for await (const some of rows.cursor(rowsAtOnce)) {
      for (const { endpoint_id: endpoint, sequence, event_id: event, type, state, elsewhere } of some) {
        const place = `${endpoint} ${sequence}`
        const taken = journals.received.get(place)
        unknown.delete(place)
        if (taken && (taken.event !== event || taken.type !== type)) {
          other.push(`${place}: ${taken.type} was received, ${type} ${event} was sent`)
        }
        if (state !== 'delivered' || elsewhere) continue
        deliveries++
        if (taken?.taken) continue
        lost.push(`${place}: ${type} is delivered, and was ${taken ? 'refused' : 'not received with a signature that holds'}`)
      }
    }
  }
  const purged = await purgedEndpoints(read, world)
  for (const [place, { type }] of unknown) {
    if (!purged.has(place.split(' ')[0]!)) other.push(`${place}: ${type} was received, and never sent`)
  }
  const verdict = (says: string, looked: number, faults: readonly string[]): Verdict =>
    ({ invariant: 'I8', says, looked, faults: faults.slice(0, faultsToldMax) })
  return [
    verdict('every delivered callback was taken by its receiver, signed', deliveries, lost),
    verdict('what a receiver took is what was sent there', journals.received.size, other)
  ]
}

interface DeliveryRow {
  readonly endpoint_id: string
  readonly sequence: bigint
  readonly event_id: string
  readonly type: string
  readonly state: string
  readonly elsewhere: boolean
}

async function purgedEndpoints (read: Reader, world: World): Promise<ReadonlySet<string>> {
  const rows = await read.unsafe<{ id: string }[]>(inWorld(world, 'select id from @endpoints where purged > 0'))
  return new Set(rows.map(({ id }) => id))
}
