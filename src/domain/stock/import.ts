// An import brings codes into stock in three steps: it is created, takes its file in numbered parts, and is committed or
// aborted. Codes are written once, sealed, into lots that are `staged`: nothing of them can be seen or sold before the commit,
// which costs as much as the import has lots, whatever the number of codes.
//
// Rules: parts come in order and each is one transaction under the import's row lock; a part sent again is answered from the
// record. Parts for one issuer are written one after another, so that two imports of the same codes cannot wait for each
// other: whichever writes a code first has it, the other is refused. Locks: import → issuer, or import → stock row → lots.
import type { Currency, ImportState } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import type { PartFormat } from './read-rows.ts'

/** The most codes one import may bring. */
export const importCodesMax = 10_000_000
/** The largest part, in bytes. */
export const partBytesMax = 8 * 1024 * 1024
/** The most codes in one part. */
export const partRowsMax = 500_000
/** The most different expiries in one import; each is a lot. */
export const importLotsMax = 1_000
/** An import left alone for this long is aborted. */
export const importUntouchedHoursMax = 24

export interface Import {
  readonly id: Uuid
  readonly skuId: Uuid
  readonly issuerId: string
  readonly currency: Currency
  readonly supplier: string
  readonly unitCost: Amount
  /** For lines without an expiry of their own; null is never. */
  readonly expiresAt: Date | null
  readonly state: ImportState
  /** Parts taken so far: the next is parts + 1. */
  readonly parts: number
  /** The last line with a code in the last part, as the sender numbers its lines. */
  readonly lines: bigint
  readonly codes: bigint
  readonly createdBy: string
  readonly createdAt: Date
  readonly touchedAt: Date
}

/** A piece of an import's file, as it was sent. */
export interface Part {
  readonly importId: Uuid
  /** From 1, in order. */
  readonly part: number
  readonly format: PartFormat
  /** At most `partBytesMax`, its digest checked. */
  readonly body: Buffer
}

/** An import by id; throws `not_found`. */
export async function readImport (read: Reader, id: Uuid): Promise<Import> {
  const [row] = await read<Import[]>`${selectImport(read)} where i.id = ${id}`
  if (!row) throw importNotFound()
  return row
}

/** The same, its row locked: an import changes in one transaction at a time. */
export async function lockImport (tx: Tx, id: Uuid): Promise<Import> {
  const [locked] = await tx`select id from imports where id = ${id} for update`
  if (!locked) throw importNotFound()
  return await readImport(tx, id)
}

function selectImport (read: Reader) {
  return read`
    select i.id, i.sku_id as "skuId", p.issuer_id as "issuerId", s.currency, i.supplier,
           i.unit_cost as "unitCost", i.expires_at as "expiresAt", i.state, i.parts, i.lines, i.codes,
           i.created_by as "createdBy", i.created_at as "createdAt", i.touched_at as "touchedAt"
    from imports i join skus s on s.id = i.sku_id join products p on p.id = s.product_id`
}

function importNotFound (): Problem {
  return new Problem('not_found', 'There is no import with this id.')
}
