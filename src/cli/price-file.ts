import { readFile } from 'node:fs/promises'
import { parse as parseCsv } from 'csv-parse/sync'
import { priceRuleKinds, type PriceRuleKind } from '../../schema/vocabulary.ts'
import { RefusedError, UsageError } from './failures.ts'

/** Rules in one file: as many as one call sets, all of them or none. */
export const rulesPerFileMax = 1_000

/** A price rule as people write it, with names instead of ids; `place` is where it was written. */
export interface WrittenRule {
  readonly kind: PriceRuleKind
  readonly sku?: string | undefined
  readonly level?: string | undefined
  readonly reseller?: string | undefined
  readonly quantity?: string | undefined
  readonly amount?: string | undefined
  readonly rate?: string | undefined
  readonly reason?: string | undefined
  readonly place: string
}

/** Reads price rules from a CSV file with a header row. */
export async function readPriceFile (file: string): Promise<WrittenRule[]> {
  let records: Array<{ readonly record: Readonly<Record<string, string>>, readonly info: { readonly lines: number } }>
  try {
    records = parseCsv(await readFile(file), {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
      columns: (names: string[]) =>
        checkedHeader(
          names.map(name => name.trim().toLowerCase()),
          file
        )
    })
  } catch (error) {
    if (error instanceof UsageError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error
    throw new RefusedError('file_invalid', `${file} is not valid CSV: ${(error as Error).message}.`)
  }
  if (records.length > rulesPerFileMax) {
    throw new RefusedError(
      'file_invalid',
      `${file} has ${records.length} rules; at most ${rulesPerFileMax} are set at once. Divide it into several files.`
    )
  }
  return records.map(({ record, info }) => ruleOf(record, `${file} line ${info.lines}`))
}

const columns = ['kind', 'sku', 'level', 'reseller', 'quantity_min', 'amount', 'rate', 'reason']

function checkedHeader (names: string[], file: string): string[] {
  const unknown = names.find(name => !columns.includes(name))
  if (unknown !== undefined || !names.includes('kind')) {
    throw new UsageError(
      `${file} has no header row with kind and any of ${columns.slice(1).join(', ')}` +
        (unknown === undefined ? '.' : `; ${JSON.stringify(unknown)} is none of them.`)
    )
  }
  return names
}

function ruleOf (record: Readonly<Record<string, string>>, place: string): WrittenRule {
  const kind = record.kind as PriceRuleKind
  if (!priceRuleKinds.includes(kind)) throw new RefusedError('file_invalid', `${place}: the kind is one of ${priceRuleKinds.join(', ')}.`)
  const field = (name: string) => record[name] || undefined
  return {
    kind,
    place,
    sku: field('sku'),
    level: field('level'),
    reseller: field('reseller'),
    quantity: field('quantity_min'),
    amount: field('amount'),
    rate: field('rate'),
    reason: field('reason')
  }
}
