import { createSecretKey, type KeyObject } from 'node:crypto'
import { newId, type Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import { newDataKey, unwrap, wrap, type MasterKeys } from '../../base/seal.ts'
import { bareArray, bytesArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lotKeyOwner } from '../secrets/owners.ts'
import type { CheckedRow } from './check-row.ts'
import { importLotsMax, type Import } from './import.ts'

export interface StagedLot {
  readonly id: number
  readonly key: KeyObject
  /** What each of its codes says of its expiry. */
  readonly expiry: { readonly expiresAt?: string }
  /** Codes so far: the next is number `size`. */
  size: number
}

/** The lots of an import that is being written, one for each expiry; `Infinity` is never. */
export interface StagedLots {
  /** The database's time, in milliseconds. */
  readonly nowMs: number
  has (expiresAtMs: number): boolean
  /** Makes the lots that are missing, each with a data key of its own. */
  add (tx: Tx, expiriesMs: readonly number[]): Promise<void>
  /** The rows of each lot, in their order. */
  group (rows: readonly CheckedRow[]): Map<StagedLot, CheckedRow[]>
  writeSizes (tx: Tx): Promise<void>
}

/** The lots an import has so far; the import is locked. */
export async function openStagedLots (tx: Tx, masterKeys: MasterKeys, open: Import): Promise<StagedLots> {
  const lots = new Map<number, StagedLot>()
  const rows = await tx<LotRow[]>`
    select id, public_id, size, wrapped_key, master_key, nullif(expires_at, 'infinity') as expires_at
    from lots where import_id = ${open.id}`
  for (const row of rows) {
    const bytes = unwrap(masterKeys, lotKeyOwner(row.public_id), { wrapped: row.wrapped_key, masterKey: row.master_key })
    const expiresAtMs = row.expires_at?.getTime() ?? Infinity
    lots.set(expiresAtMs, { id: row.id, key: createSecretKey(bytes), expiry: showExpiry(expiresAtMs), size: row.size })
  }
  const [clock] = await tx<{ now: Date }[]>`select now()`

  return {
    nowMs: clock!.now.getTime(),
    has: expiresAtMs => lots.has(expiresAtMs),
    async add (tx, expiriesMs) {
      const made = [...new Set(expiriesMs)].filter(ms => !lots.has(ms)).map(expiresAtMs => {
        const publicId = newId()
        const { bytes, key } = newDataKey()
        return { publicId, key, expiresAtMs, ...wrap(masterKeys, lotKeyOwner(publicId), bytes) }
      })
      if (lots.size + made.length > importLotsMax) {
        throw new Problem('import_invalid', `An import has at most ${importLotsMax} different expiries; split the file by expiry.`)
      }
      const ids = await insertLots(tx, open, masterKeys.current, made)
      for (const lot of made) {
        lots.set(lot.expiresAtMs, { id: ids.get(lot.publicId)!, key: lot.key, expiry: showExpiry(lot.expiresAtMs), size: 0 })
      }
    },
    group (rows) {
      const grouped = new Map<StagedLot, CheckedRow[]>()
      for (const row of rows) {
        const lot = lots.get(row.expiresAtMs)!
        const own = grouped.get(lot)
        if (own) own.push(row)
        else grouped.set(lot, [row])
      }
      return grouped
    },
    async writeSizes (tx) {
      const all = [...lots.values()]
      await tx`
        update lots set size = written.size
        from unnest(${bareArray(all.map(lot => lot.id))}::int[], ${bareArray(all.map(lot => lot.size))}::int[]) as written (id, size)
        where lots.id = written.id and lots.size <> written.size`
    }
  }
}

interface LotRow { id: number, public_id: Uuid, size: number, wrapped_key: Buffer, master_key: string, expires_at: Date | null }

interface NewLot { readonly publicId: Uuid, readonly expiresAtMs: number, readonly wrapped: Buffer }

async function insertLots (tx: Tx, open: Import, masterKey: string, lots: readonly NewLot[]): Promise<ReadonlyMap<Uuid, number>> {
  const rows = await tx<{ id: number, public_id: Uuid }[]>`
    insert into lots (public_id, sku_id, import_id, supplier, unit_cost, currency, expires_at, state, wrapped_key, master_key)
    select public_id, ${open.skuId}, ${open.id}, ${open.supplier}, ${open.unitCost}, ${open.currency},
           expires_at, 'staged', wrapped, ${masterKey}
    from unnest(${bareArray(lots.map(lot => lot.publicId))}::uuid[],
                ${quotedArray(lots.map(lot => timestampOf(lot.expiresAtMs)))}::timestamptz[],
                ${bytesArray(lots.map(lot => lot.wrapped))}::bytea[]) as made (public_id, expires_at, wrapped)
    returning id, public_id`
  assert(rows.length === lots.length, 'every lot that was made')
  return new Map(rows.map(row => [row.public_id, row.id]))
}

function timestampOf (ms: number): string {
  return ms === Infinity ? 'infinity' : new Date(ms).toISOString()
}

function showExpiry (ms: number): StagedLot['expiry'] {
  return ms === Infinity ? {} : { expiresAt: new Date(ms).toISOString().replace('.000Z', 'Z') }
}
