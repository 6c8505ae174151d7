// What became of each line: chunks joined with the lines of their orders, a few chunks at a time, so that a hundred thousand lines
// are read in flat memory and no transaction stays open while somebody reads.
import { createHash } from 'node:crypto'
import type { BulkLineState, BulkOrderLine } from '../../../schema/rest/bulk-orders.ts'
import type { Currency, LineReason, LineState } from '../../../schema/vocabulary.ts'
import { csvCell } from '../../base/csv-cell.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { BulkOrder } from './bulk-order.ts'

export interface ResultFilter { readonly state: BulkLineState | null, readonly reference: string | null }

/** A line with its place: the chunk, and where in it, from 1. */
export interface ResultLine { readonly chunk: number, readonly place: number, readonly view: BulkOrderLine }

/** Where reading goes on: behind this place. */
export interface ResultPlace { readonly chunk: number, readonly place: number }

/** Chunks read by one statement: at first just enough for a page. */
const chunksFirst = 1
const chunksAtOnce = 20

/** The lines of a bulk order behind a place, in the order of rounds and lines, read as they are taken. */
export async function * readResultLines (read: Reader, bulk: BulkOrder, filter: ResultFilter, after: ResultPlace): AsyncGenerator<readonly ResultLine[]> {
  let count = chunksFirst
  for (let from = after.chunk; from < bulk.chunks; from += count, count = chunksAtOnce) {
    const lines = linesOf(bulk, await readChunks(read, bulk.id, from, count), await readOrderLines(read, bulk.id, from, count))
    yield lines.filter(({ chunk, place, view }) =>
      (chunk > after.chunk || place > after.place) &&
      (filter.state === null || view.state === filter.state) && (filter.reference === null || view.reference === filter.reference))
  }
}

/** The first lines behind a place, at most `count`. */
export async function readResultPage (read: Reader, bulk: BulkOrder, filter: ResultFilter, after: ResultPlace, count: number): Promise<readonly ResultLine[]> {
  const page: ResultLine[] = []
  for await (const lines of readResultLines(read, bulk, filter, after)) {
    page.push(...lines)
    if (page.length >= count) break
  }
  return page.slice(0, count)
}

/** From the start. */
export const firstPlace: ResultPlace = { chunk: 0, place: 0 }

/** The result as NDJSON; its last line is {"end":true,"count":…,"sha256":…} over the lines before it. */
export async function * resultAsNdjson (pieces: AsyncIterable<readonly ResultLine[]>): AsyncGenerator<string> {
  const digest = createHash('sha256')
  let count = 0
  for await (const lines of pieces) {
    const text = lines.map(({ view }) => JSON.stringify(view) + '\n').join('')
    digest.update(text)
    count += lines.length
    if (text !== '') yield text
  }
  yield JSON.stringify({ end: true, count, sha256: digest.digest('hex') }) + '\n'
}

/** The result as CSV with a header row, for spreadsheets: no cell is a formula. */
export async function * resultAsCsv (pieces: AsyncIterable<readonly ResultLine[]>): AsyncGenerator<string> {
  yield csvColumns.join(',') + '\r\n'
  for await (const lines of pieces) {
    const text = lines.map(({ view }) => csvColumns.map(name => csvCell(view[name])).join(',') + '\r\n').join('')
    if (text !== '') yield text
  }
}

const csvColumns = [
  'line', 'reference', 'round', 'sku', 'quantity', 'delivered', 'state', 'reason', 'unit_price', 'total', 'order', 'order_line'
] as const

interface ChunkRow {
  readonly chunk: number
  readonly round: number
  readonly lineNumbers: readonly number[]
  readonly skuIds: readonly Uuid[]
  readonly quantities: readonly number[]
  readonly references: readonly string[]
  readonly orderId: Uuid | null
  readonly reasons: readonly LineReason[] | null
  readonly retried: boolean
}

interface OrderLineRow {
  readonly orderId: Uuid
  readonly line: number
  readonly delivered: number
  readonly unitPrice: Amount
  readonly total: Amount
  readonly state: LineState
  readonly reason: LineReason | null
}

async function readChunks (read: Reader, bulkId: Uuid, from: number, count: number): Promise<readonly ChunkRow[]> {
  return await read<ChunkRow[]>`
    select chunk, round, line_numbers as "lineNumbers", sku_ids as "skuIds", quantities, line_references as "references", order_id as "orderId",
           reasons, retried
    from bulk_chunks where bulk_id = ${bulkId} and chunk >= ${from} and chunk < ${from + count} order by chunk`
}

async function readOrderLines (read: Reader, bulkId: Uuid, from: number, count: number): Promise<ReadonlyMap<Uuid, readonly OrderLineRow[]>> {
  const orders = await read<{ id: Uuid }[]>`
    select order_id as id from bulk_chunks where bulk_id = ${bulkId} and chunk >= ${from} and chunk < ${from + count} and order_id is not null`
  const rows = await read<OrderLineRow[]>`
    select order_id as "orderId", line, delivered, unit_price as "unitPrice", total, state, reason from order_lines
    where order_id = any(${bareArray(orders.map(order => order.id))}::uuid[]) order by order_id, line`
  return Map.groupBy(rows, row => row.orderId)
}

/** A chunk that was retried tells only of what it delivered: of the rest the later round tells. */
function linesOf ({ currency }: BulkOrder, chunks: readonly ChunkRow[], orderLines: ReadonlyMap<Uuid, readonly OrderLineRow[]>): ResultLine[] {
  return chunks.flatMap(chunk => {
    const bought = chunk.orderId === null ? undefined : orderLines.get(chunk.orderId)
    return chunk.lineNumbers.flatMap((line, i): ResultLine[] => {
      const row = bought?.[i]
      if (chunk.retried && (row?.delivered ?? 0) === 0) return []
      const view: BulkOrderLine = {
        line,
        reference: chunk.references[i] === '' ? null : chunk.references[i]!,
        round: chunk.round,
        sku: showId('sku', chunk.skuIds[i]!),
        quantity: chunk.quantities[i]!,
        delivered: row?.delivered ?? 0,
        state: row?.state ?? (chunk.reasons === null ? 'waiting' : 'refused'),
        reason: row ? row.reason : chunk.reasons?.[i] ?? null,
        unit_price: row ? formatAmount(row.unitPrice, currency as Currency) : null,
        total: row ? formatAmount(row.total, currency as Currency) : null,
        order: row ? showId('order', row.orderId) : null,
        order_line: row?.line ?? null
      }
      return [{ chunk: chunk.chunk, place: i + 1, view }]
    })
  })
}
