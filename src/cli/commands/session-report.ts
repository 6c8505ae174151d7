import type { Command } from 'commander'
import type { SessionReport } from '../../../sdk/src/index.ts'
import { examples } from '../examples.ts'
import { findSession } from '../find-own.ts'
import { countText, moneyText, printRecord, printTable, say, timeText, type Column, type Form } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

/** kahub report. */
export function addSessionReport (program: Command, run: RunWith<ResellerSession>): void {
  examples(
    program.command('report')
      .description('show what a session came to: visits, sales, commission, each link, and money that went back')
      .argument('<session>', 'id or exact title'),
    'kahub report "11.11 evening"'
  ).action(
    run(async ({ kahub, form }, named: string) => {
      printReport(form, await kahub.sessions.report((await findSession(kahub, named)).id))
    })
  )
}

function printReport (form: Form, report: SessionReport): void {
  const { visits, starts, paid, quantity, conversion, funnel, sums, links, refunds } = report
  printRecord(form, report, report.title, [
    ['session', report.session],
    ['state', report.state],
    ['started', timeText(report.starts_at)],
    ['ended', timeText(report.ended_at)],
    ['visits', visits],
    ['began to pay', `${countText(starts)} (${countText(funnel.expired)} ran out of time, ${countText(funnel.cancelled)} cancelled, ${countText(funnel.open)} open)`],
    ['purchases', `${countText(paid)} of ${countText(quantity)} pieces`],
    ['conversion', conversion === null ? null : `${(conversion * 100).toFixed(1)} %`],
    ...sums.flatMap(sum => [
      ['revenue', moneyText(sum.revenue)], ['wholesale', moneyText(sum.wholesale)], ['commission', moneyText(sum.commission)], ['margin', moneyText(sum.margin)]
    ] as const),
    ...refunds.map(({ reason, count, amount }) => ['went back', `${countText(count)} × ${reason}, ${moneyText(amount)}`] as const)
  ])
  if (form === 'json') return
  say('')
  printTable(form, links, linkColumns, 'No link belongs to it.')
}

const linkColumns: ReadonlyArray<Column<SessionReport['links'][number]>> = [
  { title: 'link', of: ({ title }) => title },
  { title: 'state', of: ({ state }) => state },
  { title: 'visits', of: ({ visits }) => visits },
  { title: 'purchases', of: ({ paid }) => paid },
  { title: 'pieces', of: ({ quantity }) => quantity },
  { title: 'left', of: ({ left }) => left },
  { title: 'revenue', of: ({ sum }) => moneyText(sum.revenue) },
  { title: 'commission', of: ({ sum }) => moneyText(sum.commission) }
]
