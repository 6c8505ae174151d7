import { Type, type Static } from '@sinclair/typebox'
import { linkKinds, linkStates, listingStatuses, sessionStates } from '../vocabulary.ts'
import {
  asciiPattern, CurrencyCode, Id, Money, MoneyAs, Nullable, OneOf, Page, PageQuery, Reference, textPattern, Timestamp, urlLengthMax
} from './common.ts'
import { CommissionRate, HostId } from './hosts.ts'
import { SkuId } from './orders.ts'
import { SessionId, Title } from './sessions.ts'

export const linkSkusMax = 20
/** Links of a reseller that have not ended. */
export const linksOpenMax = 2_000
export const descriptionLengthMax = 2_000
export const redeemNoteLengthMax = 1_000
export const linkQuotaMax = 10_000_000
/** How far ahead a sale may be planned. */
export const scheduleDaysMax = 731

export const LinkId = Id('lnk', 'The id of a purchase link.')

/** Of the end of a link's address. */
export const slugPattern = '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'

const Slug = Type.String({
  minLength: 3,
  maxLength: 32,
  pattern: slugPattern,
  description: 'The end of its address, /l/{slug}: small letters, digits and hyphens, unique in the world. Left out: ten characters that ' +
    'nobody guesses. In the test world it is put behind test-, and none begins so in the live one.',
  examples: ['ming-1111']
})

const Description = Type.String({ maxLength: descriptionLengthMax, pattern: textPattern, description: 'Shown below the title, as text.' })
const RedeemNote = Type.String({
  maxLength: redeemNoteLengthMax, pattern: textPattern, description: 'How the code is redeemed: shown with it, as text.'
})
const PictureUrl = Nullable(Type.String({
  maxLength: urlLengthMax,
  pattern: asciiPattern,
  description: 'A picture for the page: https, without user or password.',
  examples: ['https://img.example.com/wallet.jpg']
}))

const LinkSkuWish = Type.Object({
  sku: SkuId,
  retail_price: MoneyAs('What a buyer pays for one: whole minor units, in the SKU’s currency.')
}, { additionalProperties: false, title: 'LinkSkuWish' })
const LinkSkuWishes = Type.Array(LinkSkuWish, {
  minItems: 1,
  maxItems: linkSkusMax,
  description: 'What is sold, in the order it is shown; all in one currency. No price may be below the SKU’s floor and its minimum retail ' +
    'price, nor below what you pay for it together with the commission (link_price_too_low).'
})

export const CommissionWish = Type.Object({
  rate: Type.Optional(CommissionRate),
  amount: Type.Optional(MoneyAs('For each piece: whole minor units, in the link’s currency.'))
}, {
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  title: 'CommissionWish',
  description: 'What of a purchase you owe the host: a part of what the buyer pays, or an amount for a piece. One of the two.'
})
export type CommissionWish = Static<typeof CommissionWish>

const Quota = Type.Integer({ minimum: 1, maximum: linkQuotaMax })
const QuotaInAll = Nullable(Quota, { description: 'How many pieces it sells at most; null: as many as there are. A one-time link has none.' })
const QuotaPerBuyer = Nullable(Quota, { description: 'How many pieces one buyer may buy; null: as many as there are.' })
const StartsAt = Nullable(Timestamp, { description: 'When it begins to sell; null: at once.' })
const EndsAt = Nullable(Timestamp, { description: 'When it ends; null: when you end it.' })

export const CreateLink = Type.Object({
  reference: Type.Optional(Reference),
  slug: Type.Optional(Slug),
  kind: Type.Optional(OneOf(linkKinds, { description: 'shared: for everybody. one_time: ended by the first purchase. Default: shared.' })),
  title: Title,
  description: Type.Optional(Description),
  redeem_note: Type.Optional(RedeemNote),
  picture_url: Type.Optional(PictureUrl),
  session: Type.Optional(Nullable(SessionId, { description: 'The stream it is sold in, by which its sales are counted and settled.' })),
  host: Type.Optional(Nullable(HostId, { description: 'Whose sales they are; left out: the host of the session.' })),
  skus: LinkSkuWishes,
  quota: Type.Optional(QuotaInAll),
  quota_per_buyer: Type.Optional(QuotaPerBuyer),
  starts_at: Type.Optional(StartsAt),
  ends_at: Type.Optional(EndsAt),
  commission: Type.Optional(Type.Unsafe<CommissionWish>({
    ...CommissionWish, description: `${CommissionWish.description} Left out: the host’s rate, as it is now.`
  }))
}, { additionalProperties: false })
export type CreateLink = Static<typeof CreateLink>

const Version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

export const UpdateLink = Type.Object({
  version: Type.Unsafe<number>({
    ...Version, description: 'The version you have seen: when it is not the present one any more, nothing is changed (state_conflict).'
  }),
  title: Type.Optional(Title),
  description: Type.Optional(Description),
  redeem_note: Type.Optional(RedeemNote),
  picture_url: Type.Optional(PictureUrl),
  session: Type.Optional(Nullable(SessionId, { description: 'Only as long as nothing was bought, nor is being paid for.' })),
  host: Type.Optional(Nullable(HostId, { description: 'Whose sales they are from now on; the commission stays.' })),
  skus: Type.Optional(Type.Unsafe<Static<typeof LinkSkuWishes>>({
    ...LinkSkuWishes,
    description: 'All that is sold from now on, in the link’s currency, under the same rules as in a new link. Who is paying already pays ' +
      'the price that was agreed.'
  })),
  quota: Type.Optional(Nullable(Quota, { description: 'Not below what was sold and is being paid for.' })),
  quota_per_buyer: Type.Optional(QuotaPerBuyer),
  starts_at: Type.Optional(Nullable(Timestamp, { description: 'Only until it has begun: pause it then. null: at once.' })),
  ends_at: Type.Optional(EndsAt),
  commission: Type.Optional(Type.Unsafe<CommissionWish>({
    ...CommissionWish, description: `${CommissionWish.description} Of purchases that begin from now on.`
  }))
}, {
  additionalProperties: false,
  minProperties: 2,
  description: 'What is left out stays. Slug, kind and currency stay for ever. A link that has ended is not changed any more.'
})
export type UpdateLink = Static<typeof UpdateLink>

export const LinkSku = Type.Object({
  sku: SkuId,
  name: Type.String(),
  status: OneOf(listingStatuses, { description: 'Whether it is sold at all: the worse of the SKU’s own and its product’s.' }),
  retail_price: MoneyAs('What a buyer pays for one.'),
  wholesale_price: Nullable(Money, { description: 'What you pay for one now, at the SKU’s minimum quantity; null: there is no price for you, and it is not sold.' }),
  commission: MoneyAs('What you owe the host for one.'),
  margin: Nullable(Money, { description: 'What is left for you of one; below zero: your price has risen, and it is not sold.' }),
  minimum_retail: Nullable(Money, {
    description: 'Below which no buyer may get one here: of the SKU’s floor and minimum retail price and what you pay with the commission, ' +
      'the highest. null: there is no price for you, or the commission takes all.'
  }),
  available: Type.Integer({ description: 'Codes that can be bought now.' })
}, { additionalProperties: false, title: 'LinkSku' })
export type LinkSku = Static<typeof LinkSku>

export const LinkCommission = Type.Object({
  rate: Nullable(CommissionRate),
  amount: Nullable(Money, { description: 'For each piece.' })
}, { additionalProperties: false, title: 'LinkCommission', description: 'One of the two; both null: none.' })

export const LinkEmbed = Type.Object({
  frame: Type.String({ description: 'The page for an iframe.' }),
  script: Type.String({ description: 'The script that puts a button on a page of yours.' }),
  oembed: Type.String({ description: 'What sites that know oEmbed ask.' }),
  picture: Type.String({ description: 'The picture that is shown where the link is shared.' }),
  qr_svg: Type.String({ description: 'A QR code, to be printed at any size.' }),
  qr_png: Type.String({ description: 'A QR code as a picture.' }),
  poster: Type.String({ description: 'A page to be printed.' })
}, { additionalProperties: false, title: 'LinkEmbed', description: 'Addresses for pages of others, and for print.' })

export const Link = Type.Object({
  id: LinkId,
  slug: Type.String(),
  reference: Type.String(),
  kind: OneOf(linkKinds),
  state: OneOf(linkStates, {
    description: 'What it is now. scheduled: its start has not come. sold_out: its quota is used up or set aside, or nothing is in stock; it ' +
      'may become active again. ended: you ended it, its end came, or the one purchase was made.'
  }),
  title: Type.String(),
  description: Type.String(),
  redeem_note: Type.String(),
  picture_url: Nullable(Type.String()),
  session: Nullable(SessionId),
  session_state: Nullable(OneOf(sessionStates), { description: 'A link of a session that has ended goes on selling, and says so here.' }),
  host: Nullable(HostId),
  currency: CurrencyCode,
  skus: Type.Array(LinkSku),
  commission: LinkCommission,
  quota: Nullable(Type.Integer()),
  quota_per_buyer: Nullable(Type.Integer()),
  quota_left: Nullable(Type.Integer(), { description: 'Pieces it may still sell, beside those that are being paid for; null: no quota binds it.' }),
  held: Type.Integer({ description: 'Pieces that buyers are paying for now.' }),
  sold: Type.Integer({ description: 'Pieces that were bought.' }),
  sales: Type.Integer({ description: 'Purchases.' }),
  starts_at: Nullable(Timestamp),
  ends_at: Nullable(Timestamp),
  paused_at: Nullable(Timestamp),
  ended_at: Nullable(Timestamp),
  url: Type.String({ description: 'The page for buyers: show this.' }),
  short_url: Type.String({ description: 'The same page: for a QR code, and to be said aloud.' }),
  embed: LinkEmbed,
  version: Type.Integer({ description: 'Counts what was changed; an edit names the one it has seen.' }),
  created_by: Type.String({ description: 'The key that made it.' }),
  created_at: Timestamp,
  updated_at: Timestamp
}, { additionalProperties: false, title: 'Link' })
export type Link = Static<typeof Link>

const ChangedMembers = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true })

export const LinkChange = Type.Object({
  version: Type.Integer({ description: 'The version that the change made.' }),
  before: Type.Unsafe<Record<string, unknown>>({ ...ChangedMembers, description: 'What was changed, as it was: members as a link shows them.' }),
  after: Type.Unsafe<Record<string, unknown>>({ ...ChangedMembers, description: 'The same members, as they became.' }),
  changed_by: Type.String({ description: 'The key that asked; schedule: its end came.' }),
  created_at: Timestamp
}, { additionalProperties: false, title: 'LinkChange' })
export type LinkChange = Static<typeof LinkChange>

export const LinkParams = Type.Object({ id: LinkId })
export const ListLinks = Type.Object({
  ...PageQuery,
  state: Type.Optional(OneOf(linkStates)),
  session: Type.Optional(SessionId),
  host: Type.Optional(HostId),
  slug: Type.Optional(Type.String({ minLength: 1, maxLength: 40, pattern: '^[a-z0-9-]+$', description: 'The one with this slug.' }))
}, { additionalProperties: false })
export type ListLinks = Static<typeof ListLinks>
export const LinkPage = Page(Link)
export const ListLinkChanges = Type.Object({ ...PageQuery }, { additionalProperties: false })
export const LinkChangePage = Page(LinkChange)
