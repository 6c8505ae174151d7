import { judge } from '../judge/judge.ts'
import type { House } from '../support/house.ts'

/** What the judge finds in the live world of a house, `invariant says: fault`. */
export async function judgeHouse ({ databaseUrl }: House): Promise<readonly string[]> {
  const verdicts = await judge({ database: databaseUrl, world: 'live' })
  return verdicts.flatMap(({ invariant, says, faults }) => faults.map(fault => `${invariant} ${says}: ${fault}`))
}
