// The judge: decides I1–I14 from a world's rows and the journals alone. It shares no code with the app.
import postgres from 'postgres'
import { bookJudgements } from './books.ts'
import { callbackJudgements, quietJudgements } from './callbacks.ts'
import { codeJudgements } from './codes.ts'
import { heldJudgements, overdueJudgements } from './held.ts'
import { judgeHeardOrders } from './heard-orders.ts'
import type { World } from './journal.ts'
import { judgeRows, inWorld, type Reader, type Verdict } from './judgement.ts'
import { linkJudgements } from './links.ts'
import { judgeOrderEvents } from './order-events.ts'
import { orderJudgements } from './orders.ts'
import { judgePrices } from './prices.ts'
import { readJournals } from './read-journals.ts'
import { judgeReceived } from './received-callbacks.ts'
import { revealJudgements } from './reveals.ts'
import { tenantJudgements } from './tenants.ts'

export { faultsToldMax, type Verdict } from './judgement.ts'

export interface Case {
  /** The owner's address of the database (postgres://…). */
  readonly database: string
  readonly world: World
  /** A folder of journals; undefined when only the rows are judged. */
  readonly journals?: string | undefined
  /** How many orders there are, when whoever asks was told of every one of them. */
  readonly ordersExpected?: number | undefined
  /** Workers have had the time to finish: what is still on its way, or past its time, is a fault. */
  readonly quiet?: true | undefined
}

/** Judges a world at one moment, after all that its journals say; a verdict for each judgement. */
export async function judge ({ database, world, journals: folder, ordersExpected, quiet }: Case): Promise<readonly Verdict[]> {
  // Journals first: the rows are then at least as new.
  const journals = folder === undefined ? undefined : await readJournals(folder)
  const sql = connect(database)
  try {
    return await sql.begin('isolation level repeatable read read only', async read => [
      ...await judgeWorld(read, world),
      ...quiet ? await judgeRows(read, world, lateJudgements) : [],
      ...ordersExpected === undefined ? [] : [await judgeCount(read, world, ordersExpected)],
      ...journals ? [...await judgeHeardOrders(read, world, journals), ...await judgeReceived(read, world, journals)] : []
    ])
  } finally {
    await sql.end()
  }
}

/** All that the rows of a world say at any moment, whatever is under way. `read` sees one moment, as the owner of the database. */
export async function judgeWorld (read: Reader, world: World): Promise<readonly Verdict[]> {
  return [
    ...await judgeRows(read, world, rowJudgements),
    ...await judgeOrderEvents(read, world),
    ...await judgePrices(read, world)
  ]
}

/** What must not be late, in a world whose workers have had the time to finish. */
export const lateJudgements = [...overdueJudgements, ...quietJudgements]

const rowJudgements = [
  ...codeJudgements, ...bookJudgements, ...orderJudgements, ...heldJudgements, ...callbackJudgements, ...revealJudgements,
  ...tenantJudgements, ...linkJudgements
]

async function judgeCount (read: Reader, world: World, expected: number): Promise<Verdict> {
  const [row] = await read.unsafe<[{ count: number }]>(inWorld(world, 'select count(*)::int as count from @orders'))
  const faults = row.count === expected ? [] : [`${row.count} orders, ${expected} were acknowledged`]
  return { invariant: 'I4', says: 'there are exactly the orders that were acknowledged', looked: row.count, faults }
}

/** One connection without limits of time. A folder as `host` is the place of a Unix socket, which the driver does not know. */
function connect (database: string): postgres.Sql<{ bigint: bigint }> {
  const url = new URL(database)
  const host = url.searchParams.get('host')
  const port = url.searchParams.get('port') ?? (url.port || '5432')
  url.searchParams.delete('host')
  url.searchParams.delete('port')
  return postgres(url.href, {
    ...host?.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { ...host !== null && { host }, port: Number(port) },
    max: 1,
    types: { bigint: postgres.BigInt },
    onnotice: () => {},
    connection: { application_name: 'judge', jit: false, statement_timeout: 0, work_mem: '256MB' }
  })
}
