import { InvalidArgumentError, Option, type Command } from 'commander'
import { hostStates, type HostState } from '../../../schema/vocabulary.ts'
import type { Host } from '../../../sdk/src/index.ts'
import { examples } from '../examples.ts'
import { findHost } from '../find-own.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { printRecord, timeText, type Column, type Form } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

interface HostOptions { readonly commission?: string, readonly reference?: string, readonly name?: string }

/** kahub hosts. */
export function addHosts (program: Command, run: RunWith<ResellerSession>): void {
  const hosts = program.command('hosts').alias('host').description('who sells in a reseller’s streams')

  examples(
    hosts
      .command('create <name>')
      .description('add a host')
      .option('--commission <rate>', 'the part of what buyers pay that it is owed, as in 0.10; nothing when left out', rate)
      .option('--reference <text>', 'your own number for it: the same again gives the same host'),
    'kahub hosts create "Xiao Ming" --commission 0.10'
  ).action(
    run(async ({ kahub, form }, name: string, { commission, reference }: HostOptions) => {
      printHost(form, await kahub.hosts.create({ reference, name, commission_rate: commission }))
    })
  )

  examples(
    listOptions(
      hosts.command('list').description('list the hosts, newest first')
        .addOption(new Option('--state <state>', 'only those in a state').choices(hostStates))
    ),
    'kahub hosts list'
  ).action(
    run(async (session, { state, ...options }: ListOptions & { readonly state?: HostState }) => {
      await printList(session, options, session.kahub.hosts.list({ limit: pageRowsMax, state }), hostColumns, 'There is no host yet: kahub hosts create makes one.')
    })
  )

  examples(hosts.command('get <host>').description('show a host, named by id or exact name'), 'kahub hosts get "Xiao Ming"').action(
    run(async ({ kahub, form }, host: string) => printHost(form, await findHost(kahub, host)))
  )

  examples(
    hosts
      .command('edit <host>')
      .description('change a host; links that are there keep their commission')
      .option('--name <name>', 'its new name')
      .option('--commission <rate>', 'for links that come, as in 0.10', rate),
    'kahub hosts edit "Xiao Ming" --commission 0.12'
  ).action(
    run(async ({ kahub, form }, host: string, { name, commission }: HostOptions) => {
      printHost(form, await kahub.hosts.update((await findHost(kahub, host)).id, { name, commission_rate: commission }))
    })
  )

  for (const [verb, state, says] of [
    ['archive', 'archived', 'name the host in nothing new any more; what is there goes on'], ['activate', 'active', 'take a host out of the archive']
  ] as const) {
    examples(hosts.command(`${verb} <host>`).description(says), `kahub hosts ${verb} "Xiao Ming"`).action(
      run(async ({ kahub, form }, host: string) => printHost(form, await kahub.hosts.update((await findHost(kahub, host)).id, { state })))
    )
  }
}

/** A part of one: 0.10 is a tenth. */
export function rate (text: string): string {
  if (!/^(1(\.0{1,4})?|0(\.\d{1,4})?)$/.test(text)) throw new InvalidArgumentError('A rate is from 0 to 1, as in 0.10 for a tenth: at most four decimals.')
  return text
}

function printHost (form: Form, host: Host): void {
  printRecord(form, host, `${host.name} (${host.state})`, [
    ['host', host.id], ['commission', host.commission_rate], ['since (UTC)', timeText(host.created_at)]
  ])
}

const hostColumns: ReadonlyArray<Column<Host>> = [
  { title: 'HOST', of: host => host.id },
  { title: 'NAME', of: host => host.name },
  { title: 'COMMISSION', of: host => host.commission_rate },
  { title: 'STATE', of: host => host.state }
]
