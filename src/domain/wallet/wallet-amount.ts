import { currencies, type Currency } from '../../../schema/vocabulary.ts'
import { parseAmount, roundToMinor, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'

/** Reads an amount that moves in a wallet: it has no more decimals than its currency. `pointer` says where the money stands. */
export function walletAmount (money: { readonly amount: string, readonly currency: Currency }, pointer: string): Amount {
  const amount = parseAmount(money.amount)
  if (amount === undefined) throw amountRefused(pointer, 'must be a decimal number of major units, at most 100 billion')
  if (roundToMinor(amount, money.currency) !== amount) {
    throw amountRefused(pointer, `must have at most ${currencies[money.currency]} decimals, as ${money.currency} has`)
  }
  return amount
}

/** The refusal of an amount of money that stands at the pointer. */
export function amountRefused (pointer: string, detail: string): Problem {
  return new Problem('invalid_request', `The amount ${detail}.`, { errors: [{ pointer: `${pointer}/amount`, detail }] })
}
