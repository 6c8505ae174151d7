import type { Currency, PriceRuleKind } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { amountMax, type Amount } from '../../base/money.ts'
import { Problem, type Fault } from '../../base/problem.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Reader, Tx } from '../../postgres/pool.ts'
import { lockSnapshot } from '../../postgres/snapshot.ts'
import type { PricedRule } from './below-cost.ts'
import { readRulesInForce, refuseBelowCost, skusMovedBy, writeChanges, type WrittenChange } from './change-rules.ts'
import { readPriceRules, type KeptRule } from './list-price-rules.ts'

export const rateMax = 10_000

/** A rule as the operator asks for it. What its kind does not have is left out. */
export interface RuleDraft {
  readonly kind: PriceRuleKind
  readonly skuId?: Uuid | undefined
  readonly levelId?: string | undefined
  readonly resellerId?: Uuid | undefined
  readonly quantityMin?: number | undefined
  /** Ten-thousandths of a major unit, in the currency of the SKU. */
  readonly amount?: Amount | undefined
  readonly currency?: Currency | undefined
  /** Ten-thousandths of the price before it: 1 to 10,000. */
  readonly rate?: number | undefined
  /** The operator means to sell below cost. */
  readonly deliberateLoss: boolean
  readonly reason: string
}

/** A rule in force after the call; `set` says whether it came to be in this call or was in force already, word for word. */
export interface SetRule { readonly rule: KeptRule, readonly outcome: 'set' | 'unchanged' }

/**
 * Puts a batch of rules in force, each in the place of the one for the same kind, SKU, level, reseller and quantity; all of them
 * or none. Refused: what a kind does not have, unknown SKUs, levels and resellers, another currency than the SKU's
 * (`invalid_request`), and prices below cost that are not meant (`price_below_cost`).
 */
export async function setPriceRules (tx: Tx, drafts: readonly RuleDraft[], actor: string): Promise<readonly SetRule[]> {
  refuseFaults(drafts.flatMap(faultsOf))
  refuseFaults(repeatsIn(drafts))
  await lockSnapshot(tx, 'prices')
  refuseFaults(await unknownsIn(tx, drafts))
  const rules = drafts.map(toRule)
  const moved = await skusMovedBy(tx, rules)
  const inForce = await readRulesInForce(tx, moved)
  const present = new Map(inForce.map(rule => [placeOf(rule), rule]))
  const changes = rules.map((after, index): WrittenChange => ({
    index, skuId: after.skuId, levelId: after.levelId, before: present.get(placeOf(after)), after, deliberateLoss: after.deliberateLoss
  })).filter(change => !isSame(change.before, change.after!))
  if (changes.length > 0) {
    const touched = await skusMovedBy(tx, changes)
    await refuseBelowCost(tx, touched, inForce, changes, 'rules')
    await writeChanges(tx, changes, touched, { actor, endReason: null })
  }
  const set = new Set(changes.map(change => change.index))
  const kept = await readPriceRules(tx, rules.map((rule, index) => set.has(index) ? rule.id : present.get(placeOf(rule))!.id))
  return kept.map((rule, index) => ({ rule, outcome: set.has(index) ? 'set' : 'unchanged' }))
}

type Member = 'sku' | 'level' | 'reseller' | 'quantity_min' | 'amount' | 'rate'

/** What each kind of rule has, and nothing else. */
const membersOf: Readonly<Record<PriceRuleKind, readonly Member[]>> = {
  list: ['sku', 'amount'],
  level: ['sku', 'level', 'amount'],
  contract: ['sku', 'reseller', 'amount'],
  level_discount: ['level', 'rate'],
  quantity_break: ['sku', 'quantity_min', 'rate'],
  floor: ['sku', 'amount'],
  minimum_retail: ['sku', 'amount']
}

function faultsOf (draft: RuleDraft, index: number): readonly Fault[] {
  const given = {
    sku: draft.skuId,
    level: draft.levelId,
    reseller: draft.resellerId,
    quantity_min: draft.quantityMin,
    amount: draft.amount,
    rate: draft.rate
  } satisfies Record<Member, unknown>
  const { kind, amount = 0n, rate = 1, quantityMin = 2 } = draft
  const faults: Fault[] = []
  const refuse = (member: Member, detail: string) => faults.push({ pointer: `/rules/${index}/${member}`, detail })
  for (const [member, value] of Object.entries(given) as [Member, unknown][]) {
    const belongs = membersOf[kind].includes(member)
    if (belongs && value === undefined) refuse(member, `a rule of kind ${kind} needs it`)
    if (!belongs && value !== undefined) refuse(member, `a rule of kind ${kind} has none`)
  }
  if (amount < 0n || amount > amountMax) refuse('amount', 'must be 0 or more, and not beyond what an amount can be')
  if (rate < 1 || rate > rateMax) refuse('rate', 'must be from 0.0001 to 1')
  if (quantityMin < 2) refuse('quantity_min', 'must be 2 or more')
  return faults
}

function repeatsIn (drafts: readonly RuleDraft[]): readonly Fault[] {
  const first = new Map<string, number>()
  const faults: Fault[] = []
  for (const [index, draft] of drafts.entries()) {
    const place = placeOf(toRule(draft))
    const earlier = first.get(place)
    if (earlier === undefined) first.set(place, index)
    else faults.push({ pointer: `/rules/${index}`, detail: `is for the same as rule ${earlier}` })
  }
  return faults
}

async function unknownsIn (read: Reader, drafts: readonly RuleDraft[]): Promise<readonly Fault[]> {
  const skuIds = drafts.map(draft => draft.skuId).filter(id => id !== undefined)
  const skus = await read<{ id: Uuid, currency: Currency }[]>`select id, currency from skus where id = any (${bareArray(skuIds)}::uuid[])`
  const levelIds = drafts.map(draft => draft.levelId).filter(id => id !== undefined)
  const levels = await read<{ id: string }[]>`select id from levels where id = any (${quotedArray(levelIds)}::text[])`
  const resellerIds = drafts.map(draft => draft.resellerId).filter(id => id !== undefined)
  const resellers = await read<{ id: Uuid }[]>`select id from resellers where id = any (${bareArray(resellerIds)}::uuid[])`
  const currencies = new Map(skus.map(sku => [sku.id, sku.currency]))
  const knownLevels = new Set(levels.map(level => level.id))
  const knownResellers = new Set(resellers.map(reseller => reseller.id))
  const faults: Fault[] = []
  for (const [index, { skuId, levelId, resellerId, currency }] of drafts.entries()) {
    const refuse = (member: string, detail: string) => faults.push({ pointer: `/rules/${index}/${member}`, detail })
    const own = skuId === undefined ? undefined : currencies.get(skuId)
    if (skuId !== undefined && own === undefined) refuse('sku', 'is not a SKU')
    if (own !== undefined && currency !== undefined && own !== currency) refuse('amount/currency', `must be the SKU's, ${own}`)
    if (levelId !== undefined && !knownLevels.has(levelId)) refuse('level', 'is not a level')
    if (resellerId !== undefined && !knownResellers.has(resellerId)) refuse('reseller', 'is not a reseller')
  }
  return faults
}

function refuseFaults (errors: readonly Fault[]): void {
  if (errors.length === 0) return
  throw new Problem('invalid_request', 'Some rules cannot be set; none of the batch was.', { errors: errors.slice(0, faultsToldMax) })
}

const faultsToldMax = 100

function toRule (draft: RuleDraft): PricedRule & { readonly reason: string } {
  return {
    id: newId(),
    kind: draft.kind,
    skuId: draft.skuId ?? null,
    levelId: draft.levelId ?? null,
    resellerId: draft.resellerId ?? null,
    quantityMin: draft.quantityMin ?? null,
    amount: draft.amount ?? null,
    rate: draft.rate ?? null,
    deliberateLoss: draft.deliberateLoss,
    reason: draft.reason
  }
}

function placeOf ({ kind, skuId, levelId, resellerId, quantityMin }: PricedRule): string {
  return [kind, skuId, levelId, resellerId, quantityMin].join(' ')
}

function isSame (before: PricedRule | undefined, after: PricedRule): boolean {
  return before?.amount === after.amount && before.rate === after.rate && before.deliberateLoss === after.deliberateLoss
}
