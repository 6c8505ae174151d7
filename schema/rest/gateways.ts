import { Type, type Static } from '@sinclair/typebox'
import { currencyCodes, gatewayKinds, gatewayStates, paybackStates, returnReasons } from '../vocabulary.ts'
import { CurrencyCode, Id, MoneyAs, Nullable, OneOf, Page, PageQuery, Timestamp } from './common.ts'
import { Name } from './levels.ts'

export const GatewayId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
  description: 'The id of a payment gateway, chosen by the operator.',
  examples: ['alipay']
})

const GatewayCurrencies = Type.Array(CurrencyCode, {
  minItems: 1, maxItems: currencyCodes.length, uniqueItems: true, description: 'What it takes.'
})
const kind = { description: 'Who runs it.' }

export const Gateway = Type.Object({
  id: GatewayId,
  kind: OneOf(gatewayKinds, kind),
  name: Type.String({ description: 'Its name for people, in English.' }),
  name_zh: Type.String({ description: 'Its name for people, in Chinese.' }),
  currencies: Type.Array(CurrencyCode, { description: 'What it takes.' })
}, { additionalProperties: false, title: 'Gateway', description: 'A payment gateway through which buyers pay, and wallets are filled.' })
export type Gateway = Static<typeof Gateway>

export const ListGatewaysQuery = Type.Object(PageQuery, { additionalProperties: false })
export const GatewayPage = Page(Gateway)

export const GatewayParams = Type.Object({ id: GatewayId })

export const PutGateway = Type.Object({
  kind: OneOf(gatewayKinds, kind),
  name: Name,
  name_zh: Name,
  currencies: GatewayCurrencies,
  state: Type.Optional(OneOf(gatewayStates, {
    description: 'disabled: it takes no new payments, and finishes those it has. Left out: enabled.'
  })),
  config: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
    description: 'The account, as its kind needs it (docs: payments). It is sealed and never shown again; left out, the one there is stays.'
  }))
}, { additionalProperties: false })
export type PutGateway = Static<typeof PutGateway>

export const ConfiguredGateway = Type.Object({
  ...Gateway.properties,
  state: OneOf(gatewayStates),
  account: Type.Record(Type.String(), Type.String(), {
    description: 'Which account it is, and the fingerprints (SHA-256) of its public keys, by name; never a secret.'
  }),
  fault: Nullable(Type.String(), { description: 'Why it cannot be used; null when it can.' }),
  news_url: Type.String({ description: 'Where the gateway’s server tells us; to be registered there where the gateway wants that.' }),
  updated_by: Type.String({ description: 'The key of the operator who changed it last.' }),
  created_at: Timestamp,
  updated_at: Timestamp
}, { additionalProperties: false, title: 'ConfiguredGateway' })
export type ConfiguredGateway = Static<typeof ConfiguredGateway>

export const ConfiguredGatewayPage = Page(ConfiguredGateway)

const PaybackId = Id('pbk', 'The id of a payback.')

export const Payback = Type.Object({
  id: PaybackId,
  payment: Id('pay', 'The payment whose money goes back; the gateway knows it by this id.'),
  reseller: Id('rsl', 'Whose buyer paid, or who paid itself.'),
  gateway: GatewayId,
  transaction: Type.String({ description: 'The gateway’s number of the money that came.' }),
  amount: MoneyAs('What goes back: the whole of what came.'),
  reason: OneOf(returnReasons, { description: 'Why it goes back.' }),
  state: OneOf(paybackStates, { description: 'failed: the gateway will not; it is tried again when you say so.' }),
  attempts: Type.Integer({ description: 'How often the gateway was asked since it became due.' }),
  next_at: Nullable(Timestamp, { description: 'When the gateway is asked next; null: not any more.' }),
  last_error: Nullable(Type.String(), { description: 'What the gateway said last, when that was no success.' }),
  created_at: Timestamp,
  ended_at: Nullable(Timestamp)
}, { additionalProperties: false, title: 'Payback', description: 'Money on its way back to whoever paid.' })
export type Payback = Static<typeof Payback>

export const ListPaybacks = Type.Object({
  ...PageQuery,
  state: Type.Optional(OneOf(paybackStates, { description: 'Only those in this state.' }))
}, { additionalProperties: false })
export type ListPaybacks = Static<typeof ListPaybacks>
export const PaybackPage = Page(Payback)
export const PaybackParams = Type.Object({ id: PaybackId })
