// What can be seen of a shop from outside, by its resellers' own calls.
import type { Kahub, OrderSummary } from '../../../sdk/src/index.ts'
import type { Reseller } from '../../support/house.ts'
import { readAmount } from './decimals.ts'
import { showOrderOf } from './show-answer.ts'
import type { Told } from './shop.ts'

interface Seen { readonly owners: readonly Reseller[], readonly checker: Reseller, readonly skus: readonly string[] }

type ShowOne = (kahub: Kahub, order: OrderSummary) => Promise<Told> | Told

/** An order without its lines. */
export const summaryOf: ShowOne = (_, { state, total, refunded }) => ({ state, total: readAmount(total), refunded: readAmount(refunded) })
/** An order as it shows itself. */
export const wholeOrder: ShowOne = async (kahub, { id }) => showOrderOf(await kahub.orders.get(id))

/** Stock, wallets, and the states of everything, with orders as they are shown by one. */
export async function seeShop ({ owners, checker, skus }: Seen, showOne: ShowOne): Promise<Told> {
  const stock = (await owners[0]!.kahub.stock.query({ skus: [...skus] })).data.map(({ available, held }) => ({ available, held }))
  const approvals = await approvalsOf(checker)
  const resellers = await Promise.all(owners.map(async ({ kahub }, who) => {
    const limit = 100
    const [wallets, list, holds, quotes] = await Promise.all([
      kahub.wallets.list(), kahub.orders.list({ limit }), kahub.holds.list({ limit }), kahub.quotes.list({ limit })
    ])
    const orders = await Promise.all(list.data.map(async order => [order.reference, await showOne(kahub, order)] as const))
    const { balance, credit_limit: credit } = wallets.data[0]!
    return {
      balance: readAmount(balance.amount),
      credit: readAmount(credit.amount),
      orders: Object.fromEntries(orders),
      approvals: Object.fromEntries(approvals.flatMap(approval => {
        const order = who === 0 && list.data.find(({ id }) => id === approval.order)
        return order ? [[order.reference, approval.state]] : []
      })),
      holds: Object.fromEntries(holds.data.map(({ reference, state }) => [reference, state])),
      quotes: Object.fromEntries(quotes.data.map(({ reference, state }) => [reference, state]))
    }
  }))
  return { stock, resellers }
}

/** The purchases that wait, or waited, for the second key. */
export async function approvalsOf (checker: Reseller) {
  return (await checker.kahub.approvals.list({ limit: 100 })).data
}
