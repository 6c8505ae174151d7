// I14: each line points to the price rules that made its price; recomputed from them, and anew from all rules of its time, it is the same.
//   contract ?? level ?? list × discount of the level, then the quantity break that is reached, then never below the floor.
import type { World } from './journal.ts'
import { faultsToldMax, inWorld, type Reader, type Verdict } from './judgement.ts'

/**
 * A line's time is that of its order's transaction, a rule's that of its writing: an order is priced by what is in force up to so much
 * later. Nearer to a change than this, either price is right.
 */
const uncertaintyMs = 15_000

/** Judges every way in which a line was priced once, however many lines it gave. */
export async function judgePrices (read: Reader, world: World): Promise<readonly Verdict[]> {
  const rules = new Map((await read.unsafe<Rule[]>(inWorld(world, `
    select id, kind, sku_id as sku, level_id as level, reseller_id as reseller, quantity_min as "quantityMin", amount, rate,
           created_at as "from", replaced_at as "to" from @price_rules where kind <> 'minimum_retail'`))).map(rule => [rule.id, rule]))
  const ways = await read.unsafe<Way[]>(inWorld(world, `
    select l.price_rules as rules, l.sku_id as sku, o.reseller_id as reseller, l.unit_price as price, count(*)::int as lines,
           bool_and(o.terms ? 'quote' or o.terms ? 'checkout') is true as agreed,
           min(l.delivered + l.held) as "leastCodes", max(l.delivered + l.held) as "mostCodes",
           min(o.created_at) as "first", max(o.created_at) as "last"
    from @order_lines l join @orders o on o.id = l.order_id
    group by l.price_rules, l.sku_id, o.reseller_id, l.unit_price,
      coalesce(o.terms ? 'quote' or o.terms ? 'checkout', false), l.delivered + l.held = 0, coalesce(l.reason, '') = 'stock_withdrawn'`))
  const levels = (await read.unsafe<{ id: string }[]>(inWorld(world, 'select id from @levels'))).map(({ id }) => id)
  const bySku = Map.groupBy(rules.values(), rule => rule.sku ?? '')
  const [wrong, other]: [string[], string[]] = [[], []]
  let [lines, priced] = [0, 0]
  for (const way of ways) {
    lines += way.lines
    const chain = way.rules.map(id => rules.get(id))
    const where = `${way.lines} lines of SKU ${way.sku} for ${way.reseller} at ${way.price}`
    const fault = chainFault(way, chain)
    if (fault) wrong.push(`${where}: ${fault}`)
    if (way.agreed || way.mostCodes === 0) continue
    priced += way.lines
    const known = [...bySku.get(way.sku) ?? [], ...bySku.get('') ?? []]
    for (const [at, codes] of [[way.first, way.leastCodes], [way.last, way.mostCodes]] as const) {
      const expected = expectedRules(known, way, levels, at.getTime(), codes)
      if (expected && !expected.includes(way.rules.join())) {
        const due = [...new Set(expected)].join(' or ')
        other.push(`${where} by ${way.rules.join()}: at ${at.toISOString()}, for ${codes} codes, it was to be ${due}`)
        break
      }
    }
  }
  return [
    { invariant: 'I14', says: 'a unit price is what the rules of its line make it', looked: lines, faults: wrong.slice(0, faultsToldMax) },
    {
      invariant: 'I14',
      says: 'the rules of a line are those that were in force for its buyer, SKU and quantity',
      looked: priced,
      faults: other.slice(0, faultsToldMax)
    },
    ...await judgeAgreed(read, world)
  ]
}

interface Rule {
  readonly id: string
  readonly kind: string
  readonly sku: string | null
  readonly level: string | null
  readonly reseller: string | null
  readonly quantityMin: number | null
  readonly amount: bigint | null
  readonly rate: number | null
  readonly from: Date
  readonly to: Date | null
}

/** Lines of one SKU and reseller that were priced by the same rules. */
interface Way {
  readonly rules: readonly string[]
  readonly sku: string
  readonly reseller: string
  readonly price: bigint
  readonly lines: number
  /** The price was agreed on before the order: a quote, or a link's. */
  readonly agreed: boolean
  readonly leastCodes: number
  readonly mostCodes: number
  readonly first: Date
  readonly last: Date
}

/** Why the rules of a line do not make its price. A line that nothing came of may have none, and costs nothing. */
function chainFault (way: Way, chain: readonly (Rule | undefined)[]): string | undefined {
  if (chain.length === 0) return way.mostCodes === 0 && way.price === 0n ? undefined : 'has no rules'
  let price: bigint | undefined
  for (const rule of chain) {
    if (!rule) return 'has rules that are not there'
    if (rule.sku !== null && rule.sku !== way.sku) return `has a rule of another SKU, ${rule.id}`
    if (rule.reseller !== null && rule.reseller !== way.reseller) return `has a rule of another reseller, ${rule.id}`
    if (['list', 'level', 'contract'].includes(rule.kind)) price = rule.amount!
    else if (price === undefined) return `begins with a ${rule.kind}`
    else if (rule.kind === 'floor') price = price > rule.amount! ? price : rule.amount!
    else price = rated(price, rule)
  }
  return price === way.price ? undefined : `its rules make ${price}`
}

/** Half up, to the ten-thousandth. */
function rated (price: bigint, { rate }: Rule): bigint {
  const size = price * BigInt(rate!)
  return size / 10_000n + (size % 10_000n >= 5_000n ? 1n : 0n)
}

/**
 * The rules that a line must have by those in force at its time: for each level its buyer may have had then, for a reseller's level is
 * not kept. Undefined when any of them changed so near to that time that it may be either.
 */
function expectedRules (
  known: readonly Rule[], { reseller }: Way, levels: readonly string[], atMs: number, codes: number
): readonly string[] | undefined {
  const mine = known.filter(rule => rule.reseller === null || rule.reseller === reseller)
  const near = (time: Date | null): boolean => time !== null && Math.abs(time.getTime() - atMs) < uncertaintyMs
  if (mine.some(({ from, to }) => near(from) || near(to))) return undefined
  const inForce = mine.filter(({ from, to }) => from.getTime() <= atMs && (to === null || to.getTime() > atMs))
  const one = (kind: string, level: string | null = null): Rule | undefined =>
    inForce.find(rule => rule.kind === kind && rule.level === level)
  const reached = inForce.filter(({ kind, quantityMin }) => kind === 'quantity_break' && quantityMin! <= codes)
    .reduce<Rule | undefined>((best, rule) => best && best.quantityMin! > rule.quantityMin! ? best : rule, undefined)
  return levels.map(level => {
    const special = one('contract') ?? one('level', level)
    const chain = [special ?? one('list'), special ? undefined : one('level_discount', level), reached].filter(rule => rule !== undefined)
    const price = chain.reduce((before, rule) => rule.amount ?? rated(before, rule), 0n)
    const floor = one('floor')
    return [...chain, ...floor && price < floor.amount! ? [floor] : []].map(({ id }) => id).join()
  })
}

/** What was agreed before the order is what the line has. */
async function judgeAgreed (read: Reader, world: World): Promise<readonly Verdict[]> {
  const rows = await read.unsafe<{ place: string, fits: boolean }[]>(inWorld(world, `
    select format('order %s line %s', l.order_id, l.line) as place,
      (l.sku_id::text, l.unit_price::text, l.price_rules) is not distinct from (
        agreed ->> 'sku', agreed ->> 'unit_price', array(select jsonb_array_elements_text(agreed -> 'price_rules'))::uuid[]) as fits
    from @orders o join @order_lines l on l.order_id = o.id
    join @quotes q on q.reseller_id = o.reseller_id and q.id = (o.terms ->> 'quote')::uuid
    cross join lateral (select q.lines -> (l.line - 1) as agreed) as quoted
    where o.terms ? 'quote'
    union all
    select format('order %s of checkout %s', l.order_id, c.id),
      (l.unit_price, l.price_rules) is not distinct from (c.wholesale_price, c.price_rules)
    from @checkouts c join @order_lines l on l.order_id = c.order_id`))
  const faults = rows.filter(({ fits }) => !fits).map(({ place }) => place)
  const says = 'what was agreed by quote or link is what it was sold at'
  return [{ invariant: 'I14', says, looked: rows.length, faults: faults.slice(0, faultsToldMax) }]
}
