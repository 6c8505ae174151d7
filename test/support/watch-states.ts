// Every change of state, written down by the database itself: triggers on each table that has states, whoever changes it.
import {
  approvalEntry, bulkOrderEntry, checkoutEntry, deliveryEntry, endpointEntry, holdEntry, importEntry, lineEntry, listingEntry, lotEntry,
  orderEntry, paybackEntry, paymentEntry, resellerEntry, standingOrderEntry
} from '../../schema/states.ts'
import { worlds, type World } from '../../schema/vocabulary.ts'
import type { Db } from '../../src/postgres/pool.ts'

/** The tables whose rows have states, the column they are in, and from which states each may be entered. */
export const stateTables = {
  orders: ['state', orderEntry],
  order_lines: ['state', lineEntry],
  holds: ['state', holdEntry],
  approvals: ['state', approvalEntry],
  bulk_orders: ['state', bulkOrderEntry],
  standing_orders: ['state', standingOrderEntry],
  endpoints: ['state', endpointEntry],
  deliveries: ['state', deliveryEntry],
  imports: ['state', importEntry],
  lots: ['state', lotEntry],
  checkouts: ['state', checkoutEntry],
  payments: ['state', paymentEntry],
  paybacks: ['state', paybackEntry],
  products: ['status', listingEntry],
  skus: ['status', listingEntry],
  resellers: ['status', resellerEntry]
} as const satisfies Record<string, readonly [column: 'state' | 'status', entry: Readonly<Record<string, readonly (string | null)[]>>]>

export type StateTable = keyof typeof stateTables
export const tablesWithStates = Object.keys(stateTables) as StateTable[]

/** The ways of a table, `from → to`; `nothing` is before a row was there. */
export function allowedIn (table: StateTable): readonly string[] {
  const entries: [string, readonly (string | null)[]][] = Object.entries(stateTables[table][1])
  return entries.flatMap(([to, froms]) => froms.map(from => wayOf(from, to)))
}

/** Ways that were gone and that the tables do not have. */
export function forbiddenIn (gone: ReadonlyMap<StateTable, ReadonlySet<string>>): readonly string[] {
  return [...gone].flatMap(([table, ways]) => [...ways].filter(way => !allowedIn(table).includes(way)).map(way => `${table}: ${way}`))
}

export const wayOf = (from: string | null, to: string): string => `${from ?? 'nothing'} → ${to}`

/** Begins to watch both worlds of a database, and of all that are cloned from it. `db` is its owner. */
export async function watchStates (db: Db): Promise<void> {
  await db.unsafe(`
    create schema watch;
    create table watch.ways_gone (world text, table_name text, former text, latter text);
    create function watch.note_way () returns trigger language plpgsql security definer as $$
    begin
      insert into watch.ways_gone values (tg_table_schema, tg_table_name,
        case when tg_op = 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end, to_jsonb(new) ->> tg_argv[0]);
      return null;
    end $$`)
  for (const world of worlds) {
    for (const table of tablesWithStates) {
      const column = stateTables[table][0]
      await db.unsafe(`
        create trigger note_beginning after insert on ${world}.${table} for each row execute function watch.note_way('${column}');
        create trigger note_way after update on ${world}.${table} for each row when (old.${column} is distinct from new.${column})
          execute function watch.note_way('${column}')`)
    }
  }
}

/** The ways gone in each table of a world so far, in a house or in what was cloned from one that is watched. */
export async function waysGone (db: Db, world: World): Promise<ReadonlyMap<StateTable, ReadonlySet<string>>> {
  const rows = await db<{ name: StateTable, former: string | null, latter: string }[]>`
    select distinct table_name as name, former, latter from watch.ways_gone where world = ${world}`
  return new Map(tablesWithStates.map(table =>
    [table, new Set(rows.filter(row => row.name === table).map(row => wayOf(row.former, row.latter)))]))
}
