// A reseller pays into its own wallet, through the gateways that buyers pay with.
import { Type, type Static } from '@sinclair/typebox'
import { depositStates, payActionKinds, paybackStates, returnReasons, type Currency } from '../vocabulary.ts'
import { asciiPattern, Id, Money, MoneyAs, Nullable, OneOf, Page, PageQuery, Reference, Timestamp, urlLengthMax } from './common.ts'

/** The least and the most of one deposit, in major units. */
export const depositBounds: Readonly<Record<Currency, { readonly min: string, readonly max: string }>> = {
  CNY: { min: '1', max: '500000' },
  USD: { min: '1', max: '100000' },
  EUR: { min: '1', max: '100000' },
  HKD: { min: '5', max: '500000' },
  TWD: { min: '30', max: '2000000' },
  SGD: { min: '1', max: '100000' },
  MYR: { min: '5', max: '300000' },
  THB: { min: '30', max: '2000000' },
  JPY: { min: '100', max: '10000000' },
  KRW: { min: '1000', max: '100000000' },
  VND: { min: '20000', max: '2000000000' },
  KWD: { min: '0.5', max: '20000' }
}

/** How long a deposit may be paid. */
export const depositSeconds = 3_600

export const DepositId = Id('pay', 'The id of a deposit.')

/** The gateway's id, as the operator chose it. */
const GatewayName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,63}$', description: 'A gateway of GET /v1/gateways that takes the currency.', examples: ['sandbox']
})

export const StartDeposit = Type.Object({
  reference: Type.Optional(Reference),
  amount: MoneyAs('How much, in the currency of a wallet of yours, with no more decimals than the currency has.'),
  gateway: GatewayName,
  return_url: Type.Optional(Type.String({
    minLength: 1,
    maxLength: urlLengthMax,
    pattern: asciiPattern,
    description: 'Where the browser is sent after paying: https, without a user or password (http only for this machine, to try ' +
      'out). Left out, a page of ours says that it may be closed. Coming back says nothing about the money: ask for the deposit.',
    examples: ['https://shop.example.com/paid']
  }))
}, { additionalProperties: false })
export type StartDeposit = Static<typeof StartDeposit>

export const DepositPay = Type.Object({
  kind: OneOf(payActionKinds, { description: 'redirect: open url in a browser. qr: show content as a QR code.' }),
  url: Type.Optional(Type.String({ description: 'Of redirect.' })),
  content: Type.Optional(Type.String({ description: 'Of qr.' }))
}, { additionalProperties: false, title: 'DepositPay' })

export const DepositReturn = Type.Object({
  amount: MoneyAs('What came, and goes back.'),
  reason: OneOf(returnReasons),
  state: OneOf(paybackStates, { description: 'succeeded: the gateway has given it back. failed: the operator has to.' })
}, { additionalProperties: false, title: 'DepositReturn' })

export const WalletDeposit = Type.Object({
  id: DepositId,
  reference: Type.String({ description: 'Your own number for it.' }),
  state: OneOf(depositStates, {
    description: 'created: the gateway was not reached; send the same again. pending: it can be paid. paid: it is in the wallet. ' +
      'returned: what came was not what was asked for, and goes back. closed: no money came in time; what comes later still counts.'
  }),
  amount: Money,
  gateway: Type.String({ description: 'The gateway it is paid with.' }),
  pay: Nullable(DepositPay, { description: 'How it is paid, while it can be.' }),
  expires_at: Timestamp,
  created_at: Timestamp,
  paid_at: Nullable(Timestamp, { description: 'When money came.' }),
  transfer: Nullable(Id('trf', 'The transfer.'), { description: 'The transfer into the wallet, once it is paid.' }),
  returns: Type.Array(DepositReturn, {
    description: 'Money that came and goes back: too much, too little, in another currency, or a second time.'
  })
}, { additionalProperties: false, title: 'WalletDeposit' })
export type WalletDeposit = Static<typeof WalletDeposit>

export const ListDeposits = Type.Object(PageQuery, { additionalProperties: false })
export const WalletDepositPage = Page(WalletDeposit)
export const DepositParams = Type.Object({ id: DepositId })
