import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Uuid } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { unwrap, type MasterKeys } from '../../base/seal.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { lotKeyOwner } from '../secrets/owners.ts'

/** How many lots' data keys a process holds unwrapped at once; the one used longest ago goes first. */
export const lotKeysMax = 1_000

/** The data keys of lots, unwrapped. */
export interface LotKeys {
  /** The key of each lot named; those not at hand are read with one statement. A lot that does not exist is our bug. */
  keysOf (read: Reader, lotIds: readonly number[]): Promise<ReadonlyMap<number, KeyObject>>
}

/** Holds the keys of the lots that were used last. A lot's key never changes (a new master key only wraps it anew), so none goes stale. */
export function openLotKeys (masterKeys: MasterKeys): LotKeys {
  // A Map keeps the order of insertion: what is taken out and put in again is the newest.
  const held = new Map<number, KeyObject>()

  return {
    async keysOf (read, lotIds) {
      const keys = new Map<number, KeyObject>()
      const missing = new Set<number>()
      for (const lotId of lotIds) {
        const key = held.get(lotId)
        if (!key) missing.add(lotId)
        else if (!keys.has(lotId)) hold(lotId, key, keys)
      }
      if (missing.size === 0) return keys
      const rows = await read<KeyRow[]>`
        select id, public_id, wrapped_key, master_key from lots where id = any(${bareArray([...missing])}::int[])`.execute()
      assert(rows.length === missing.size, 'a row for every lot whose codes are opened')
      for (const row of rows) {
        const bytes = unwrap(masterKeys, lotKeyOwner(row.public_id), { masterKey: row.master_key, wrapped: row.wrapped_key })
        hold(row.id, createSecretKey(bytes), keys)
      }
      return keys
    }
  }

  function hold (lotId: number, key: KeyObject, keys: Map<number, KeyObject>): void {
    keys.set(lotId, key)
    held.delete(lotId)
    held.set(lotId, key)
    if (held.size > lotKeysMax) held.delete(held.keys().next().value!)
  }
}

interface KeyRow { id: number, public_id: Uuid, wrapped_key: Buffer, master_key: string }
