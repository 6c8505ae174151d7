// Every change of state, written down by the database itself: triggers on each table that has states, whoever changes it.
import {
  approvalEntry, bulkOrderEntry, checkoutEntry, deliveryEntry, endpointEntry, holdEntry, importEntry, lineEntry, listingEntry, lotEntry,
  orderEntry, paybackEntry, paymentEntry, resellerEntry, standingOrderEntry
} from '../../schema/states.ts'
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

/** Begins to watch the live world; gives what reads the ways gone in each table so far. `db` is the owner of the database. */
export async function watchStates (db: Db): Promise<() => Promise<ReadonlyMap<StateTable, ReadonlySet<string>>>> {
  await db.unsafe(`
    create table ways_gone (table_name text, former text, latter text);
    create function note_way () returns trigger language plpgsql security definer set search_path = live as $$
    declare
      latter text := to_jsonb(new) ->> tg_argv[0];
      former text := case when tg_op = 'UPDATE' then to_jsonb(old) ->> tg_argv[0] end;
    begin
      if former is distinct from latter then insert into ways_gone values (tg_table_name, former, latter); end if;
      return null;
    end $$`)
  for (const table of tablesWithStates) {
    const column = stateTables[table][0]
    await db.unsafe(`create trigger note_way after insert or update on ${table} for each row execute function note_way('${column}')`)
  }
  return async () => {
    const rows = await db<{ name: StateTable, former: string | null, latter: string }[]>`
      select distinct table_name as name, former, latter from ways_gone`
    return new Map(tablesWithStates.map(table =>
      [table, new Set(rows.filter(row => row.name === table).map(row => wayOf(row.former, row.latter)))]))
  }
}
