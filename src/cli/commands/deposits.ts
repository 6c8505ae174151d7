import type { Command } from 'commander'
import type { Currency } from '../../../schema/vocabulary.ts'
import type { WalletDeposit } from '../../../sdk/src/index.ts'
import { amount, currency } from '../arguments.ts'
import { examples } from '../examples.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { moneyText, printRecord, timeText, type Column, type Form } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

interface DepositOptions { readonly gateway: string, readonly reference?: string, readonly returnUrl?: string }

/** kahub deposits. */
export function addDeposits (program: Command, run: RunWith<ResellerSession>): void {
  const deposits = program.command('deposits').description('what a reseller pays into its own wallet, through a payment gateway')

  examples(
    deposits
      .command('create')
      .description('begin a deposit, and show where it is paid')
      .argument('<amount>', 'as in 98.25', amount)
      .argument('<currency>', 'as in CNY', currency)
      .requiredOption('--gateway <id>', 'the gateway to pay with')
      .option('--reference <text>', 'your own number for it: the same again is the same deposit')
      .option('--return-url <url>', 'where the browser is sent after paying'),
    'kahub deposits create 500 CNY --gateway sandbox --reference november-1'
  ).action(
    run(async ({ kahub, form }, value: string, code: Currency, { gateway, reference, returnUrl }: DepositOptions) => {
      printDeposit(form, await kahub.deposits.create({
        reference, amount: { amount: value, currency: code }, gateway, ...(returnUrl !== undefined && { return_url: returnUrl })
      }))
    })
  )

  examples(listOptions(deposits.command('list').description('list the deposits, newest first')), 'kahub deposits list').action(
    run(async (session, options: ListOptions) => {
      await printList(session, options, session.kahub.deposits.list({ limit: pageRowsMax }), depositColumns, 'There is no deposit yet.')
    })
  )

  examples(
    deposits.command('get').description('show a deposit').argument('<id>', 'as in pay_…'),
    'kahub deposits get pay_01kb8q1zjme7f8k0q3z5v2wxyt'
  ).action(
    run(async ({ kahub, form }, id: string) => printDeposit(form, await kahub.deposits.get(id)))
  )
}

function printDeposit (form: Form, deposit: WalletDeposit): void {
  printRecord(form, deposit, `${moneyText(deposit.amount)} is ${deposit.state}`, [
    ['deposit', deposit.id],
    ['reference', deposit.reference],
    ['gateway', deposit.gateway],
    ['pay at', deposit.pay?.url],
    ['QR code', deposit.pay?.content],
    ['until (UTC)', deposit.pay === null ? null : timeText(deposit.expires_at)],
    ['paid (UTC)', timeText(deposit.paid_at)],
    ['transfer', deposit.transfer],
    ['goes back', deposit.returns.map(({ amount, reason }) => `${moneyText(amount)} (${reason})`).join(', ')]
  ])
}

const depositColumns: ReadonlyArray<Column<WalletDeposit>> = [
  { title: 'TIME (UTC)', of: deposit => timeText(deposit.created_at) },
  { title: 'DEPOSIT', of: deposit => deposit.id },
  { title: 'AMOUNT', of: deposit => moneyText(deposit.amount) },
  { title: 'STATE', of: deposit => deposit.state },
  { title: 'GATEWAY', of: deposit => deposit.gateway },
  { title: 'REFERENCE', of: deposit => deposit.reference }
]
