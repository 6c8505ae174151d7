// A checked file becomes a bulk order: one row and, when every line is right, its chunks. Nothing moves yet.
import { setImmediate as turn } from 'node:timers/promises'
import type { BulkFormat, Currency, Fill } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { linesPerChunk } from './bulk-order.ts'
import type { CheckedFile } from './check-lines.ts'
import type { FileLines } from './file-lines.ts'

/** What is asked for beside the lines. */
export interface BulkOrderWish {
  readonly resellerId: Uuid
  readonly reference: string
  readonly format: BulkFormat
  readonly fill: Fill
  readonly currency: Currency | null
  readonly costCenter: string | null
  readonly keyId: string
  readonly ip: string
  readonly sha256: Buffer
}

/** Chunks written by one statement: some ten thousand lines. */
const chunksPerStatement = 40

/** Writes a bulk order under a new id. */
export async function createBulkOrder (tx: Tx, id: Uuid, wish: BulkOrderWish, file: FileLines, checked: CheckedFile): Promise<void> {
  const chunks = checked.valid ? Math.ceil(file.numbers.length / linesPerChunk) : 0
  await tx`
    insert into bulk_orders (reseller_id, id, reference, state, format, fill, currency, cost_center, lines, quantity, total, report, sha256, key_id,
                             ip, chunks)
    values (${wish.resellerId}, ${id}, ${wish.reference}, ${checked.valid ? 'validated' : 'invalid'}, ${wish.format}, ${wish.fill},
            ${checked.currency}, ${wish.costCenter}, ${checked.lines}, ${checked.quantity}, ${checked.total}, ${tx.json(checked.report as never)},
            ${wish.sha256}, ${wish.keyId}, ${wish.ip}, ${chunks})`
  for (let first = 0; first < chunks; first += chunksPerStatement) {
    await insertChunks(tx, id, first, Math.min(chunksPerStatement, chunks - first), file, checked.skuIds)
    await turn()
  }
}

async function insertChunks (tx: Tx, id: Uuid, first: number, count: number, file: FileLines, skuIds: CheckedFile['skuIds']): Promise<void> {
  const chunks = Array.from({ length: count }, (_, n) => {
    const from = (first + n) * linesPerChunk
    return { chunk: first + n, from, to: Math.min(from + linesPerChunk, file.numbers.length) }
  })
  await tx`
    insert into bulk_chunks (bulk_id, chunk, line_numbers, sku_ids, quantities, line_references)
    select ${id}, chunk, line_numbers::int[], sku_ids::uuid[], quantities::int[], line_references::text[] from unnest(
      ${bareArray(chunks.map(({ chunk }) => chunk))}::int[],
      ${quotedArray(chunks.map(({ from, to }) => bareArray(file.numbers.slice(from, to))))}::text[],
      ${quotedArray(chunks.map(({ from, to }) => bareArray(file.skus.slice(from, to).map(sku => skuIds[sku]!))))}::text[],
      ${quotedArray(chunks.map(({ from, to }) => bareArray(file.quantities.slice(from, to))))}::text[],
      ${quotedArray(chunks.map(({ from, to }) => quotedArray(file.references.slice(from, to))))}::text[]
    ) as new (chunk, line_numbers, sku_ids, quantities, line_references)`
}
