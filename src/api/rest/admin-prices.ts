import {
  EndedPriceRules, EndPrices, ExplainedPrice, ExplainPrice, ListPriceRules, PriceRulePage, SetPriceRules, SetPrices,
  type PriceRule, type PriceRuleDraft
} from '../../../schema/rest/prices.ts'
import { readId, showId } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { endPriceRules } from '../../domain/pricing/end-prices.ts'
import { explainPrice } from '../../domain/pricing/explain-price.ts'
import { listPriceRules, type KeptRule } from '../../domain/pricing/list-price-rules.ts'
import { setPriceRules, type RuleDraft } from '../../domain/pricing/set-prices.ts'
import { snapshotVersions } from '../../postgres/snapshot.ts'
import { amountOf } from '../amount-of.ts'
import type { App } from '../app-types.ts'
import { change } from '../change.ts'
import { answerPage } from '../page.ts'
import { stepsView } from './prices.ts'

const tags = ['Admin: catalogue']
/** A batch of a thousand rules with reasons. */
const rulesBodyBytesMax = 1024 * 1024
/** Rates are kept in ten-thousandths. */
const rateOne = 10_000

/** Price rules as the operator keeps them. */
export function adminPriceRoutes (app: App): void {
  app.post('/admin/v1/prices', {
    config: { scope: 'admin:catalog' },
    bodyLimit: rulesBodyBytesMax,
    schema: {
      operationId: 'setPrices',
      'x-sdk': { resource: 'admin.prices', method: 'set' },
      summary: 'Set price rules',
      description: 'Each rule takes the place of the one in force for the same kind, SKU, level, reseller and quantity; the old one ' +
        'stays as history. All are set or none. A rule that could sell below the highest cost on the shelf is refused unless ' +
        'deliberate_loss says it is meant.',
      tags,
      body: SetPrices,
      response: { 200: SetPriceRules }
    } as const
  }, async request => {
    const drafts = request.body.rules.map(toDraft)
    const set = await change(request, tx => setPriceRules(tx, drafts, request.caller.key.id))
    return { data: set.map(({ rule, outcome }) => ({ ...ruleView(rule), outcome })) }
  })

  app.post('/admin/v1/prices/end', {
    config: { scope: 'admin:catalog' },
    bodyLimit: rulesBodyBytesMax,
    schema: {
      operationId: 'endPrices',
      'x-sdk': { resource: 'admin.prices', method: 'end' },
      summary: 'End price rules',
      description: 'Takes rules out of force without a successor; they stay as history. Rules that are out of force already stay as ' +
        'they are. Refused when a price would fall below cost by it, unless deliberate_loss says it is meant.',
      tags,
      body: EndPrices,
      response: { 200: EndedPriceRules }
    } as const
  }, async request => {
    const { ids, deliberate_loss: deliberateLoss = false, reason } = request.body
    const ending = { ids: ids.map(id => readId('price_rule', id)!), deliberateLoss, reason }
    const rules = await change(request, tx => endPriceRules(tx, ending, request.caller.key.id))
    return { data: rules.map(ruleView) }
  })

  app.get('/admin/v1/prices', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listPriceRules',
      'x-sdk': { resource: 'admin.prices', method: 'list' },
      summary: 'List price rules',
      description: 'Rules in force, newest first; with history=true also those that were replaced or ended.',
      tags,
      querystring: ListPriceRules,
      response: { 200: PriceRulePage }
    } as const
  }, async (request, reply) => {
    const { sku, reseller, level, kind, history } = request.query
    const filter = {
      skuId: sku === undefined ? undefined : readId('sku', sku),
      resellerId: reseller === undefined ? undefined : readId('reseller', reseller),
      levelId: level,
      kind,
      span: history ? 'all' : 'in_force'
    } as const
    return await answerPage(request, reply, `admin prices ${JSON.stringify([sku, reseller, level, kind, filter.span])}`, {
      load: (before, count) => listPriceRules(request.caller.world.db, filter, before && String(before[0]), count),
      placeOf: rule => [rule.id],
      view: ruleView
    })
  })

  app.get('/admin/v1/prices/explain', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'explainPrice',
      'x-sdk': { resource: 'admin.prices', method: 'explain' },
      summary: 'Explain a reseller\'s price, with costs',
      description: 'What a reseller pays for a SKU at a quantity, which rules made it, who set them, and what is left above the highest ' +
        'cost on the shelf.',
      tags,
      querystring: ExplainPrice,
      response: { 200: ExplainedPrice }
    } as const
  }, async request => {
    const { sku, reseller, quantity } = request.query
    const { db, priceBook } = request.caller.world
    const book = await priceBook.atLeast((await snapshotVersions(db)).get('prices')!)
    const explained = await explainPrice(db, book, { skuId: readId('sku', sku)!, resellerId: readId('reseller', reseller)!, quantity })
    const { currency, quotation, unitCostMax } = explained
    return {
      sku,
      reseller,
      level: explained.levelId,
      quantity,
      unit_price: quotation ? moneyView(quotation.unitPrice, currency) : null,
      unit_cost_max: unitCostMax === null ? null : moneyView(unitCostMax, currency),
      margin_min: quotation && unitCostMax !== null ? moneyView(quotation.unitPrice - unitCostMax, currency) : null,
      explanation: quotation ? stepsView(quotation.steps, explained) : [],
      rules: explained.rules.map(ruleView)
    }
  })
}

function toDraft (rule: PriceRuleDraft, index: number): RuleDraft {
  return {
    kind: rule.kind,
    skuId: rule.sku === undefined ? undefined : readId('sku', rule.sku),
    levelId: rule.level,
    resellerId: rule.reseller === undefined ? undefined : readId('reseller', rule.reseller),
    quantityMin: rule.quantity_min,
    amount: rule.amount && amountOf(rule.amount, `/rules/${index}/amount/amount`),
    currency: rule.amount?.currency,
    rate: rule.rate === undefined ? undefined : Math.round(Number(rule.rate) * rateOne),
    deliberateLoss: rule.deliberate_loss ?? false,
    reason: rule.reason ?? ''
  }
}

function ruleView (rule: KeptRule): PriceRule {
  return {
    id: showId('price_rule', rule.id),
    kind: rule.kind,
    sku: rule.skuId && showId('sku', rule.skuId),
    level: rule.levelId,
    reseller: rule.resellerId && showId('reseller', rule.resellerId),
    quantity_min: rule.quantityMin,
    amount: rule.amount === null ? null : moneyView(rule.amount, rule.currency!),
    rate: rule.rate === null ? null : String(rule.rate / rateOne),
    deliberate_loss: rule.deliberateLoss,
    reason: rule.reason,
    created_by: rule.createdBy,
    created_at: rule.createdAt.toISOString(),
    replaced_at: rule.replacedAt && rule.replacedAt.toISOString(),
    replaced_by: rule.replacedBy,
    end_reason: rule.endReason
  }
}
