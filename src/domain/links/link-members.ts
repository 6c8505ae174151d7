// The members of a link that can change, as the contract writes them: its history holds them before and after.
import { isDeepStrictEqual } from 'node:util'
import { showId } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import type { Tx } from '../../postgres/pool.ts'
import { rateText } from './commission.ts'
import type { Link } from './link.ts'

export type LinkMembers = Readonly<Record<string, unknown>>

/** What of a link can change. */
export function membersOf (link: Link): LinkMembers {
  const { currency, commissionRate, commissionAmount } = link
  return {
    title: link.title,
    description: link.description,
    redeem_note: link.redeemNote,
    picture_url: link.pictureUrl,
    session: link.sessionId && showId('session', link.sessionId),
    host: link.hostId && showId('host', link.hostId),
    skus: link.skus.map(({ skuId, retailPrice }) => ({ sku: showId('sku', skuId), retail_price: moneyView(retailPrice, currency) })),
    commission: {
      rate: commissionRate === null ? null : rateText(commissionRate),
      amount: commissionAmount === null ? null : moneyView(commissionAmount, currency)
    },
    quota: link.quota,
    quota_per_buyer: link.quotaPerBuyer,
    starts_at: link.startsAt?.toISOString() ?? null,
    ends_at: link.endsAt?.toISOString() ?? null,
    paused_at: link.pausedAt?.toISOString() ?? null,
    ended_at: link.endedAt?.toISOString() ?? null
  }
}

/** The members in which two states of a link differ, before and after; undefined when in none. */
export function changedMembers (was: Link, is: Link): { readonly before: LinkMembers, readonly after: LinkMembers } | undefined {
  const [before, after] = [membersOf(was), membersOf(is)]
  const names = Object.keys(after).filter(name => !isDeepStrictEqual(before[name], after[name]))
  if (names.length === 0) return undefined
  const only = (members: LinkMembers) => Object.fromEntries(names.map(name => [name, members[name]]))
  return { before: only(before), after: only(after) }
}

/** Writes what became of a link into its history, under the version that the change made. */
export async function keepChange (tx: Tx, was: Link, is: Link, changedBy: string): Promise<void> {
  const changed = changedMembers(was, is)
  if (!changed) return
  await tx`
    insert into link_changes (link_id, version, before, after, changed_by)
    values (${is.id}, ${is.version}, ${tx.json(changed.before as never)}, ${tx.json(changed.after as never)}, ${changedBy})`
}
