// The end of every run: the judge, which shares no code with the product, and the product's own proofs.
import { proveWorld } from '../../src/domain/prove-world.ts'
import { openPool } from '../../src/postgres/pool.ts'
import { judge } from '../judge/judge.ts'
import type { Say } from './open-rig.ts'

export interface Proven {
  readonly faults: readonly string[]
  /** How many rows and entries the judge looked at. */
  readonly looked: number
  /** Orders that were acknowledged and are not there; codes and references that are there twice. Told up to a bound of each sort. */
  readonly lost: number
  readonly double: number
}

/** Judges a world's rows and journals. `database` is the owner's address. When it is quiet, nothing may be on its way any more. */
export async function prove (
  database: string, journals: string, say: Say, work: 'quiet' | 'under way' = 'quiet', ordersExpected?: number
): Promise<Proven> {
  const startedMs = Date.now()
  const verdicts = await judge({ database, world: 'live', journals, ...(work === 'quiet' && { quiet: true }), ordersExpected })
  const faults = verdicts.flatMap(({ invariant, says, faults }) => faults.map(fault => `${invariant} ${says}: ${fault}`))
  const db = openPool(database, 'live', { connectionsMax: 2, statementTimeoutMs: 0, applicationName: 'kahub faults' })
  try {
    for (const fault of await proveWorld(db)) faults.push(`the product's own proof: ${fault}`)
  } finally {
    await db.end({ timeout: 1 })
  }
  const looked = verdicts.reduce((sum, verdict) => sum + verdict.looked, 0)
  const of = (...names: string[]) => verdicts.flatMap(({ invariant, faults }) => names.includes(invariant) ? faults : []).length
  say(`judged ${looked} rows and entries in ${((Date.now() - startedMs) / 1000).toFixed(1)} s: ${faults.length} faults`)
  return { faults, looked, lost: of('I4'), double: of('I1', 'I9') }
}
