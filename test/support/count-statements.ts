// What is asked of the database while something is done, heard in the driver.
import type { OpenWorlds } from '../../src/compose.ts'

/** The statements that a world’s pools send while something is done. */
export async function statementsOf ({ db, stepDb, bulkDb }: OpenWorlds['live'], work: () => Promise<unknown>): Promise<readonly string[]> {
  const sent: string[] = []
  const pools = [db, stepDb, bulkDb]
  const debug = (_connection: number, text: string) => {
    // What the process asks by itself every second, and the driver on each new connection.
    if (!/from snapshots|from pg_catalog\.pg_type/.test(text)) sent.push(text.replace(/\s+/g, ' ').trim())
  }
  for (const pool of pools) Object.assign(pool.options, { debug })
  try {
    await work()
  } finally {
    for (const pool of pools) Object.assign(pool.options, { debug: false })
  }
  return sent
}
