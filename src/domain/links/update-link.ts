import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import type { Buyer } from '../pricing/price-book.ts'
import { checkCommission, checkPicture, checkPrices, checkQuotas, checkSchedule, checkSkus, type SkuWish } from './check-link.ts'
import { putSkus, type CommissionWish, type LinkNeeds } from './create-link.ts'
import { changedMembers, keepChange } from './link-members.ts'
import { isOver, type Link } from './link.ts'
import { namedHost, namedSession } from './named.ts'
import { lockLink, readLink } from './read-links.ts'

/** What is left out stays. */
export interface LinkEdit {
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly redeemNote?: string | undefined
  readonly pictureUrl?: string | null | undefined
  readonly sessionId?: Uuid | null | undefined
  readonly hostId?: Uuid | null | undefined
  readonly skus?: readonly SkuWish[] | undefined
  readonly quota?: number | null | undefined
  readonly quotaPerBuyer?: number | null | undefined
  readonly startsAt?: Date | null | undefined
  readonly endsAt?: Date | null | undefined
  readonly commission?: CommissionWish | undefined
}

/**
 * Edits a link that has not ended, when it is still at the version its editor has seen; what was changed is kept, before and after.
 * Purchases that have begun keep what was agreed. An edit that changes nothing makes no version.
 */
export async function updateLink (
  tx: Tx, { book, nowMs }: LinkNeeds, buyer: Buyer, id: Uuid, { version, ...edit }: LinkEdit & { readonly version: number }, keyId: string
): Promise<Link> {
  const was = await lockLink(tx, buyer.resellerId, id)
  refuseOver(was, nowMs)
  if (was.version !== version) {
    const told = `The link is at version ${was.version}; you have seen ${version}. Read it again, and decide anew.`
    throw new Problem('state_conflict', told, { version: was.version })
  }
  const wished = { ...was, ...Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined)) } as Link
  const commission = edit.commission ?? was
  const { commissionRate, commissionAmount } = commission
  checkSession(was, wished)
  checkStart(was, wished, nowMs)
  if (edit.pictureUrl !== undefined) checkPicture(edit.pictureUrl)
  if (edit.startsAt !== undefined || edit.endsAt !== undefined) checkSchedule(wished, nowMs)
  if (edit.quota !== undefined || edit.quotaPerBuyer !== undefined) checkQuotas(wished)
  checkQuotaCovers(wished)
  if (edit.skus) checkSkus(book, buyer, edit.skus)
  if (edit.skus) checkCurrency(was, edit.skus)
  checkCommission(commission, edit.commission?.currency, was.currency)
  if (edit.skus || edit.commission) checkPrices(book, buyer, commission, wished.skus)
  if (wished.sessionId !== was.sessionId) await namedSession(tx, buyer.resellerId, wished.sessionId)
  if (wished.hostId !== was.hostId) await namedHost(tx, buyer.resellerId, wished.hostId)
  if (!changedMembers(was, { ...wished, commissionRate, commissionAmount })) return was
  if (edit.skus) await putSkus(tx, id, edit.skus)
  await tx`
    update links set title = ${wished.title}, description = ${wished.description}, redeem_note = ${wished.redeemNote},
      picture_url = ${wished.pictureUrl}, session_id = ${wished.sessionId}, host_id = ${wished.hostId},
      commission_rate = ${commissionRate}, commission_amount = ${commissionAmount}, quota = ${wished.quota},
      quota_per_buyer = ${wished.quotaPerBuyer}, starts_at = coalesce(${wished.startsAt}::timestamptz, '-infinity'),
      ends_at = coalesce(${wished.endsAt}::timestamptz, 'infinity'),
      version = version + 1, updated_at = now()
    where reseller_id = ${buyer.resellerId} and id = ${id}`
  const is = await readLink(tx, buyer.resellerId, id)
  await keepChange(tx, was, is, keyId)
  return is
}

/** Refuses what is asked of a link that has ended, whether somebody ended it or its time came. */
export function refuseOver (link: Link, nowMs: number): void {
  if (isOver(link, nowMs)) throw new Problem('state_conflict', 'The link has ended. Make a new one.')
}

/** Sales are counted by session: they stay where they were made. */
function checkSession (was: Link, wished: Link): void {
  if (wished.sessionId === was.sessionId || (was.held === 0 && was.sold === 0)) return
  const told = 'Pieces were bought through the link, or are being paid for: it stays in its session. Make a new link.'
  throw new Problem('state_conflict', told, { held: was.held, sold: was.sold })
}

function checkStart (was: Link, wished: Link, nowMs: number): void {
  if (wished.startsAt?.getTime() === was.startsAt?.getTime()) return
  if (was.startsAt === null || was.startsAt.getTime() <= nowMs) {
    throw new Problem('state_conflict', 'The link has begun to sell, so that its start stays. Pause it instead.')
  }
}

function checkQuotaCovers ({ quota, held, sold }: Link): void {
  if (quota === null || quota >= held + sold) return
  const told = `${sold} pieces were sold and ${held} are being paid for: the quota cannot be less than ${held + sold}.`
  throw new Problem('state_conflict', told, { held, sold })
}

function checkCurrency ({ currency }: Link, skus: readonly SkuWish[]): void {
  if (skus[0]!.currency === currency) return
  throw new Problem('currency_mixed', `The link sells in ${currency}, for ever. Make another for ${skus[0]!.currency}.`, {
    errors: skus.map((_, i) => ({ pointer: `/skus/${i}/retail_price/currency`, detail: `has to be ${currency}` }))
  })
}
