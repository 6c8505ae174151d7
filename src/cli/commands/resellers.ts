import { Option, type Command } from 'commander'
import { resellerStatuses, type Currency, type ResellerStatus } from '../../../schema/vocabulary.ts'
import type { Reseller } from '../../../sdk/src/admin.ts'
import { currency } from '../arguments.ts'
import { examples } from '../examples.ts'
import { findReseller } from '../find.ts'
import { listOptions, printList, type ListOptions } from '../lists.ts'
import { printRecord, timeText, type Column, type Form } from '../output.ts'
import type { Run } from '../session.ts'

interface CreateOptions { readonly level: string, readonly currency: Currency, readonly reference?: string }
interface UpdateOptions { readonly name?: string, readonly level?: string, readonly status?: ResellerStatus }

/** kahub resellers. */
export function addResellers (program: Command, run: Run): void {
  const resellers = program.command('resellers').alias('reseller').description('resellers: who buys')

  examples(resellers.command('create <name>').description('make a reseller, with its first wallet')
    .requiredOption('--level <level>', 'its level')
    .requiredOption('--currency <code>', 'the currency of its first wallet', currency)
    .option('--reference <text>', 'your own number for it: the same again gives the same reseller'),
  'kahub resellers create "Acme Games" --level gold --currency CNY')
    .action(run(async (session, name: string, options: CreateOptions) => {
      const { reference, level } = options
      printReseller(session.form, await session.admin.resellers.create({ name, level, currency: options.currency, reference }))
    }))

  examples(listOptions(resellers.command('list').description('list resellers')
    .option('--level <level>', 'only those of a level')
    .addOption(new Option('--status <status>', 'only those with a status').choices(resellerStatuses))),
  'kahub resellers list --level gold')
    .action(run(async (session, { level, status, ...options }: ListOptions & Omit<UpdateOptions, 'name'>) => {
      await printList(session, options, session.admin.resellers.list({ limit: 100, level, status }), columns, 'There is no such reseller.')
    }))

  examples(resellers.command('show <reseller>').description('show a reseller, by id or exact name'), 'kahub resellers show "Acme Games"')
    .action(run(async (session, named: string) => printReseller(session.form, await findReseller(session.admin, named))))

  examples(resellers.command('update <reseller>').description('change a reseller; what is left out stays')
    .option('--name <name>', 'another name')
    .option('--level <level>', 'another level')
    .addOption(new Option('--status <status>', 'suspended: its keys are refused; closed is for good').choices(resellerStatuses)),
  'kahub resellers update "Acme Games" --level diamond', 'kahub resellers update "Acme Games" --status suspended')
    .action(run(async (session, named: string, { name, level, status }: UpdateOptions) => {
      const { id } = await findReseller(session.admin, named)
      printReseller(session.form, await session.admin.resellers.update(id, { name, level, status }))
    }))
}

const columns: ReadonlyArray<Column<Reseller>> = [
  { title: 'ID', of: reseller => reseller.id },
  { title: 'NAME', of: reseller => reseller.name },
  { title: 'LEVEL', of: reseller => reseller.level },
  { title: 'STATUS', of: reseller => reseller.status },
  { title: 'CURRENCY', of: reseller => reseller.currency },
  { title: 'SINCE (UTC)', of: reseller => timeText(reseller.created_at) }
]

function printReseller (form: Form, reseller: Reseller): void {
  printRecord(form, reseller, `Reseller ${reseller.id}`, [
    ['name', reseller.name], ['level', reseller.level], ['status', reseller.status], ['currency', reseller.currency],
    ['since', timeText(reseller.created_at)]
  ])
}
