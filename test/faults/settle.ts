// The end of a run: everything is healed, and what is under way comes to its end within a bound.
import { setTimeout as pause } from 'node:timers/promises'
import { readId } from '../../src/base/ids.ts'
import { failureKind } from '../../src/postgres/failure.ts'
import type { Rig } from './open-rig.ts'
import { isDead, type Receiver } from './receivers.ts'

const lookEveryMs = 250

/** Undoes whatever is still done to the rig. */
export async function heal (rig: Rig): Promise<void> {
  await rig.room?.clear()
  for (const line of rig.lines.values()) line.heal()
  for (const one of rig.processes.values()) {
    one.thaw()
    one.jump?.(0)
  }
  await rig.postgres.thaw()
  await rig.postgres.start()
  await Promise.all([...rig.processes.values()].map(one => one.ready()))
}

/** Waits until nothing is under way: files, holds, imports of events into deliveries, deliveries to receivers that take them. */
export async function quiet (rig: Rig, receivers: readonly Receiver[], msMax: number): Promise<void> {
  const taking = receivers.filter(({ manner }) => !isDead(manner)).map(({ endpoint }) => readId('endpoint', endpoint)!)
  let left: Readonly<Record<string, unknown>> = {}
  for (const until = Date.now() + msMax; Date.now() < until; await pause(lookEveryMs)) {
    const found = await look(rig, taking)
    if (!found) continue
    left = found
    if (Object.values(left).every(count => Number(count) === 0)) return
  }
  throw new Error(`what was under way did not come to its end in ${msMax} ms: ${JSON.stringify(left)}`)
}

/** What is under way; undefined while the database cannot be asked. */
async function look ({ owner }: Rig, taking: readonly string[]): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    // Nobody will use them any more: their time is over.
    await owner`update live.holds set expires_at = now() where state = 'active' and expires_at > now()`
    const [row] = await owner`
      select (select count(*) from live.bulk_orders where state in ('running', 'reserving', 'completing', 'releasing'))::int as files,
             (select count(*) from live.holds where state = 'active')::int as holds,
             (select count(*) from live.orders where state in ('awaiting_approval', 'reserved'))::int as held,
             (select count(*) from live.endpoints e join live.resellers r on r.id = e.reseller_id
              where e.fanned_to < r.event_sequence)::int as behind,
             (select count(*) from live.deliveries
              where state = 'due' and endpoint_id = any(${`{${taking.join(',')}}`}::uuid[]))::int as due`
    return row
  } catch (error) {
    if (failureKind(error) !== 'transient') throw error
    return undefined
  }
}
