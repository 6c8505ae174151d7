// A snapshot is a value held in memory that is rebuilt when its version moves. The version stands in the table
// `snapshots`; writers raise it in the transaction that changes what the snapshot shows.
import { setTimeout as pause } from 'node:timers/promises'
import type { Db, Reader, Tx } from './pool.ts'
import { readOneMoment } from './transact.ts'

export type SnapshotName = 'prices' | 'keys' | 'gateways'

export interface Versioned { readonly version: bigint }

export interface Snapshot<Value extends Versioned> {
  readonly name: SnapshotName
  /** What was last loaded. */
  readonly current: Value
  /** The value at this version or a newer one, loading it if need be. */
  atLeast (version: bigint): Promise<Value>
}

const channel = 'kahub_snapshots'
export const snapshotPollMs = 1_000

/** Loads a snapshot for the first time. `load` reads in a transaction that sees one moment (repeatable read). */
export async function openSnapshot<Value extends Versioned> (
  db: Db, name: SnapshotName, load: (read: Reader, version: bigint) => Promise<Value>
): Promise<Snapshot<Value>> {
  let current = await reload()
  let loading: Promise<Value> | undefined

  return {
    name,
    get current () { return current },
    async atLeast (version) {
      while (current.version < version) {
        loading ??= reload().finally(() => { loading = undefined })
        const loaded = await loading
        if (loaded.version > current.version) current = loaded
      }
      return current
    }
  }

  async function reload (): Promise<Value> {
    return await readOneMoment(db, async read => {
      const [row] = await read<{ version: bigint }[]>`select version from snapshots where name = ${name}`
      return await load(read, row!.version)
    })
  }
}

/** Lets one writer of a snapshot in at a time. Taken before any other lock, so that what is checked still holds when it is written. */
export async function lockSnapshot (tx: Tx, name: SnapshotName): Promise<void> {
  await tx`select 1 from snapshots where name = ${name} for update`
}

/** Raises a snapshot's version: in the same transaction as the change, so that no reader sees the one without the other. */
export async function raiseSnapshot (tx: Tx, name: SnapshotName): Promise<void> {
  await tx`update snapshots set version = version + 1 where name = ${name}`
  await tx`select pg_notify(${channel}, current_schema())`
}

/** The versions in force as the reader sees them. */
export async function snapshotVersions (read: Reader): Promise<ReadonlyMap<SnapshotName, bigint>> {
  const rows = await read<{ name: SnapshotName, version: bigint }[]>`select name, version from snapshots`
  return new Map(rows.map(row => [row.name, row.version]))
}

/** The same, with the time by the database's clock. */
export async function snapshotVersionsAndTime (read: Reader): Promise<{ versions: ReadonlyMap<SnapshotName, bigint>, nowMs: number }> {
  const rows = await read<{ name: SnapshotName, version: bigint, now: Date }[]>`select name, version, clock_timestamp() as now from snapshots`.execute()
  return { versions: new Map(rows.map(row => [row.name, row.version])), nowMs: rows[0]!.now.getTime() }
}

/** Brings the snapshots of a world up to date; NOTIFY only makes the next pass come sooner. */
export async function refreshSnapshots (db: Db, snapshots: readonly Snapshot<Versioned>[]): Promise<number> {
  const versions = await snapshotVersions(db)
  let reloaded = 0
  for (const snapshot of snapshots) {
    const version = versions.get(snapshot.name)!
    if (snapshot.current.version < version) {
      await snapshot.atLeast(version)
      reloaded++
    }
  }
  return reloaded
}

/**
 * A refresh for those who met something the snapshots do not know: it begins after they asked, and all who ask within a short
 * while share it, so that however many ask, the database hears little of it. Answers whether anything was reloaded.
 */
export function sharedRefresh (refresh: () => Promise<number>): () => Promise<boolean> {
  let next: Promise<boolean> | undefined
  return () => {
    next ??= pause(sharedRefreshMs).then(async () => {
      next = undefined
      return await refresh() > 0
    })
    return next
  }
}

const sharedRefreshMs = 50

/** Calls `hint` whenever a snapshot may have moved, reconnections included; returns how to stop. */
export async function listenForSnapshots (db: Db, hint: () => void): Promise<() => Promise<void>> {
  const listening = await db.listen(channel, hint, hint)
  return () => listening.unlisten()
}
