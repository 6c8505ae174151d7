// The whole of a file is checked before anything is kept: what is wrong with which line, what is short, what it costs now. Each
// line is priced by its own quantity, as the order that will hold it does.
import { setImmediate as turn } from 'node:timers/promises'
import { reportErrorsMax, reportSkusMax, type BulkLineFault, type BulkOrderReport } from '../../../schema/rest/bulk-orders.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { amountMax, formatAmount, lineTotal, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { BookSku, Buyer, PriceBook } from '../pricing/price-book.ts'
import type { FileLines } from './file-lines.ts'

/** What came of checking a file; `skuIds` are those of the file's SKU texts. */
export interface CheckedFile {
  readonly report: BulkOrderReport
  readonly valid: boolean
  readonly skuIds: readonly (Uuid | undefined)[]
  readonly currency: Currency | null
  readonly lines: number
  readonly quantity: number
  /** Of all lines without errors. */
  readonly total: Amount
}

/** Lines checked between two turns of the event loop: a few milliseconds. */
const linesPerTurn = 2_000
const skusPerStatement = 5_000

/**
 * Checks every line for a buyer; `wanted` is the currency that was asked for. Throws `invalid_request` for a total too large to be
 * paid by anybody.
 */
export async function checkLines (read: Reader, prices: PriceBook, buyer: Buyer, wanted: Currency | null, file: FileLines): Promise<CheckedFile> {
  const skuIds = await resolveSkus(read, file.skuTexts)
  const sums = skuIds.map(id => sumOf(id === undefined ? undefined : prices.sku(id)))
  const currency = wanted ?? sums.find(sum => sum.sku)?.sku?.currency ?? null
  const errors = errorList(file)
  const seen = new Map<string, number>()
  let total = 0n
  let quantity = 0
  for (let i = 0; i < file.numbers.length; i++) {
    if (i % linesPerTurn === linesPerTurn - 1) await turn()
    const sum = sums[file.skus[i]!]!
    const wants = file.quantities[i]!
    const before = errors.count
    refuseRepeat(file.references[i]!, file.numbers[i]!, seen, errors)
    const price = checkLine(file.numbers[i]!, wants, sum, prices, buyer, currency, errors)
    quantity += wants
    sum.lines++
    sum.quantity += wants
    if (price === undefined || errors.count > before) continue
    const lineCost = lineTotal(price, wants, currency!)
    total += lineCost
    sum.total += lineCost
    sum.mixed ||= sum.unitPrice !== undefined && sum.unitPrice !== price
    sum.unitPrice = price
  }
  if (total > amountMax) {
    const detail = `come to more than ${formatAmount(amountMax, currency!)} ${currency}`
    throw new Problem('invalid_request', `The lines ${detail}.`, { errors: [{ pointer: '/lines', detail }] })
  }
  const lines = file.numbers.length + file.unreadableCount
  const report = {
    lines,
    quantity,
    currency,
    total: currency === null ? null : formatAmount(total, currency),
    ...errors.told(),
    ...await readShort(read, sums),
    wallet: currency === null ? null : await readCover(read, buyer.resellerId, currency, total),
    ...skuSums(sums, currency)
  }
  return { report, valid: errors.count === 0, skuIds, currency, lines, quantity, total }
}

/** The ids of SKUs named by id or by plain number; what names none is undefined. */
async function resolveSkus (read: Reader, texts: readonly string[]): Promise<readonly (Uuid | undefined)[]> {
  const numbers = texts.filter(text => plainNumber.test(text))
  const ids = new Map<string, Uuid>()
  for (let from = 0; from < numbers.length; from += skusPerStatement) {
    const asked = numbers.slice(from, from + skusPerStatement)
    const rows = await read<{ number: bigint, id: Uuid }[]>`select number, id from skus where number = any(${bareArray(asked)}::bigint[])`
    for (const { number, id } of rows) ids.set(String(number), id)
  }
  return texts.map(text => readId('sku', text) ?? ids.get(text))
}

const plainNumber = /^[1-9]\d{0,15}$/

/** What the lines of a SKU come to. */
interface SkuSum {
  readonly sku: BookSku | undefined
  lines: number
  quantity: number
  total: Amount
  unitPrice: Amount | undefined
  mixed: boolean
}

function sumOf (sku: BookSku | undefined): SkuSum {
  return { sku, lines: 0, quantity: 0, total: 0n, unitPrice: undefined, mixed: false }
}

interface ErrorList {
  readonly count: number
  add (line: number, code: BulkLineFault, detail: string): void
  told (): Pick<BulkOrderReport, 'errors' | 'errors_count'>
}

/** Counts all errors and keeps the first; those of unreadable lines are there from the start. */
function errorList ({ unreadable, unreadableCount }: FileLines): ErrorList {
  const kept: BulkOrderReport['errors'] = []
  let count = unreadableCount
  return {
    get count () { return count },
    add (line, code, detail) {
      count++
      if (kept.length < reportErrorsMax) kept.push({ line, code, detail })
    },
    told () {
      const cells = unreadable.map(({ line, detail }) => ({ line, code: 'invalid_request' as const, detail }))
      return { errors: [...cells, ...kept].sort((a, b) => a.line - b.line).slice(0, reportErrorsMax), errors_count: count }
    }
  }
}

function refuseRepeat (reference: string, line: number, seen: Map<string, number>, errors: ErrorList): void {
  if (reference === '') return
  const first = seen.get(reference)
  if (first === undefined) seen.set(reference, line)
  else errors.add(line, 'reference_reused', `Its reference stands in line ${first} too.`)
}

/** The unit price of a line, when it can be ordered; the faults are those of orders. */
function checkLine (
  line: number, quantity: number, { sku }: SkuSum, prices: PriceBook, buyer: Buyer, currency: Currency | null, errors: ErrorList
): Amount | undefined {
  if (!sku) {
    errors.add(line, 'sku_not_found', 'There is no such SKU.')
    return undefined
  }
  const price = prices.quote(buyer, sku.id, quantity)?.unitPrice
  if (sku.kind !== 'code') errors.add(line, 'sku_not_for_sale', 'Top-ups cannot be ordered yet.')
  else if (sku.status !== 'active') errors.add(line, 'sku_not_for_sale', `The SKU is ${sku.status}.`)
  else if (price === undefined) errors.add(line, 'price_missing', 'No price is set for your level.')
  if (sku.currency !== currency) errors.add(line, 'currency_mixed', `It is in ${sku.currency}, not ${currency}: send a file for each.`)
  if (quantity < sku.quantityMin) errors.add(line, 'quantity_out_of_bounds', `The minimum is ${sku.quantityMin}.`)
  else if (quantity > sku.quantityMax) errors.add(line, 'quantity_out_of_bounds', `The maximum is ${sku.quantityMax}.`)
  else if (quantity % sku.quantityStep !== 0) errors.add(line, 'quantity_off_step', `It must be a multiple of ${sku.quantityStep}.`)
  return price
}

async function readShort (read: Reader, sums: readonly SkuSum[]): Promise<Pick<BulkOrderReport, 'short' | 'short_count'>> {
  const wanted = new Map<Uuid, number>()
  for (const { sku, quantity } of sums) if (sku) wanted.set(sku.id, (wanted.get(sku.id) ?? 0) + quantity)
  const ids = [...wanted.keys()]
  const available = new Map<Uuid, number>()
  for (let from = 0; from < ids.length; from += skusPerStatement) {
    const rows = await read<{ id: Uuid, available: number }[]>`
      select sku_id as id, available from stock where sku_id = any(${bareArray(ids.slice(from, from + skusPerStatement))}::uuid[])`
    for (const row of rows) available.set(row.id, row.available)
  }
  const short = ids.filter(id => (available.get(id) ?? 0) < wanted.get(id)!)
  return {
    short: short.slice(0, reportSkusMax).map(id => ({ sku: showId('sku', id), wanted: wanted.get(id)!, available: available.get(id) ?? 0 })),
    short_count: short.length
  }
}

async function readCover (read: Reader, resellerId: Uuid, currency: Currency, total: Amount): Promise<BulkOrderReport['wallet']> {
  const [wallet] = await read<{ usable: Amount }[]>`
    select balance + credit_limit as usable from accounts where owner_id = ${resellerId} and kind = 'wallet' and currency = ${currency}`
  if (!wallet) return null
  const missing = total > wallet.usable ? total - wallet.usable : 0n
  return { available: formatAmount(wallet.usable, currency), missing: formatAmount(missing, currency) }
}

/** The sums per SKU; a SKU that the file names by id and by number is one. */
function skuSums (sums: readonly SkuSum[], currency: Currency | null): Pick<BulkOrderReport, 'skus' | 'skus_count'> {
  const merged = new Map<Uuid, SkuSum>()
  for (const sum of sums) {
    if (!sum.sku) continue
    const other = merged.get(sum.sku.id)
    if (other) {
      other.lines += sum.lines
      other.quantity += sum.quantity
      other.total += sum.total
      other.mixed ||= sum.mixed || (other.unitPrice !== undefined && sum.unitPrice !== undefined && other.unitPrice !== sum.unitPrice)
      other.unitPrice ??= sum.unitPrice
    } else merged.set(sum.sku.id, { ...sum })
  }
  const skus = [...merged].slice(0, reportSkusMax).map(([id, { lines, quantity, total, unitPrice, mixed }]) => ({
    sku: showId('sku', id),
    lines,
    quantity,
    unit_price: unitPrice === undefined || mixed ? null : formatAmount(unitPrice, currency!),
    total: formatAmount(total, currency!)
  }))
  return { skus, skus_count: merged.size }
}
