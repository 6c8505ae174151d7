// Every pass of the clockwork, with its rhythm and its bound.
import { proveWorld } from '../domain/orders/prove-world.ts'
import { purgeNonces } from '../domain/resellers/purge-nonces.ts'
import { rewrapUnderCurrentMaster } from '../domain/secrets/rewrap-under-current-master.ts'
import { abortStaleImports } from '../domain/stock/abort-stale-imports.ts'
import { expireLots } from '../domain/stock/expire-lots.ts'
import { joinRanges } from '../domain/stock/join-ranges.ts'
import { postCosts } from '../domain/wallet/post-costs.ts'
import type { World } from '../domain/world.ts'

export interface Pass {
  readonly name: string
  readonly everyMs: number
  /** Does a bounded piece of work and answers how much of it there was; 0 when nothing is left. */
  run (): Promise<number>
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const noncesPerRun = 10_000
const lotsPerRun = 200
const rowsPerRun = 500

/** The passes of one world. */
export function passesOf (world: World): readonly Pass[] {
  return [
    { name: 'expire lots', everyMs: 5 * second, run: () => expireLots(world.db, lotsPerRun) },
    { name: 'join ranges', everyMs: minute, run: () => joinRanges(world.db, rowsPerRun) },
    { name: 'abort stale imports', everyMs: minute, run: () => abortStaleImports(world.db, rowsPerRun) },
    { name: 'post costs', everyMs: 10 * second, run: () => postCosts(world.db, lotsPerRun) },
    { name: 'purge nonces', everyMs: 10 * second, run: () => purgeNonces(world.db, noncesPerRun) },
    { name: 'rewrap under the current master key', everyMs: minute, run: () => rewrapUnderCurrentMaster(world.db, world.masterKeys, rowsPerRun) },
    { name: 'prove the books', everyMs: hour, run: () => proveOrFail(world) }
  ]
}

/** A fault in the books is told as loudly as a pass can: it fails with every fault found. */
async function proveOrFail (world: World): Promise<number> {
  const faults = await proveWorld(world.bulkDb)
  if (faults.length > 0) throw new UnsoundBooks(faults)
  return 0
}

/** What the proving pass found; ids, counts and amounts only. */
export class UnsoundBooks extends Error {
  constructor (faults: readonly string[]) {
    super(`the books are unsound:\n  ${faults.join('\n  ')}`)
    this.name = 'UnsoundBooks'
  }
}
