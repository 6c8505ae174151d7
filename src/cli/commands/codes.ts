import { basename } from 'node:path'
import { Option, type Command } from 'commander'
import { amount, positiveInteger, readOf, words } from '../arguments.ts'
import { examples } from '../examples.ts'
import { RefusedError, UsageError } from '../failures.ts'
import { findSku } from '../find.ts'
import { refuseFaults } from '../import/check-file.ts'
import { checkPath, importFile, type Outcome } from '../import/import-file.ts'
import { fileFormats, type FileFormat } from '../import/read-file.ts'
import { readVoidFile } from '../import/read-void-file.ts'
import { codesComparedMax } from '../import/seen-codes.ts'
import { countText, moneyText, printJson, say, type Form } from '../output.ts'
import type { Run, Session } from '../session.ts'

/** Codes voided at once: as many as one call takes, all of them or none. */
export const codesVoidedMax = 500

interface ImportOptions {
  readonly sku?: string
  readonly cost?: string
  readonly supplier?: string
  readonly expires?: string
  readonly reference?: string
  readonly format?: FileFormat
  readonly dryRun?: boolean
}
interface VoidOptions {
  readonly reason: string
  readonly sku?: string
  readonly file?: string
  readonly format?: FileFormat
  readonly lot?: string
  readonly positions?: string
}

/** kahub codes. */
export function addCodes (program: Command, run: Run, stop: AbortSignal): void {
  const codes = program.command('codes').alias('code').description('codes: into stock, and off the shelf')

  examples(
    codes
      .command('import <file>')
      .description('bring a file of codes into stock, all of it or nothing; the same command again goes on after an interruption')
      .option('--sku <sku>', 'what they are codes of, by id or number')
      .option('--cost <amount>', 'what one code cost, in the SKU’s currency', amount)
      .option('--supplier <name>', 'whose codes they are')
      .option('--expires <date>', 'for lines without an expiry of their own, as in 2027-12-31')
      .option('--reference <text>', 'your own number for it (made of the file’s content and the options when left out)')
      .addOption(new Option('--format <format>', 'by the file’s name or first character when left out').choices(fileFormats))
      .option('--dry-run', 'check the file here, and send nothing'),
    'kahub codes import codes.csv --sku 123 --cost 93',
    'kahub codes import march.ndjson --sku 123 --cost 92.75 --supplier "Card Co" --expires 2027-12-31',
    'kahub codes import codes.csv --dry-run'
  )
    .addHelpText(
      'after',
      `
CSV: a header row with secret and any of number, serial, expires_at, in any order; or one column of secrets without a header.
NDJSON: one object a line with the same fields. UTF-8, with or without BOM, lines end with LF or CRLF. Files of millions of lines are fine.`
    )
    .action(async (path: string, options: ImportOptions, command: Command) => {
      if (options.dryRun) await dryRun(command.optsWithGlobals().json ? 'json' : 'text', stop, path, options.format)
      else await run(importCodes)(path, options, command)
    })

  examples(
    codes
      .command('void')
      .description(`take up to ${codesVoidedMax} single unsold codes off the shelf for good, all of them or none`)
      .requiredOption('--reason <text>', 'why; kept with them')
      .option('--sku <sku>', 'with --file: the SKU they are codes of, by id or number')
      .option('--file <file>', 'the codes as they were imported (a file, since what is typed stays in the shell’s history)')
      .addOption(new Option('--format <format>', 'of the file').choices(fileFormats))
      .option('--lot <lot>', 'with --positions: the lot they are in')
      .option('--positions <list>', 'places in the lot from 0, divided by commas'),
    'kahub codes void --sku 123 --file stolen.csv --reason "leaked, ticket 88"',
    'kahub codes void --lot lot_01kb8q1zjme7f8k0q3z5v2wxyt --positions 0,17 --reason "supplier reported them used"'
  ).action(run(voidCodes))
}

async function importCodes (session: Session, path: string, options: ImportOptions): Promise<void> {
  const { sku: named, cost, supplier, expires, reference, format } = options
  if (named === undefined || cost === undefined) {
    throw new UsageError(
      `Say what they are codes of and what one cost: kahub codes import ${basename(path)} --sku 123 --cost 9.50. ` +
        'kahub skus list shows the SKUs.'
    )
  }
  if (cost.startsWith('-')) throw new UsageError('--cost is what one code cost: zero or more.')
  const sku = await findSku(session.admin, named)
  const outcome = await importFile(session, {
    path,
    format,
    sku,
    cost: { amount: cost, currency: sku.currency },
    supplier,
    expires,
    reference
  })
  if (session.form === 'json') return printJson(outcome)
  printOutcome(outcome, path, `${sku.name} (${sku.number})`)
}

function printOutcome ({ outcome, import: done }: Outcome, path: string, sku: string): void {
  if (outcome === 'imported_before') {
    say(`${basename(path)} is imported already: ${countText(done.codes)} codes of ${sku}, since ${done.created_at}. Nothing was sent.`)
  } else {
    say(`${countText(done.codes)} codes of ${sku} are in stock, at ${moneyText(done.unit_cost)} each.`)
  }
  say(`  import ${done.id}`)
}

async function dryRun (form: Form, stop: AbortSignal, path: string, format: FileFormat | undefined): Promise<void> {
  const checked = await checkPath(form, stop, path, format)
  refuseFaults(checked, basename(path))
  if (form === 'json') return printJson({ codes: checked.codes, sha256: checked.sha256, duplicates_checked: checked.duplicatesChecked })
  say(`${basename(path)} is fine as far as can be seen here: ${countText(checked.codes)} codes.`)
  const duplicates = checked.duplicatesChecked ? 'all codes' : `the first ${countText(codesComparedMax)} codes`
  say(`Checked: encoding, columns, lengths, characters, the form of expiries, duplicates among ${duplicates}.`)
  say('Left to the server: whether a code was ever stocked before, whether it has expired.')
}

async function voidCodes (session: Session, options: VoidOptions): Promise<void> {
  const { reason, lot, positions } = options
  const { voided } = await session.admin.codes.void(
    lot !== undefined || positions !== undefined
      ? {
          reason,
          lot: needed(lot, '--lot'),
          positions: words(needed(positions, '--positions')).map(place =>
            place === '0' ? 0 : readOf(positiveInteger, place, '--positions')
          )
        }
      : { reason, ...(await writtenCodes(session, options)) }
  )
  if (session.form === 'json') return printJson({ voided })
  say(`${countText(voided)} ${voided === 1 ? 'code is' : 'codes are'} off the shelf for good.`)
}

async function writtenCodes (session: Session, { sku, file, format }: VoidOptions) {
  if (file === undefined) throw new UsageError('Say which codes: --sku with --file, or --lot with --positions.')
  const { id } = await findSku(session.admin, needed(sku, '--sku'))
  const codes = await readVoidFile(file, format, codesVoidedMax)
  if (codes.length === 0) throw new RefusedError('file_invalid', `There are no codes in ${file}.`)
  return { sku: id, codes }
}

function needed (value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`${option} is missing.`)
  return value
}
