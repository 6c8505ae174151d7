// The invariants of a house by the judge, which shares nothing with the app: what does not hold is told as `invariant sentence: where`.
import type { World } from '../../schema/vocabulary.ts'
import type { Db } from '../../src/postgres/pool.ts'
import { judgeWorld } from '../judge/judge.ts'

/** Every place where an invariant does not hold in a world at one moment; none when all is well. `db` is the owner of the database. */
export async function proveHouse (db: Db, world: World): Promise<readonly string[]> {
  const verdicts = await db.begin('isolation level repeatable read read only', read => judgeWorld(read, world))
  return verdicts.flatMap(({ invariant, says, faults }) => faults.map(fault => `${invariant} ${says}: ${fault}`))
}
