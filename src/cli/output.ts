// What the command says on its standard output: aligned text for people, or exactly one JSON value.
import pc from 'picocolors'
import type { Money } from '../../sdk/src/admin.ts'

export type Form = 'text' | 'json'

/** A column of a table; numbers stand to the right. */
export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string | number | null | undefined
}

/** Prints rows as a table, or as a JSON array. */
export function printTable<Row> (form: Form, rows: readonly Row[], columns: ReadonlyArray<Column<Row>>, none: string): void {
  if (form === 'json') return printJson(rows)
  if (rows.length === 0) return say(none)
  const cells = rows.map(row => columns.map(column => cellOf(column.of(row))))
  const right = columns.map((_, i) => cells.every(row => /^-?[\d,.]*( [A-Z]{3})?$/.test(row[i]!)))
  const widths = columns.map((column, i) => Math.max(widthOf(column.title), ...cells.map(row => widthOf(row[i]!))))
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => pad(text, widths[i]!, right[i]!))
      .join('  ')
      .trimEnd()
  say(pc.bold(line(columns.map(column => column.title))))
  for (const row of cells) say(line(row))
}

/** Prints one thing as a heading with its fields below, or as a JSON object. */
export function printRecord (
  form: Form,
  value: unknown,
  heading: string,
  fields: ReadonlyArray<readonly [string, string | number | null | undefined]>
): void {
  if (form === 'json') return printJson(value)
  say(heading)
  const shown = fields.filter(([, field]) => field !== undefined && field !== null && field !== '')
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)))
  for (const [name, field] of shown) say(`  ${pc.dim(pad(name, width, false))}  ${cellOf(field)}`)
}

/** Prints the one JSON value of a command. */
export function printJson (value: unknown): void {
  process.stdout.write(JSON.stringify(value, null, 2) + '\n')
}

/** One value of a stream, on a line of its own. */
export function printJsonLine (value: unknown): void {
  process.stdout.write(JSON.stringify(value) + '\n')
}

/** A line for people, on the standard output. */
export function say (line: string): void {
  process.stdout.write(line + '\n')
}

/** A line beside the answer, on the standard error: hints and progress. */
export function note (line: string): void {
  process.stderr.write(line + '\n')
}

/** A count with its digits in groups. */
export function countText (count: number): string {
  return count.toLocaleString('en')
}

/** Money as people read it: 98.25 CNY. */
export function moneyText (money: Money | null): string {
  return money === null ? '' : `${money.amount} ${money.currency}`
}

/** A moment to the minute, UTC. */
export function timeText (time: string | null): string {
  return time === null ? '' : time.slice(0, 16).replace('T', ' ')
}

function cellOf (value: string | number | null | undefined): string {
  if (typeof value === 'number') return countText(value)
  // A name must not move the cursor of the terminal it is shown in.
  return (value ?? '').replace(/\p{Cc}/gu, '�')
}

const wide = new RegExp('[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60' +
  '\\uffe0-\\uffe6\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]', 'gu')

/** Columns of a terminal: Chinese characters take two. */
function widthOf (text: string): number {
  return [...text].length + (text.match(wide)?.length ?? 0)
}

function pad (text: string, width: number, right: boolean): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? spaces + text : text + spaces
}
