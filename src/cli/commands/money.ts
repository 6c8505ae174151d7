import { Option, type Command } from 'commander'
import { transferKinds, type Currency, type TransferKind } from '../../../schema/vocabulary.ts'
import type { OperatorTransfer, Wallet } from '../../../sdk/src/admin.ts'
import { amount, currency } from '../arguments.ts'
import { examples } from '../examples.ts'
import { findReseller } from '../find.ts'
import { listOptions, printList, type ListOptions } from '../lists.ts'
import { moneyText, printRecord, timeText, type Column, type Form } from '../output.ts'
import type { Run } from '../session.ts'

interface MoveOptions {
  readonly reason: string
  readonly reference?: string
}
interface TransfersOptions extends ListOptions {
  readonly kind?: TransferKind
  readonly from?: string
  readonly before?: string
}

/** kahub deposit, adjust, credit, wallets, transfers. */
export function addMoney (program: Command, run: Run): void {
  examples(
    move(program, 'deposit', 'put received money into a wallet'),
    'kahub deposit "Acme Games" 5000 CNY --reason "wire transfer 4711" --reference wire-4711'
  ).action(
    run(async (session, named: string, value: string, code: Currency, { reason, reference }: MoveOptions) => {
      const { id } = await findReseller(session.admin, named)
      printTransfer(
        session.form,
        await session.admin.deposits.create(id, { amount: { amount: value, currency: code }, reason, reference }),
        named
      )
    })
  )

  examples(
    move(program, 'adjust', 'correct a wallet; below zero takes money out'),
    'kahub adjust "Acme Games" -12.50 CNY --reason "refunded outside, ticket 88"'
  ).action(
    run(async (session, named: string, value: string, code: Currency, { reason, reference }: MoveOptions) => {
      const { id } = await findReseller(session.admin, named)
      printTransfer(
        session.form,
        await session.admin.adjustments.create(id, { amount: { amount: value, currency: code }, reason, reference }),
        named
      )
    })
  )

  examples(
    program
      .command('credit')
      .description('set how far below zero a wallet may go; opens the wallet if there is none')
      .argument('<reseller>', 'id or exact name')
      .argument('<limit>', 'the amount; 0 is no credit', amount)
      .argument('<currency>', 'as in CNY', currency)
      .requiredOption('--reason <text>', 'why; kept with it'),
    'kahub credit "Acme Games" 2000 CNY --reason "contract of May"'
  ).action(
    run(async (session, named: string, value: string, code: Currency, { reason }: MoveOptions) => {
      const { id } = await findReseller(session.admin, named)
      const wallet = await session.admin.wallets.setCreditLimit(id, code, { credit_limit: { amount: value, currency: code }, reason })
      printRecord(session.form, wallet, `${named} may go ${moneyText(wallet.credit_limit)} below zero`, [
        ['balance', moneyText(wallet.balance)],
        ['to spend', moneyText(wallet.available)]
      ])
    })
  )

  examples(
    listOptions(program.command('wallets <reseller>').alias('wallet').description('list the wallets of a reseller')),
    'kahub wallets "Acme Games"'
  ).action(
    run(async (session, named: string, options: ListOptions) => {
      const { id } = await findReseller(session.admin, named)
      await printList(
        session,
        options,
        session.admin.wallets.list(id, { limit: 100 }),
        walletColumns,
        'There is no wallet: kahub credit opens one.'
      )
    })
  )

  examples(
    listOptions(
      program
        .command('transfers')
        .description('list what moved in a wallet, newest first')
        .argument('<reseller>', 'id or exact name')
        .argument('<currency>', 'as in CNY', currency)
        .addOption(new Option('--kind <kind>', 'only one kind').choices(transferKinds))
        .option('--from <time>', 'only from this time on, as in 2026-11-01T00:00:00Z')
        .option('--before <time>', 'only before this time')
    ),
    'kahub transfers "Acme Games" CNY --kind deposit --from 2026-11-01T00:00:00Z'
  ).action(
    run(async (session, named: string, code: Currency, { kind, from, before, ...options }: TransfersOptions) => {
      const { id } = await findReseller(session.admin, named)
      const list = session.admin.wallets.transfers(id, code, { limit: 100, kind, created_from: from, created_before: before })
      await printList(session, options, list, transferColumns, 'Nothing has moved.')
    })
  )
}

function move (program: Command, name: string, says: string): Command {
  return program
    .command(name)
    .description(says)
    .argument('<reseller>', 'id or exact name')
    .argument('<amount>', 'as in 98.25', amount)
    .argument('<currency>', 'as in CNY', currency)
    .requiredOption('--reason <text>', 'why; the reseller sees it')
    .option('--reference <text>', 'your own number for it: the same again is done once')
}

function printTransfer (form: Form, transfer: OperatorTransfer, named: string): void {
  printRecord(form, transfer, `${moneyText(transfer.amount)} for ${named}`, [
    ['transfer', transfer.id],
    ['kind', transfer.kind],
    ['balance', moneyText(transfer.balance)],
    ['reason', transfer.reason]
  ])
}

const walletColumns: ReadonlyArray<Column<Wallet>> = [
  { title: 'CURRENCY', of: wallet => wallet.currency },
  { title: 'BALANCE', of: wallet => wallet.balance.amount },
  { title: 'CREDIT LIMIT', of: wallet => wallet.credit_limit.amount },
  { title: 'TO SPEND', of: wallet => wallet.available.amount },
  { title: 'SINCE (UTC)', of: wallet => timeText(wallet.created_at) }
]

const transferColumns: ReadonlyArray<Column<OperatorTransfer>> = [
  { title: 'ENTRY', of: transfer => transfer.entry },
  { title: 'TIME (UTC)', of: transfer => timeText(transfer.created_at) },
  { title: 'KIND', of: transfer => transfer.kind },
  { title: 'AMOUNT', of: transfer => transfer.amount.amount },
  { title: 'BALANCE', of: transfer => transfer.balance.amount },
  { title: 'ORDER', of: transfer => transfer.order },
  { title: 'REASON', of: transfer => transfer.reason },
  { title: 'BY', of: transfer => transfer.created_by }
]
