import { Option, type Command } from 'commander'
import { priceRuleKinds, type PriceRuleKind } from '../../../schema/vocabulary.ts'
import type { PriceRule, PriceRuleDraft } from '../../../sdk/src/admin.ts'
import { amount, pair, positiveInteger, readOf, repeated } from '../arguments.ts'
import { examples } from '../examples.ts'
import { UsageError } from '../failures.ts'
import { findReseller, findSku } from '../find.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { moneyText, printJson, printTable, printRecord, say, timeText, type Column } from '../output.ts'
import { readPriceFile, type WrittenRule } from '../price-file.ts'
import type { Run, Session } from '../session.ts'

interface SetOptions {
  readonly sku?: string
  readonly list?: string
  readonly floor?: string
  readonly minimumRetail?: string
  readonly level?: readonly string[]
  readonly contract?: readonly string[]
  readonly break?: readonly string[]
  readonly discount?: readonly string[]
  readonly file?: string
  readonly deliberateLoss?: boolean
  readonly reason?: string
}
interface ListFilters extends ListOptions {
  readonly sku?: string
  readonly reseller?: string
  readonly level?: string
  readonly kind?: PriceRuleKind
  readonly history?: boolean
}

/** kahub prices. */
export function addPrices (program: Command, run: Run): void {
  const prices = program
    .command('prices')
    .alias('price')
    .description('price rules: contract, or level, or list price; then quantity breaks; never below the floor')

  examples(
    prices
      .command('set')
      .description('set price rules, all of them or none; amounts are in the SKU’s currency')
      .option('--sku <sku>', 'the SKU they are for, by id or number')
      .option('--list <amount>', 'its list price', amount)
      .option('--level <level=amount>', 'the price of a level; may be repeated', repeated)
      .option('--contract <reseller=amount>', 'the price of one reseller, by id or exact name; may be repeated', repeated)
      .option('--break <quantity=rate>', 'from a quantity on, times a rate; may be repeated', repeated)
      .option('--floor <amount>', 'no price falls below it', amount)
      .option('--minimum-retail <amount>', 'below which no purchase link may sell it; no reseller’s own price changes by it', amount)
      .option('--discount <level=rate>', 'what a level pays of every list price; needs no --sku; may be repeated', repeated)
      .option(
        '--file <file>',
        'rules from a CSV file: kind, and sku, level, reseller, quantity_min, amount, rate, reason as the kind needs'
      )
      .option('--deliberate-loss', 'they may sell below cost, and that is meant')
      .option('--reason <text>', 'why; kept with them'),
    'kahub prices set --sku 123 --list 98.50 --level gold=96.80 --level silver=97.40 --floor 95',
    'kahub prices set --sku 123 --contract "Acme Games=95.50" --break 100=0.99 --break 1000=0.98',
    'kahub prices set --sku 123 --minimum-retail 99 --reason "the brand asks for it"',
    'kahub prices set --discount gold=0.97',
    'kahub prices set --file prices.csv'
  ).action(run(setPrices))

  examples(
    listOptions(
      prices
        .command('list')
        .description('list the rules in force, newest first')
        .option('--sku <sku>', 'only those for a SKU, by id or number')
        .option('--reseller <reseller>', 'only those of a reseller, by id or exact name')
        .option('--level <level>', 'only those of a level')
        .addOption(new Option('--kind <kind>', 'only one kind').choices(priceRuleKinds))
        .option('--history', 'also what was replaced or ended')
    ),
    'kahub prices list --sku 123 --history'
  ).action(
    run(async (session, { sku, reseller, level, kind, history, ...options }: ListFilters) => {
      const list = session.admin.prices.list({
        limit: pageRowsMax,
        sku: sku === undefined ? undefined : (await findSku(session.admin, sku)).id,
        reseller: reseller === undefined ? undefined : (await findReseller(session.admin, reseller)).id,
        level,
        kind,
        history
      })
      await printList(
        session,
        options,
        list,
        history ? [...ruleColumns, ...historyColumns] : ruleColumns,
        'There is no such rule: kahub prices set makes one.'
      )
    })
  )

  examples(
    prices
      .command('end <rule...>')
      .description('take rules out of force without a successor; they stay as history')
      .requiredOption('--reason <text>', 'why; kept with them')
      .option('--deliberate-loss', 'a price may fall below cost by it, and that is meant'),
    'kahub prices end prc_01kb8q1zjme7f8k0q3z5v2wxyt --reason "contract ended"'
  ).action(
    run(
      async (
        session,
        ids: readonly string[],
        { reason, deliberateLoss }: { readonly reason: string, readonly deliberateLoss?: boolean }
      ) => {
        const { data } = await session.admin.prices.end({ ids, reason, deliberate_loss: deliberateLoss })
        printTable(session.form, data, [...ruleColumns, ...historyColumns], '')
      }
    )
  )

  examples(
    prices
      .command('explain')
      .description('what a reseller pays for a SKU, by which rules, and what is left above cost')
      .requiredOption('--sku <sku>', 'the SKU, by id or number')
      .requiredOption('--reseller <reseller>', 'who buys, by id or exact name')
      .option('--quantity <n>', 'how many at once', positiveInteger, 1),
    'kahub prices explain --sku 123 --reseller "Acme Games" --quantity 100'
  ).action(
    run(async (session, { sku, reseller, quantity }: { readonly sku: string, readonly reseller: string, readonly quantity: number }) => {
      await explainPrice(session, sku, reseller, quantity)
    })
  )
}

async function setPrices (session: Session, options: SetOptions): Promise<void> {
  const written = options.file === undefined ? writtenRules(options) : await readPriceFile(options.file)
  if (written.length === 0) {
    throw new UsageError('Say which rules: --list, --level, --contract, --break, --floor or --minimum-retail with --sku, --discount, or --file.')
  }
  const rules = await draftRules(session, written, options)
  const { data } = await session.admin.prices.set({ rules })
  printTable(session.form, data, [{ title: 'OUTCOME', of: rule => rule.outcome }, ...ruleColumns], '')
}

function writtenRules (options: SetOptions): WrittenRule[] {
  const { sku } = options
  const rules: WrittenRule[] = []
  if (options.list !== undefined) rules.push({ kind: 'list', sku, amount: options.list, place: '--list' })
  for (const text of options.level ?? []) {
    const [level, price] = pair(text, '--level', 'gold=96.80')
    rules.push({ kind: 'level', sku, level, amount: price, place: '--level' })
  }
  for (const text of options.contract ?? []) {
    const [reseller, price] = pair(text, '--contract', '"Acme Games=95.50"')
    rules.push({ kind: 'contract', sku, reseller, amount: price, place: '--contract' })
  }
  for (const text of options.break ?? []) {
    const [quantity, rate] = pair(text, '--break', '100=0.98')
    rules.push({ kind: 'quantity_break', sku, quantity, rate, place: '--break' })
  }
  if (options.floor !== undefined) rules.push({ kind: 'floor', sku, amount: options.floor, place: '--floor' })
  if (options.minimumRetail !== undefined) rules.push({ kind: 'minimum_retail', sku, amount: options.minimumRetail, place: '--minimum-retail' })
  for (const text of options.discount ?? []) {
    const [level, rate] = pair(text, '--discount', 'gold=0.97')
    rules.push({ kind: 'level_discount', level, rate, place: '--discount' })
  }
  return rules
}

/** Names become ids, each looked up once; amounts get the currency of their SKU. */
async function draftRules ({ admin }: Session, written: readonly WrittenRule[], options: SetOptions): Promise<PriceRuleDraft[]> {
  const skus = new Map<string, Awaited<ReturnType<typeof findSku>>>()
  const resellers = new Map<string, string>()
  const drafts: PriceRuleDraft[] = []
  for (const rule of written) {
    const { kind, place } = rule
    if (rule.sku === undefined && (kind !== 'level_discount' || rule.amount !== undefined)) {
      throw new UsageError(`${place}: say which SKU it is for${options.file === undefined ? ' with --sku' : ''}.`)
    }
    if (rule.sku !== undefined && !skus.has(rule.sku)) skus.set(rule.sku, await findSku(admin, rule.sku))
    if (rule.reseller !== undefined && !resellers.has(rule.reseller)) {
      resellers.set(rule.reseller, (await findReseller(admin, rule.reseller)).id)
    }
    const sku = rule.sku === undefined ? undefined : skus.get(rule.sku)!
    drafts.push({
      kind,
      sku: sku?.id,
      level: rule.level,
      reseller: rule.reseller === undefined ? undefined : resellers.get(rule.reseller),
      quantity_min: rule.quantity === undefined ? undefined : readOf(positiveInteger, rule.quantity, place),
      amount: rule.amount === undefined ? undefined : { amount: readOf(amount, rule.amount, place), currency: sku!.currency },
      rate: rule.rate,
      deliberate_loss: options.deliberateLoss,
      reason: rule.reason ?? options.reason
    })
  }
  return drafts
}

async function explainPrice (session: Session, skuNamed: string, resellerNamed: string, quantity: number): Promise<void> {
  const sku = await findSku(session.admin, skuNamed)
  const reseller = await findReseller(session.admin, resellerNamed)
  const price = await session.admin.prices.explain({ sku: sku.id, reseller: reseller.id, quantity })
  if (session.form === 'json') return printJson(price)
  const known = price.unit_price === null ? 'has no price' : `pays ${moneyText(price.unit_price)} each`
  printRecord('text', price, `${reseller.name} (${price.level}) ${known} for ${quantity} of ${sku.name}`, [
    ['highest cost in stock', moneyText(price.unit_cost_max)],
    ['left above it', moneyText(price.margin_min)]
  ])
  if (price.explanation.length === 0) return
  say('')
  printTable(
    'text',
    price.explanation,
    [
      { title: 'RULE', of: step => step.rule },
      { title: 'BEFORE', of: step => step.before },
      { title: 'AFTER', of: step => step.after },
      { title: 'ID', of: step => step.id }
    ],
    ''
  )
}

const ruleColumns: ReadonlyArray<Column<PriceRule>> = [
  { title: 'ID', of: rule => rule.id },
  { title: 'KIND', of: rule => rule.kind },
  { title: 'SKU', of: rule => rule.sku },
  { title: 'FOR', of: rule => rule.level ?? rule.reseller ?? (rule.quantity_min === null ? '' : `from ${rule.quantity_min}`) },
  { title: 'AMOUNT', of: rule => (rule.amount === null ? `× ${rule.rate}` : moneyText(rule.amount)) },
  { title: 'REASON', of: rule => `${rule.deliberate_loss ? 'deliberate loss; ' : ''}${rule.reason}` }
]

const historyColumns: ReadonlyArray<Column<PriceRule>> = [
  { title: 'FROM (UTC)', of: rule => timeText(rule.created_at) },
  { title: 'UNTIL (UTC)', of: rule => timeText(rule.replaced_at) || 'in force' },
  { title: 'ENDED BECAUSE', of: rule => rule.end_reason }
]
