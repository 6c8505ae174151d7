import type { Command } from 'commander'
import type { EndpointWatch } from '../../../sdk/src/admin.ts'
import { examples } from '../examples.ts'
import { findReseller } from '../find.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { countText, timeText, type Column } from '../output.ts'
import type { Run } from '../session.ts'

interface CallbacksOptions extends ListOptions {
  readonly failing?: boolean
  readonly reseller?: string
}

/** kahub callbacks. */
export function addCallbacks (program: Command, run: Run): void {
  const callbacks = program.command('callbacks').alias('callback').description('callbacks: how the endpoints of resellers do')

  examples(
    listOptions(
      callbacks
        .command('list')
        .description('list the endpoints of all resellers, the oldest backlog first')
        .option('--failing', 'only those that fail or are disabled')
        .option('--reseller <reseller>', 'only those of a reseller, by id or name')
    ),
    'kahub callbacks list',
    'kahub callbacks list --failing'
  ).action(
    run(async (session, options: CallbacksOptions) => {
      const reseller = options.reseller === undefined ? undefined : (await findReseller(session.admin, options.reseller)).id
      const list = session.admin.callbacks.list({ limit: pageRowsMax, failing: options.failing, reseller })
      await printList(session, options, list, columns, options.failing ? 'No endpoint fails.' : 'There are no endpoints.')
    })
  )
}

const columns: ReadonlyArray<Column<EndpointWatch>> = [
  { title: 'RESELLER', of: endpoint => endpoint.reseller_name },
  { title: 'STATE', of: endpoint => endpoint.state },
  { title: 'DUE', of: endpoint => countText(endpoint.backlog) },
  { title: 'OLDEST', of: endpoint => ageText(endpoint.oldest_due_seconds) },
  { title: 'FAILING SINCE', of: endpoint => timeText(endpoint.failing_since) },
  { title: 'FAILURES', of: endpoint => countText(endpoint.failures) },
  { title: 'LAST', of: endpoint => endpoint.last_status ?? endpoint.last_error },
  { title: 'URL', of: endpoint => endpoint.url }
]

/** An age in its largest unit. */
function ageText (seconds: number | null): string {
  if (seconds === null) return ''
  const [size, unit] = ([[86_400, 'd'], [3_600, 'h'], [60, 'min']] as const).find(([size]) => seconds >= size) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${unit}`
}
