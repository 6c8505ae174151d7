import type { Currency } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { readExpiry } from './check-row.ts'
import { readImport, type Import } from './import.ts'

export interface NewImport {
  readonly reference: string
  readonly skuId: Uuid
  /** Per code, in the SKU's currency. */
  readonly unitCost: Amount
  readonly currency: Currency
  readonly supplier: string
  /** RFC 3339 date or date-time for lines without an expiry of their own. */
  readonly expiresAt?: string | undefined
  readonly createdBy: string
}

/** Opens an import; the same reference and fields again give the same import as it is now (`replayed`). */
export async function createImport (tx: Tx, wanted: NewImport): Promise<{ readonly import: Import, readonly replayed: boolean }> {
  const id = newId()
  const { reference, skuId, unitCost, currency, supplier, expiresAt } = wanted
  const fields = { sku: skuId, unit_cost: `${unitCost} ${currency}`, supplier, expires_at: expiresAt ?? null }
  const earlier = await claimReference(tx, { owner: 'operator', resource: 'import', reference, fields, resourceId: id })
  if (earlier !== undefined) return { import: await readImport(tx, earlier), replayed: true }

  const [sku] = await tx<{ currency: Currency, kind: string }[]>`
    select s.currency, p.kind from skus s join products p on p.id = s.product_id where s.id = ${skuId}`
  if (!sku) throw new Problem('sku_not_found', 'There is no SKU with this id.', { errors: [{ pointer: '/sku', detail: 'is unknown' }] })
  if (sku.kind !== 'code') throw refused('/sku', 'is a top-up: it has no codes')
  if (sku.currency !== currency) throw refused('/unit_cost/currency', `must be ${sku.currency}, the currency of the SKU`)
  if (unitCost < 0n) throw refused('/unit_cost/amount', 'must not be negative')
  const expiresAtMs = expiresAt === undefined ? null : readExpiry(expiresAt)
  if (expiresAtMs === undefined) throw refused('/expires_at', 'must be an RFC 3339 date or date-time')

  const [made] = await tx`
    insert into imports (id, sku_id, supplier, unit_cost, expires_at, state, created_by)
    select ${id}, ${skuId}, ${supplier}, ${unitCost}, expiry, 'open', ${wanted.createdBy}
    from (select ${expiresAtMs === null ? null : new Date(expiresAtMs).toISOString()}::timestamptz as expiry) as given
    where expiry is null or expiry > now() returning id`
  if (!made) throw refused('/expires_at', 'must be in the future')
  return { import: await readImport(tx, id), replayed: false }
}

function refused (pointer: string, detail: string): Problem {
  return new Problem('invalid_request', 'This cannot be imported.', { errors: [{ pointer, detail }] })
}
