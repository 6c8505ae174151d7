// What must hold of links, checkouts and the money that came for them at every moment, each said once in SQL that shares nothing with what
// writes them. What became of settled money, settlement proves.
import type { Reader } from '../../postgres/pool.ts'

/** Faults told of one proof; more of the same kind say nothing new. */
const linkFaultsMax = 20

export const linkProofs = [
  'a link holds what its open checkouts hold, and has sold what they bought',
  'a checkout that is open has its stock set aside, unless that was withdrawn',
  'a checkout that has ended holds no stock',
  'a completed checkout has its order, as it was agreed',
  'an order of a checkout is of a completed one',
  'a checkout is completed by one receipt, and no other does more than go back',
  'money goes back for whatever is refunded, and nothing is refunded before it went',
  'a receipt does what it was meant for, or goes back',
  'a payment that money came for is paid, and no other is',
  'what a receipt brought moved once, and to where it belongs',
  'refunds payable are what has not gone back yet',
  'a host’s part was put aside once'
] as const
export type LinkProof = typeof linkProofs[number]

/** What should hold, and where it does not. */
export interface LinkFault { readonly proof: LinkProof, readonly detail: string }

/** All of links that does not hold; `read` must see one moment. Reads every checkout and receipt: for a pool with long statements. */
export async function proveLinks (read: Reader): Promise<readonly LinkFault[]> {
  const faults: LinkFault[] = []
  for (const proof of linkProofs) {
    for (const { detail } of await checks[proof](read)) faults.push({ proof, detail })
  }
  return faults
}

type Check = (read: Reader) => PromiseLike<readonly { readonly detail: string }[]>

const checks: Readonly<Record<LinkProof, Check>> = {
  'a link holds what its open checkouts hold, and has sold what they bought': read => read<{ detail: string }[]>`
    with counted as (
      select link_id, coalesce(sum(quantity) filter (where state = 'open'), 0) as held,
             coalesce(sum(quantity) filter (where state = 'completed'), 0) as sold, count(*) filter (where state = 'completed') as sales
      from checkouts group by link_id
    )
    select format('link %s: held %s, sold %s in %s; checkouts %s, %s in %s', coalesce(id, link_id), links.held, links.sold, links.sales,
      counted.held, counted.sold, counted.sales) as detail
    from links full join counted on link_id = id
    where (links.held, links.sold, links.sales) is distinct from
        (coalesce(counted.held, 0), coalesce(counted.sold, 0), coalesce(counted.sales, 0))
      or (kind = 'one_time' and links.sales > 1)
    limit ${linkFaultsMax}`,

  'a checkout that is open has its stock set aside, unless that was withdrawn': read => read<{ detail: string }[]>`
    select format('checkout %s: %s of SKU %s, hold %s is %s', checkouts.id, checkouts.quantity, checkouts.sku_id, checkouts.hold_id,
      coalesce(holds.state, 'missing')) as detail
    from checkouts left join holds on holds.reseller_id = checkouts.reseller_id and holds.id = checkouts.hold_id
        and checkout_id = checkouts.id
      left join hold_lines on hold_lines.hold_id = holds.id and hold_lines.sku_id = checkouts.sku_id
    where hold_lines.quantity is distinct from checkouts.quantity
      or (checkouts.state = 'open' and holds.state not in ('active', 'broken')
        and not (holds.state = 'expired' and checkouts.expires_at <= now()))
    limit ${linkFaultsMax}`,

  'a checkout that has ended holds no stock': read => read<{ detail: string }[]>`
    select format('hold %s is active, checkout %s is %s', holds.id, checkout_id, coalesce(checkouts.state, 'missing')) as detail
    from holds left join checkouts on checkouts.id = checkout_id
    where checkout_id is not null and holds.state = 'active' and checkouts.state is distinct from 'open' limit ${linkFaultsMax}`,

  'a completed checkout has its order, as it was agreed': read => read<{ detail: string }[]>`
    select format('checkout %s of %s for %s, order %s of %s for %s', checkouts.id, checkouts.quantity, wholesale, checkouts.order_id,
      orders.delivered, orders.total) as detail
    from checkouts left join orders on orders.reseller_id = checkouts.reseller_id and orders.id = checkouts.order_id
      left join order_lines on order_lines.order_id = orders.id and line = 1
    where checkouts.state = 'completed' and (
      orders.state is distinct from 'completed' or (orders.terms ->> 'checkout')::uuid is distinct from checkouts.id
      or (orders.delivered, orders.total, orders.currency, order_lines.sku_id, order_lines.quantity, order_lines.unit_price)
        is distinct from (checkouts.quantity, wholesale, checkouts.currency, checkouts.sku_id, checkouts.quantity, wholesale_price)
    ) limit ${linkFaultsMax}`,

  'an order of a checkout is of a completed one': read => read<{ detail: string }[]>`
    select format('order %s of checkout %s', orders.id, terms ->> 'checkout') as detail
    from orders left join checkouts on checkouts.id = (terms ->> 'checkout')::uuid and checkouts.order_id = orders.id
    where terms ? 'checkout' and checkouts.state is distinct from 'completed' limit ${linkFaultsMax}`,

  'a checkout is completed by one receipt, and no other does more than go back': read => read<{ detail: string }[]>`
    with applied as (
      select subject_id, count(*) as count, sum(receipts.amount) as amount, min(receipts.currency) as currency
      from receipts join payments on payments.id = payment_id where purpose = 'checkout' and applied group by subject_id
    )
    select format('checkout %s is %s, of %s %s; applied are %s receipts of %s %s', id, state, total, checkouts.currency,
      coalesce(applied.count, 0), applied.amount, applied.currency) as detail
    from checkouts left join applied on subject_id = id
    where coalesce(applied.count, 0) <> (state = 'completed')::int
      or (state = 'completed' and (applied.amount, applied.currency) is distinct from (total, checkouts.currency))
    limit ${linkFaultsMax}`,

  'money goes back for whatever is refunded, and nothing is refunded before it went': read => read<{ detail: string }[]>`
    with back as (
      select subject_id, count(*) as paybacks, count(*) filter (where paybacks.state <> 'succeeded') as missing
      from paybacks join payments on payments.id = payment_id where purpose = 'checkout' group by subject_id
    )
    select format('checkout %s is %s: %s paybacks, %s of them under way', id, state, coalesce(paybacks, 0), coalesce(missing, 0)) as detail
    from checkouts left join back on subject_id = id
    where (state in ('refunding', 'refunded') and (coalesce(paybacks, 0) = 0 or reason is null))
      or (state = 'refunding' and missing = 0)
      or (state in ('open', 'expired', 'cancelled') and coalesce(paybacks, 0) > 0) limit ${linkFaultsMax}`,

  'a receipt does what it was meant for, or goes back': read => read<{ detail: string }[]>`
    select format('receipt %s %s: %s %s, payback %s of %s %s', receipts.gateway, receipts.transaction, receipts.amount, receipts.currency,
      paybacks.id, paybacks.amount, paybacks.currency) as detail
    from receipts left join paybacks on paybacks.gateway = receipts.gateway and paybacks.transaction = receipts.transaction
      left join payments on payments.id = receipts.payment_id
    where applied = (paybacks.id is not null)
      or (paybacks.id is not null and (paybacks.amount, paybacks.currency, paybacks.payment_id, paybacks.reseller_id, paybacks.reason)
        is distinct from (receipts.amount, receipts.currency, receipts.payment_id, receipts.reseller_id, receipts.reason))
      or (applied and (receipts.amount, receipts.currency, receipts.gateway)
        is distinct from (payments.amount, payments.currency, payments.gateway))
    limit ${linkFaultsMax}`,

  'a payment that money came for is paid, and no other is': read => read<{ detail: string }[]>`
    select format('payment %s is %s', id, state) as detail from payments
    where (state = 'paid') <> exists (select from receipts where payment_id = payments.id) limit ${linkFaultsMax}`,

  'what a receipt brought moved once, and to where it belongs': read => read<{ detail: string }[]>`
    with brought as (
      select payment_id, currency, sum(amount) as amount, coalesce(sum(amount) filter (where applied), 0) as applied
      from receipts group by payment_id, currency
    ), moved as (
      select payment_id, debit.currency, sum(amount) filter (where debit.kind = 'cash_in_transit') as amount,
             coalesce(sum(amount) filter (where credit.kind in ('proceeds', 'wallet')), 0)
               - coalesce(sum(amount) filter (where transfers.kind = 'return'), 0) as applied
      from transfers join accounts as debit on debit.id = debit_account join accounts as credit on credit.id = credit_account
      where transfers.kind in ('receipt', 'deposit', 'return') and payment_id is not null group by payment_id, debit.currency
    )
    select format('payment %s: came %s, for its purpose %s; moved %s, %s', coalesce(brought.payment_id, moved.payment_id), brought.amount,
      brought.applied, moved.amount, moved.applied) as detail
    from brought full join moved using (payment_id, currency)
    where (brought.amount, brought.applied) is distinct from (moved.amount, moved.applied) limit ${linkFaultsMax}`,

  'refunds payable are what has not gone back yet': read => read<{ detail: string }[]>`
    with due as (select currency, sum(amount) as amount from paybacks where state <> 'succeeded' group by currency)
    select format('%s: %s, due %s', accounts.currency, balance, coalesce(amount, 0)) as detail
    from accounts left join due using (currency) where kind = 'refunds_payable' and balance <> coalesce(amount, 0) limit ${linkFaultsMax}`,

  'a host’s part was put aside once': read => read<{ detail: string }[]>`
    with moved as (
      select subject_id, sum(transfers.amount) as amount from transfers join payments on payments.id = payment_id
      where kind = 'commission' group by subject_id
    )
    select format('checkout %s is %s: commission %s, moved %s', id, state, commission, coalesce(amount, 0)) as detail
    from checkouts full join moved on subject_id = id
    where case when state = 'completed' then commission else 0 end is distinct from coalesce(amount, 0) limit ${linkFaultsMax}`
}
