// What a judgement is: a sentence about a world that holds at every moment, and SQL that finds where it does not.
import type postgres from 'postgres'
import type { World } from './journal.ts'

export interface Verdict {
  readonly invariant: string
  readonly says: string
  /** How much was looked at: rows, entries. A judgement over nothing proves nothing. */
  readonly looked: number
  /** What does not hold, `where: what`, at most `faultsToldMax`. */
  readonly faults: readonly string[]
}

export const faultsToldMax = 20

/** `@` stands for the schema of the world, in front of each of its tables. */
export interface Judgement {
  readonly invariant: string
  readonly says: string
  /** What is looked at, as a from clause. */
  readonly of: string
  /** A query that gives a `place` for each fault. */
  readonly faults: string
}

/** Where statements run: a connection, or a transaction that sees one moment. */
export type Reader = postgres.ISql<{ bigint: bigint }>

/** A verdict for each judgement, in their order. */
export async function judgeRows (read: Reader, world: World, judgements: readonly Judgement[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  const looked = new Map<string, number>()
  for (const { invariant, says, of, faults } of judgements) {
    if (!looked.has(of)) looked.set(of, await countOf(read, world, of))
    // Materialized: planned for few rows, which a limit asks for, a sound world would be read in nested loops.
    const told = `with found as materialized (${faults}) select place from found limit ${faultsToldMax}`
    const rows = await read.unsafe<{ place: string }[]>(inWorld(world, told))
    verdicts.push({ invariant, says, looked: looked.get(of)!, faults: rows.map(({ place }) => place) })
  }
  return verdicts
}

/** A statement as it is read in a world. */
export function inWorld (world: World, statement: string): string {
  return statement.replaceAll('#reset', resetIn[world]).replaceAll('@', `${world}.`)
}

/** Whether row r is of a reseller whose keys have gone on to another: a reset of the sandbox, whose record stands only there. */
const resetIn: Readonly<Record<World, string>> = {
  live: 'false',
  test: 'exists (select from @sandbox_resets where old_reseller_id = r.reseller_id)'
}

async function countOf (read: Reader, world: World, of: string): Promise<number> {
  const [row] = await read.unsafe<[{ count: number }]>(inWorld(world, `select count(*)::int as count from ${of}`))
  return row.count
}
