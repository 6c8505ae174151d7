import type { Command } from 'commander'
import type { List, PageAnswer } from '../../sdk/src/admin.ts'
import { positiveInteger } from './arguments.ts'
import { note, printTable, type Column } from './output.ts'
import type { Session } from './session.ts'

/** Rows shown unless --limit or --all says otherwise. */
export const rowsShownDefault = 50
/** Rows asked for at a time: the largest page of the API. */
export const pageRowsMax = 100

export interface ListOptions { readonly limit?: number, readonly all?: boolean }

/** Gives a list command its options --limit and --all. */
export function listOptions (command: Command): Command {
  return command
    .option('--limit <n>', `show at most n (${rowsShownDefault} when left out)`, positiveInteger)
    .option('--all', 'show all, however many')
}

/** Prints the first rows of a list, and says when there are more. */
export async function printList<Answer extends PageAnswer<unknown>> (
  session: Pick<Session, 'form'>, options: ListOptions, list: List<Answer>, columns: ReadonlyArray<Column<Answer['data'][number]>>, none: string
): Promise<void> {
  const limit = options.all ? Infinity : options.limit ?? rowsShownDefault
  const rows = await list.toArray({ limit: limit + 1 })
  const more = rows.length > limit
  printTable(session.form, more ? rows.slice(0, limit) : rows, columns, none)
  if (more) note(`There are more than these ${limit}: --all shows them, --limit N the first N.`)
}
