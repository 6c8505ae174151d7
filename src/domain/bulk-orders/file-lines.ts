// The lines of a file as columns: a hundred thousand lines are a few arrays, not a hundred thousand objects. Readers add what
// they read; what goes beyond a bulk order ends the reading at once.
import { bulkCodesMax, bulkLinesMax } from '../../../schema/rest/bulk-orders.ts'
import { lineQuantityMax } from '../../../schema/rest/orders.ts'
import { Problem } from '../../base/problem.ts'

/** What stands in a file. */
export interface FileLines {
  /** The place of each line in the file, from 1. */
  readonly numbers: number[]
  /** For each line which of `skuTexts` it names. */
  readonly skus: number[]
  readonly quantities: number[]
  /** '' is none. */
  readonly references: string[]
  /** What names SKUs, each text once. */
  readonly skuTexts: string[]
  /** Lines whose cells cannot be read; they are in none of the columns. */
  readonly unreadable: UnreadableLine[]
  /** How many there are; those beyond `unreadableKeptMax` are only counted. */
  unreadableCount: number
}

export interface UnreadableLine { readonly line: number, readonly detail: string }

/** What a reader hands on: cells as they were read, or why they cannot be. */
export interface LineTaker {
  readonly lines: FileLines
  add (line: number, sku: string, quantity: number, reference: string): void
  refuse (line: number, detail: string): void
}

const unreadableKeptMax = 1_000

/** Takes lines in; throws `bulk_file_too_large` as soon as there are too many, or too many codes. */
export function takeLines (): LineTaker {
  const places = new Map<string, number>()
  const lines: FileLines = { numbers: [], skus: [], quantities: [], references: [], skuTexts: [], unreadable: [], unreadableCount: 0 }
  let codes = 0
  return {
    lines,
    add (line, sku, quantity, reference) {
      refuseOneMore(lines, line)
      if (quantity > lineQuantityMax) return this.refuse(line, `quantity is ${quantity}; a line is of up to ${lineQuantityMax} codes.`)
      codes += quantity
      if (codes > bulkCodesMax) throw tooManyCodes(`The lines up to line ${line} ask for more`)
      let place = places.get(sku)
      if (place === undefined) {
        place = lines.skuTexts.length
        places.set(sku, place)
        lines.skuTexts.push(sku)
      }
      lines.numbers.push(line)
      lines.skus.push(place)
      lines.quantities.push(quantity)
      lines.references.push(reference)
    },
    refuse (line, detail) {
      refuseOneMore(lines, line)
      lines.unreadableCount++
      if (lines.unreadable.length < unreadableKeptMax) lines.unreadable.push({ line, detail })
    }
  }
}

function refuseOneMore ({ numbers, unreadableCount }: FileLines, line: number): void {
  if (numbers.length + unreadableCount < bulkLinesMax) return
  throw new Problem('bulk_file_too_large', `A bulk order has up to ${bulkLinesMax} lines, and line ${line} is one more. Divide the file.`)
}

function tooManyCodes (told: string): Problem {
  return new Problem('bulk_file_too_large', `A bulk order is of up to ${bulkCodesMax} codes. ${told}. Divide the file.`)
}
