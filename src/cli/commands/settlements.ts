import type { Command } from 'commander'
import type { Settlement, SettlementLine, SettlementSummary } from '../../../sdk/src/index.ts'
import { examples } from '../examples.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { countText, printRecord, timeText, type Column } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

interface SettlementsOptions extends ListOptions {
  readonly session?: string
  readonly from?: string
  readonly to?: string
}

interface LinesOptions extends ListOptions { readonly csv?: boolean }

/** kahub settlements. */
export function addSettlements (program: Command, run: RunWith<ResellerSession>): void {
  const settlements = program.command('settlements').alias('settlement')
    .description('what the sales of a reseller’s purchase links came to, day by day')

  examples(
    listOptions(
      settlements
        .command('list')
        .description('list the settlements, newest first')
        .option('--session <id>', 'only of this session')
        .option('--from <day>', 'only from this day on, as in 2026-11-11')
        .option('--to <day>', 'only up to this day')
    ),
    'kahub settlements list --from 2026-11-01 --to 2026-11-30'
  ).action(
    run(async (session, { session: of, from, to, ...options }: SettlementsOptions) => {
      const list = session.kahub.settlements.list({ limit: pageRowsMax, session: of, day_from: from, day_to: to })
      await printList(session, options, list, settlementColumns, 'Nothing is settled: a day’s sales are, when the day is over in China.')
    })
  )

  examples(
    settlements.command('get').alias('show').description('show a settlement, with what each host earned').argument('<id>', 'as in stl_…'),
    'kahub settlements get stl_01kb8q1zjme7f8k0q3z5v2wxyt'
  ).action(
    run(async ({ kahub, form }, id: string) => {
      const settlement = await kahub.settlements.get(id)
      printRecord(form, settlement, `${settlement.gross} ${settlement.currency} of ${settlement.day}`, fieldsOf(settlement))
    })
  )

  examples(
    listOptions(
      settlements
        .command('lines')
        .description('list every sale of a settlement')
        .argument('<id>', 'as in stl_…')
        .option('--csv', 'print all of them as CSV, for a spreadsheet')
    ),
    'kahub settlements lines stl_01kb8q1zjme7f8k0q3z5v2wxyt',
    'kahub settlements lines stl_01kb8q1zjme7f8k0q3z5v2wxyt --csv > statement.csv'
  ).action(
    run(async (session, id: string, { csv, ...options }: LinesOptions) => {
      if (!csv) return await printList(session, options, session.kahub.settlements.lines(id, { limit: pageRowsMax }), lineColumns, 'It has no sales.')
      const headers = { accept: 'text/csv' }
      const { body } = await session.kahub.requestRaw('GET', `/v1/settlements/${encodeURIComponent(id)}/lines`, { headers, signal: session.stop })
      for await (const piece of body!) process.stdout.write(piece)
    })
  )
}

function fieldsOf ({ id, session, sales, quantity, wholesale, commission, margin, hosts }: Settlement) {
  return [
    ['settlement', id],
    ['session', session],
    ['sales', `${countText(sales)}, ${countText(quantity)} codes`],
    ['wholesale', wholesale],
    ['commission', commission],
    ['margin', margin],
    ...hosts.map(host => [host.host, `${host.commission} for ${countText(host.sales)} sales`] as const)
  ] as const
}

const settlementColumns: ReadonlyArray<Column<SettlementSummary>> = [
  { title: 'DAY', of: settlement => settlement.day },
  { title: 'SETTLEMENT', of: settlement => settlement.id },
  { title: 'SESSION', of: settlement => settlement.session },
  { title: 'SALES', of: settlement => settlement.sales },
  { title: 'GROSS', of: settlement => settlement.gross },
  { title: 'WHOLESALE', of: settlement => settlement.wholesale },
  { title: 'COMMISSION', of: settlement => settlement.commission },
  { title: 'MARGIN', of: settlement => settlement.margin },
  { title: 'CURRENCY', of: settlement => settlement.currency }
]

const lineColumns: ReadonlyArray<Column<SettlementLine>> = [
  { title: 'TIME (UTC)', of: line => timeText(line.completed_at) },
  { title: 'CHECKOUT', of: line => line.checkout },
  { title: 'SKU', of: line => line.sku_name },
  { title: 'QUANTITY', of: line => line.quantity },
  { title: 'TOTAL', of: line => line.total },
  { title: 'WHOLESALE', of: line => line.wholesale },
  { title: 'COMMISSION', of: line => line.commission },
  { title: 'MARGIN', of: line => line.margin },
  { title: 'ORDER', of: line => line.order }
]
