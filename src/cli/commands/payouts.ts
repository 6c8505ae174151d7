import type { Command } from 'commander'
import type { Currency } from '../../../schema/vocabulary.ts'
import type { Payout } from '../../../sdk/src/index.ts'
import { amount, currency } from '../arguments.ts'
import { examples } from '../examples.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { printRecord, printTable, timeText, type Column } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

interface PayoutOptions { readonly reference?: string, readonly note?: string }

interface PayoutsOptions extends ListOptions { readonly host?: string }

/** kahub payouts. */
export function addPayouts (program: Command, run: RunWith<ResellerSession>): void {
  const payouts = program.command('payouts').alias('payout').description('what a reseller owes its hosts, and has paid them')

  examples(
    payouts
      .command('create')
      .description('say that a host was paid: the commission kept for it comes into the wallet')
      .argument('<host>', 'the id of the host, as in hst_…')
      .argument('<amount>', 'as in 98.25', amount)
      .argument('<currency>', 'as in CNY', currency)
      .option('--reference <text>', 'your own number for it: the same again is done once')
      .option('--note <text>', 'how it was paid'),
    'kahub payouts create hst_01kb8q1zjme7f8k0q3z5v2wxyt 120 CNY --reference november-ming --note "bank transfer"'
  ).action(
    run(async ({ kahub, form }, host: string, value: string, code: Currency, { reference, note }: PayoutOptions) => {
      const payout = await kahub.payouts.create(host, { reference, amount: { amount: value, currency: code }, note })
      printRecord(form, payout, `${payout.amount} ${payout.currency} paid to ${host}`, [
        ['payout', payout.id],
        ['reference', payout.reference],
        ['note', payout.note]
      ])
    })
  )

  examples(
    listOptions(payouts.command('list').description('list the payouts, newest first').option('--host <id>', 'only those to this host')),
    'kahub payouts list'
  ).action(
    run(async (session, { host, ...options }: PayoutsOptions) => {
      await printList(session, options, session.kahub.payouts.list({ limit: pageRowsMax, host }), payoutColumns, 'No host was paid yet.')
    })
  )

  examples(
    payouts.command('due').description('show what a host has earned, was paid, and is owed').argument('<host>', 'as in hst_…'),
    'kahub payouts due hst_01kb8q1zjme7f8k0q3z5v2wxyt'
  ).action(
    run(async ({ kahub, form }, host: string) => {
      const { balances } = await kahub.hosts.balance(host)
      printTable(form, balances, balanceColumns, 'It has sold nothing yet.')
    })
  )
}

const payoutColumns: ReadonlyArray<Column<Payout>> = [
  { title: 'TIME (UTC)', of: payout => timeText(payout.created_at) },
  { title: 'PAYOUT', of: payout => payout.id },
  { title: 'HOST', of: payout => payout.host },
  { title: 'AMOUNT', of: payout => `${payout.amount} ${payout.currency}` },
  { title: 'REFERENCE', of: payout => payout.reference },
  { title: 'NOTE', of: payout => payout.note }
]

const balanceColumns: ReadonlyArray<Column<{
  readonly currency: string
  readonly earned: string
  readonly paid_out: string
  readonly due: string
  readonly pending: string
}>> = [
  { title: 'CURRENCY', of: balance => balance.currency },
  { title: 'EARNED', of: balance => balance.earned },
  { title: 'PAID OUT', of: balance => balance.paid_out },
  { title: 'DUE', of: balance => balance.due },
  { title: 'NOT SETTLED YET', of: balance => balance.pending }
]
