import type { Command } from 'commander'
import type { OperatorReveal } from '../../../sdk/src/admin.ts'
import { examples } from '../examples.ts'
import { findReseller } from '../find.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { countText, timeText, type Column } from '../output.ts'
import type { Run } from '../session.ts'

interface RevealsOptions extends ListOptions {
  readonly reseller?: string
  readonly order?: string
  readonly key?: string
}

/** kahub reveals. */
export function addReveals (program: Command, run: Run): void {
  const reveals = program.command('reveals').alias('reveal').description('reveals: who looked at which codes, when and from where')

  examples(
    listOptions(
      reveals
        .command('list')
        .description('list the reveal log, newest first; never a code')
        .option('--reseller <reseller>', 'only those of a reseller, by id or name')
        .option('--order <order>', 'only those of an order')
        .option('--key <key>', 'only those by a key')
    ),
    'kahub reveals list --reseller "Acme Games"',
    'kahub reveals list --order ord_01kb8q1zjme7f8k0q3z5v2wxyt'
  ).action(
    run(async (session, options: RevealsOptions) => {
      const { order, key } = options
      const reseller = options.reseller === undefined ? undefined : (await findReseller(session.admin, options.reseller)).id
      const list = session.admin.reveals.list({ limit: pageRowsMax, reseller, order, key })
      await printList(session, options, list, columns, 'No codes were looked at.')
    })
  )
}

const columns: ReadonlyArray<Column<OperatorReveal>> = [
  { title: 'WHEN', of: reveal => timeText(reveal.created_at) },
  { title: 'RESELLER', of: reveal => reveal.reseller },
  { title: 'KEY', of: reveal => reveal.key },
  { title: 'ORDER', of: reveal => reveal.order },
  { title: 'FROM', of: reveal => countText(reveal.first) },
  { title: 'CODES', of: reveal => countText(reveal.count) },
  { title: 'IP', of: reveal => reveal.ip }
]
