import { readFile } from 'node:fs/promises'
import { Option, type Command } from 'commander'
import { gatewayKinds, paybackStates, type Currency, type GatewayKind, type PaybackState } from '../../../schema/vocabulary.ts'
import type { ConfiguredGateway, Payback } from '../../../sdk/src/admin.ts'
import { currency } from '../arguments.ts'
import { examples } from '../examples.ts'
import { UsageError } from '../failures.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { moneyText, printRecord, timeText, type Column } from '../output.ts'
import type { Run } from '../session.ts'

interface PutOptions {
  readonly kind: GatewayKind
  readonly name: string
  readonly nameZh: string
  readonly currency: readonly Currency[]
  readonly config?: string
  readonly disabled?: boolean
}

interface PaybacksOptions extends ListOptions { readonly state?: PaybackState }

/** kahub gateways and kahub paybacks. */
export function addGateways (program: Command, run: Run): void {
  const gateways = program.command('gateways').alias('gateway').description('payment gateways: through whom buyers pay')

  examples(
    gateways
      .command('put <id>')
      .description('configure a gateway, or change it')
      .addOption(new Option('--kind <kind>', 'who runs it').choices(gatewayKinds).makeOptionMandatory())
      .requiredOption('--name <name>', 'its name for people, in English')
      .requiredOption('--name-zh <name>', 'its name for people, in Chinese')
      .requiredOption('--currency <currency...>', 'what it takes', currencies)
      .option('--config <file>', 'the account, a JSON file; left out, the one there is stays')
      .option('--disabled', 'not open for new payments yet'),
    'kahub gateways put alipay --kind alipay --name Alipay --name-zh 支付宝 --currency CNY --config alipay.json',
    'kahub gateways put stripe --kind stripe --name Card --name-zh 银行卡 --currency USD EUR --config stripe.json'
  ).action(
    run(async (session, id: string, { kind, name, nameZh, currency, config, disabled }: PutOptions) => {
      const gateway = await session.admin.gateways.put(id, {
        kind,
        name,
        name_zh: nameZh,
        currencies: [...currency],
        state: disabled ? 'disabled' : 'enabled',
        ...(config !== undefined && { config: await readConfigFile(config) })
      })
      printGateway(session.form, gateway)
    })
  )

  examples(listOptions(gateways.command('list').description('list the gateways; never their secrets')), 'kahub gateways list').action(
    run(async (session, options: ListOptions) => {
      const none = 'There are no gateways yet: kahub gateways put makes one.'
      await printList(session, options, session.admin.gateways.list({ limit: pageRowsMax }), gatewayColumns, none)
    })
  )

  examples(gateways.command('enable <id>').description('open a gateway for new payments'), 'kahub gateways enable alipay').action(
    run(async (session, id: string) => printGateway(session.form, await session.admin.gateways.enable(id)))
  )

  examples(
    gateways.command('disable <id>').description('close a gateway for new payments; those begun are finished'),
    'kahub gateways disable alipay'
  ).action(
    run(async (session, id: string) => printGateway(session.form, await session.admin.gateways.disable(id)))
  )

  const paybacks = program.command('paybacks').alias('payback').description('paybacks: money on its way back to whoever paid')

  examples(
    listOptions(
      paybacks
        .command('list')
        .description('list money that goes back, newest first')
        .addOption(new Option('--state <state>', 'only those in this state').choices(paybackStates))
    ),
    'kahub paybacks list --state failed'
  ).action(
    run(async (session, options: PaybacksOptions) => {
      const list = session.admin.paybacks.list({ limit: pageRowsMax, state: options.state })
      await printList(session, options, list, paybackColumns, 'No money goes back.')
    })
  )

  examples(
    paybacks.command('retry <id>').description('ask the gateway once more, after a payback failed'),
    'kahub paybacks retry pbk_01kb8q1zjme7f8k0q3z5v2wxyt'
  ).action(
    run(async (session, id: string) => {
      const payback = await session.admin.paybacks.retry(id)
      printRecord(session.form, payback, `Payback ${payback.id}`, [
        ['state', payback.state], ['amount', moneyText(payback.amount)], ['gateway', payback.gateway], ['transaction', payback.transaction]
      ])
    })
  )
}

function currencies (text: string, before: readonly Currency[] | undefined): readonly Currency[] {
  return [...before ?? [], currency(text)]
}

/** The account as the file says it: it is never written on the command line, where others would see it. */
async function readConfigFile (file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(() => { throw new UsageError(`${file} cannot be read.`) })
  const config: unknown = await Promise.resolve(text).then(JSON.parse).catch(() => { throw new UsageError(`${file} is not JSON.`) })
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new UsageError(`${file} must be a JSON object.`)
  return config as Record<string, unknown>
}

function printGateway (form: Parameters<typeof printRecord>[0], gateway: ConfiguredGateway): void {
  printRecord(form, gateway, `Gateway ${gateway.id}`, [
    ['kind', gateway.kind],
    ['name', `${gateway.name} · ${gateway.name_zh}`],
    ['currencies', gateway.currencies.join(', ')],
    ['state', gateway.state],
    ...Object.entries(gateway.account).map(([name, value]): [string, string] => [name, value]),
    ['news', gateway.news_url],
    ...(gateway.fault === null ? [] : [['fault', gateway.fault] as [string, string]])
  ])
}

const gatewayColumns: ReadonlyArray<Column<ConfiguredGateway>> = [
  { title: 'ID', of: gateway => gateway.id },
  { title: 'KIND', of: gateway => gateway.kind },
  { title: 'NAME', of: gateway => gateway.name },
  { title: 'CURRENCIES', of: gateway => gateway.currencies.join(' ') },
  { title: 'STATE', of: gateway => gateway.state },
  { title: 'FAULT', of: gateway => gateway.fault },
  { title: 'CHANGED', of: gateway => timeText(gateway.updated_at) }
]

const paybackColumns: ReadonlyArray<Column<Payback>> = [
  { title: 'ID', of: payback => payback.id },
  { title: 'STATE', of: payback => payback.state },
  { title: 'AMOUNT', of: payback => moneyText(payback.amount) },
  { title: 'GATEWAY', of: payback => payback.gateway },
  { title: 'TRANSACTION', of: payback => payback.transaction },
  { title: 'REASON', of: payback => payback.reason },
  { title: 'LAST ERROR', of: payback => payback.last_error },
  { title: 'SINCE', of: payback => timeText(payback.created_at) }
]
