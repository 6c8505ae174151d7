// What a cell of a line says. A CSV cell is text that may have been through Excel; in JSON it has a type.
import { referenceLengthMax } from '../../../schema/rest/common.ts'
import type { LineTaker } from './file-lines.ts'

/** Adds a line of text cells, as a CSV has them. */
export function addTextLine (taker: LineTaker, line: number, skuCell: string, quantityCell: string, referenceCell: string): void {
  const sku = plainCell(skuCell)
  const quantityText = plainCell(quantityCell)
  const reference = plainCell(referenceCell)
  const fault = skuFault(sku) ?? textQuantityFault(quantityText) ?? referenceFault(reference)
  if (fault !== undefined) taker.refuse(line, fault)
  else taker.add(line, sku, Number(quantityText), reference)
}

/** Adds a line that is a JSON object. */
export function addJsonLine (taker: LineTaker, line: number, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return taker.refuse(line, 'It is not a JSON object.')
  for (const name of Object.keys(value)) {
    if (name !== 'sku' && name !== 'quantity' && name !== 'reference') {
      return taker.refuse(line, 'It has an unknown member; the members are sku, quantity and reference.')
    }
  }
  const { sku: skuMember, quantity, reference = '' } = value as { sku?: unknown, quantity?: unknown, reference?: unknown }
  const sku = typeof skuMember === 'number' ? String(skuMember) : skuMember
  if (typeof sku !== 'string') return taker.refuse(line, 'Its sku is neither the id of a SKU nor its plain number.')
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1) return taker.refuse(line, quantityExpected)
  if (typeof reference !== 'string') return taker.refuse(line, 'Its reference is not a string.')
  const fault = skuFault(sku) ?? referenceFault(reference)
  if (fault !== undefined) taker.refuse(line, fault)
  else taker.add(line, sku, quantity, reference)
}

/** A cell as it was meant: without the ' that keeps it from being a formula, and without Excel's ="…" around a text. */
export function plainCell (cell: string): string {
  if (cell === '') return cell
  const trimmed = cell.trim()
  if (trimmed.startsWith("'")) return trimmed.slice(1)
  return trimmed.startsWith('="') && trimmed.endsWith('"') && trimmed.length > 2 ? trimmed.slice(2, -1) : trimmed
}

const quantityExpected = 'Its quantity is not a whole number from 1.'
const shortenedNumber = /^\d(?:[.,]\d+)?E\+?\d+$/i
const skuLengthMax = 64

function skuFault (sku: string): string | undefined {
  if (sku === '') return 'It names no SKU.'
  if (sku.length > skuLengthMax) return `Its sku has more than ${skuLengthMax} characters.`
  if (shortenedNumber.test(sku)) return 'Its sku was shortened by a spreadsheet (like 1.2E+14): format the column as text, or use ids.'
  return undefined
}

function textQuantityFault (text: string): string | undefined {
  return wholeNumber.test(text) && Number(text) >= 1 ? undefined : quantityExpected
}

/** Fifteen digits are exact; a spreadsheet may add a point and zeros. */
const wholeNumber = /^\+?\d{1,15}(?:\.0+)?$/

function referenceFault (reference: string): string | undefined {
  if (reference.length > referenceLengthMax) return `Its reference has more than ${referenceLengthMax} characters.`
  return controlCharacter.test(reference) || !reference.isWellFormed() ? 'Its reference has a control character.' : undefined
}

const controlCharacter = /\p{Cc}/u
