import { Option, type Command } from 'commander'
import { checkoutStates, linkStates, type CheckoutState, type LinkState } from '../../../schema/vocabulary.ts'
import type { CheckoutSummary, CommissionWish, Kahub, Link, LinkChange, LinkSku, LinkSkuWish, UpdateLinkBody } from '../../../sdk/src/index.ts'
import { amount, pair, positiveInteger, readOf, repeated } from '../arguments.ts'
import { examples } from '../examples.ts'
import { UsageError } from '../failures.ts'
import { findHost, findLink, findOwnSku, findSession } from '../find-own.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { countText, moneyText, printJson, printRecord, printTable, say, timeText, type Column, type Form } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'
import { rate } from './hosts.ts'

interface LinkOptions {
  readonly sku?: readonly string[]
  readonly title?: string
  readonly slug?: string
  readonly oneTime?: boolean
  readonly session?: string
  readonly host?: string
  readonly quota?: string
  readonly quotaPerBuyer?: string
  readonly starts?: string
  readonly ends?: string
  readonly commission?: string
  readonly commissionAmount?: string
  readonly description?: string
  readonly redeemNote?: string
  readonly picture?: string
  readonly reference?: string
  readonly version?: number
}

interface LinksOptions extends ListOptions { readonly state?: LinkState, readonly session?: string, readonly host?: string }

interface CheckoutsOptions extends ListOptions {
  readonly link?: string
  readonly session?: string
  readonly state?: CheckoutState
  readonly from?: string
  readonly before?: string
}

/** kahub links. */
export function addLinks (program: Command, run: RunWith<ResellerSession>): void {
  const links = program.command('links').alias('link').description('purchase links: pages with a price, sold while the stream runs')

  examples(
    withTerms(
      links
        .command('create <title>')
        .description('make a purchase link; the address to show is in the answer')
        .requiredOption('--sku <sku=price>', 'what it sells and at which retail price, by id or number; may be repeated', repeated)
        .option('--slug <text>', 'the end of its address; chosen by chance when left out')
        .option('--one-time', 'ended by the first purchase')
        .option('--reference <text>', 'your own number for it: the same again gives the same link')
    ),
    'kahub links create "Wallet ¥100" --sku 123=109 --session "11.11 evening" --quota 500 --quota-per-buyer 2',
    'kahub links create "Two to choose from" --sku 123=109 --sku 124=215 --commission 0.08 --ends 2027-11-12T00:00:00+08:00'
  ).action(run(createLink))

  examples(
    listOptions(
      links.command('list').description('list the links, newest first')
        .addOption(new Option('--state <state>', 'only those in a state').choices(linkStates))
        .option('--session <session>', 'only those of a session, by id or exact title')
        .option('--host <host>', 'only those of a host, by id or exact name')
    ),
    'kahub links list --state active'
  ).action(
    run(async (session, { state, session: ofSession, host, ...options }: LinksOptions) => {
      const { kahub } = session
      const list = kahub.links.list({
        limit: pageRowsMax,
        state,
        session: ofSession === undefined ? undefined : (await findSession(kahub, ofSession)).id,
        host: host === undefined ? undefined : (await findHost(kahub, host)).id
      })
      await printList(session, options, list, linkColumns, 'There is no such link: kahub links create makes one.')
    })
  )

  examples(links.command('get <link>').description('show a link, named by id, slug or address'), 'kahub links get ming-1111').action(
    run(async ({ kahub, form }, link: string) => printLink(form, await findLink(kahub, link)))
  )

  examples(
    withTerms(
      links
        .command('edit <link>')
        .description('change a link for whoever has not begun to pay')
        .option('--title <title>', 'its new title')
        .option('--sku <sku=price>', 'all that it sells from now on; may be repeated', repeated)
        .option('--version <n>', 'the version you have seen; the present one when left out', positiveInteger)
    ),
    'kahub links edit ming-1111 --sku 123=99 --quota 800'
  ).action(run(editLink))

  for (const [verb, says] of [
    ['pause', 'sell nothing from now on, until it is resumed'], ['resume', 'sell again'], ['end', 'sell nothing any more, for good']
  ] as const) {
    examples(links.command(`${verb} <link>`).description(says), `kahub links ${verb} ming-1111`).action(
      run(async ({ kahub, form }, link: string) => printLink(form, await kahub.links[verb]((await findLink(kahub, link)).id)))
    )
  }

  examples(listOptions(links.command('changes <link>').description('show what became of a link, newest first')), 'kahub links changes ming-1111').action(
    run(async (session, named: string, options: ListOptions) => {
      const { id } = await findLink(session.kahub, named)
      await printList(session, options, session.kahub.links.changes(id, { limit: pageRowsMax }), changeColumns, 'Nothing of it was changed yet.')
    })
  )

  examples(
    listOptions(
      links.command('checkouts').description('list what buyers bought, and are buying, newest first')
        .option('--link <link>', 'only through a link, by id, slug or address')
        .option('--session <session>', 'only in a session, by id or exact title')
        .addOption(new Option('--state <state>', 'only those in a state').choices(checkoutStates))
        .option('--from <time>', 'begun then or later, as in 2027-11-11T20:00:00+08:00')
        .option('--before <time>', 'begun earlier')
    ),
    'kahub links checkouts --link ming-1111 --state completed'
  ).action(
    run(async (session, { link, session: ofSession, state, from, before, ...options }: CheckoutsOptions) => {
      const { kahub } = session
      const list = kahub.checkouts.list({
        limit: pageRowsMax,
        link: link === undefined ? undefined : (await findLink(kahub, link)).id,
        session: ofSession === undefined ? undefined : (await findSession(kahub, ofSession)).id,
        state,
        created_from: from,
        created_before: before
      })
      await printList(session, options, list, checkoutColumns, 'Nobody has begun to buy yet.')
    })
  )
}

/** What both a new link and an edit may say. */
function withTerms (command: Command): Command {
  return command
    .option('--session <session>', 'the stream it is sold in, by id or exact title')
    .option('--host <host>', 'whose sales they are, by id or exact name; that of the session when left out')
    .option('--quota <n>', 'how many pieces it sells at most; none: as many as there are')
    .option('--quota-per-buyer <n>', 'how many one buyer may buy; none: as many as there are')
    .option('--starts <time>', 'when it begins to sell, as in 2027-11-11T20:00:00+08:00; none: at once')
    .option('--ends <time>', 'when it ends; none: when you end it')
    .option('--commission <rate>', 'what the host is owed of what buyers pay, as in 0.10', rate)
    .option('--commission-amount <amount>', 'or for each piece', amount)
    .option('--description <text>', 'shown below the title')
    .option('--redeem-note <text>', 'how the code is redeemed')
    .option('--picture <url>', 'a picture, https; none: no picture')
}

async function createLink ({ kahub, form }: ResellerSession, title: string, options: LinkOptions): Promise<void> {
  const skus = await skuWishes(kahub, options.sku!)
  printLink(form, await kahub.links.create({
    ...await terms(kahub, options, skus[0]!.retail_price.currency),
    reference: options.reference,
    title,
    slug: options.slug,
    kind: options.oneTime ? 'one_time' : undefined,
    skus
  }))
}

async function editLink ({ kahub, form }: ResellerSession, named: string, options: LinkOptions): Promise<void> {
  const link = await findLink(kahub, named)
  const skus = options.sku && await skuWishes(kahub, options.sku)
  const edit = { ...await terms(kahub, options, link.currency), title: options.title, skus }
  if (Object.values(edit).every(value => value === undefined)) throw new UsageError('Say what to change: kahub links edit --help shows what there is.')
  printLink(form, await kahub.links.update(link.id, { ...edit, version: options.version ?? link.version }))
}

type Terms = Omit<UpdateLinkBody, 'version' | 'title' | 'skus'>

async function terms (kahub: Kahub, options: LinkOptions, currency: Link['currency']): Promise<Terms> {
  const { session, host, quota, quotaPerBuyer, starts, ends, description, redeemNote, picture } = options
  return {
    session: await orNone(session, async named => (await findSession(kahub, named)).id),
    host: await orNone(host, async named => (await findHost(kahub, named)).id),
    quota: await orNone(quota, async text => readOf(positiveInteger, text, '--quota')),
    quota_per_buyer: await orNone(quotaPerBuyer, async text => readOf(positiveInteger, text, '--quota-per-buyer')),
    starts_at: await orNone(starts, async text => text),
    ends_at: await orNone(ends, async text => text),
    commission: commissionWish(options, currency),
    description,
    redeem_note: redeemNote,
    picture_url: await orNone(picture, async text => text)
  }
}

async function orNone<Value> (text: string | undefined, read: (text: string) => Promise<Value>): Promise<Value | null | undefined> {
  if (text === undefined) return undefined
  return text === 'none' ? null : await read(text)
}

function commissionWish ({ commission, commissionAmount }: LinkOptions, currency: Link['currency']): CommissionWish | undefined {
  if (commission !== undefined && commissionAmount !== undefined) throw new UsageError('Say --commission or --commission-amount, not both.')
  if (commission !== undefined) return { rate: commission }
  return commissionAmount === undefined ? undefined : { amount: { amount: commissionAmount, currency } }
}

async function skuWishes (kahub: Kahub, texts: readonly string[]): Promise<LinkSkuWish[]> {
  const wishes: LinkSkuWish[] = []
  for (const text of texts) {
    const [named, price] = pair(text, '--sku', '123=109.00')
    const value = readOf(amount, price, '--sku')
    const { id, currency } = await findOwnSku(kahub, named)
    wishes.push({ sku: id, retail_price: { amount: value, currency } })
  }
  return wishes
}

function printLink (form: Form, link: Link): void {
  if (form === 'json') return printJson(link)
  printRecord(form, link, `${link.title} (${link.state})`, [
    ['address', link.url],
    ['short', link.short_url],
    ['link', link.id],
    ['slug', link.slug],
    ['version', link.version],
    ['session', link.session && `${link.session} (${link.session_state})`],
    ['host', link.host],
    ['commission', link.commission.rate ?? (link.commission.amount && `${moneyText(link.commission.amount)} a piece`)],
    ['quota', link.quota],
    ['left of it', link.quota_left],
    ['quota per buyer', link.quota_per_buyer],
    ['starts (UTC)', timeText(link.starts_at)],
    ['ends (UTC)', timeText(link.ends_at)],
    ['bought', `${countText(link.sold)} pieces in ${countText(link.sales)} purchases`],
    ['being paid for', link.held],
    ['QR code', link.embed.qr_svg],
    ['poster', link.embed.poster]
  ])
  say('')
  printTable(form, link.skus, skuColumns, '')
}

const linkColumns: ReadonlyArray<Column<Link>> = [
  { title: 'LINK', of: link => link.id },
  { title: 'SLUG', of: link => link.slug },
  { title: 'TITLE', of: link => link.title },
  { title: 'STATE', of: link => link.state },
  { title: 'SOLD', of: link => link.sold },
  { title: 'HELD', of: link => link.held },
  { title: 'LEFT', of: link => link.quota_left }
]

const skuColumns: ReadonlyArray<Column<LinkSku>> = [
  { title: 'SKU', of: sku => sku.sku },
  { title: 'NAME', of: sku => sku.name },
  { title: 'RETAIL', of: sku => moneyText(sku.retail_price) },
  { title: 'YOU PAY', of: sku => moneyText(sku.wholesale_price) },
  { title: 'COMMISSION', of: sku => moneyText(sku.commission) },
  { title: 'MARGIN', of: sku => moneyText(sku.margin) },
  { title: 'MINIMUM', of: sku => moneyText(sku.minimum_retail) },
  { title: 'IN STOCK', of: sku => sku.available }
]

const changeColumns: ReadonlyArray<Column<LinkChange>> = [
  { title: 'VERSION', of: change => change.version },
  { title: 'TIME (UTC)', of: change => timeText(change.created_at) },
  { title: 'BY', of: change => change.changed_by },
  { title: 'BEFORE', of: change => JSON.stringify(change.before) },
  { title: 'AFTER', of: change => JSON.stringify(change.after) }
]

const checkoutColumns: ReadonlyArray<Column<CheckoutSummary>> = [
  { title: 'CHECKOUT', of: checkout => checkout.id },
  { title: 'TIME (UTC)', of: checkout => timeText(checkout.created_at) },
  { title: 'STATE', of: checkout => checkout.state },
  { title: 'BUYER', of: checkout => checkout.contact_hint },
  { title: 'PIECES', of: checkout => checkout.quantity },
  { title: 'PAID', of: checkout => moneyText(checkout.total) },
  { title: 'COMMISSION', of: checkout => moneyText(checkout.commission) },
  { title: 'MARGIN', of: checkout => moneyText(checkout.margin) }
]
