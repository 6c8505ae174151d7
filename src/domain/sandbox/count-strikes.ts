import { callbackFaults, type CallbackFault, type SandboxFault } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import type { FaultWish, Strike, TestWorld } from './faults.ts'

/** A call that asks for faults. */
export interface FaultyCall {
  readonly resellerId: Uuid
  /** The method and the address, as the journal tells it. */
  readonly told: string
  /** What tells the call apart from others. */
  readonly identity: string
  /** Its reference, if it has one: then a strike is once for ever, else in turns. */
  readonly reference: string | null
}

/**
 * Counts a call and says which of the faults strike it: the first `times` calls with a reference; of others so many in a row, then
 * one not.
 */
export async function countStrikes (world: TestWorld, call: FaultyCall, wishes: readonly FaultWish[]): Promise<readonly Strike[]> {
  return await transact(world.db, async tx => {
    const seen = await count(tx, call, wishes)
    const struck = wishes.filter(({ fault, times }) => {
      if (times === null) return true
      const nth = seen.get(fault)! - 1
      return call.reference === null ? nth % (times + 1) < times : nth < times
    }).map(({ fault, parameters }) => ({ fault, parameters }))
    // A callback is struck when it is sent, and told of then.
    await keep(tx, call, struck.filter(({ fault }) => !callbackFaults.includes(fault as CallbackFault)))
    return struck
  })
}

async function count (
  tx: Tx, { resellerId, identity }: FaultyCall, wishes: readonly FaultWish[]
): Promise<ReadonlyMap<SandboxFault, number>> {
  const counted = wishes.filter(({ times }) => times !== null).map(({ fault }) => fault).sort()
  const rows = await tx<{ fault: SandboxFault, seen: number }[]>`
    insert into sandbox_calls (reseller_id, call, fault, seen)
    select ${resellerId}::uuid, ${identity}, fault, 1 from unnest(${quotedArray(counted)}::text[]) as fault
    on conflict (reseller_id, call, fault) do update set seen = sandbox_calls.seen + 1, seen_at = now()
    returning fault, seen`
  return new Map(rows.map(({ fault, seen }) => [fault, seen]))
}

async function keep (tx: Tx, { resellerId, told, reference }: FaultyCall, strikes: readonly Strike[]): Promise<void> {
  await tx`
    insert into sandbox_strikes (reseller_id, id, fault, parameters, call, reference)
    select ${resellerId}::uuid, id, fault, parameters, ${told}, ${reference}
    from unnest(${bareArray(strikes.map(() => newId()))}::uuid[], ${quotedArray(strikes.map(({ fault }) => fault))}::text[],
      ${quotedArray(strikes.map(({ parameters }) => JSON.stringify(parameters)))}::jsonb[]) as strike (id, fault, parameters)`
}
