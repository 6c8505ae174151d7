// A host's commission: a part of what buyers pay, or an amount for a piece. Rates are kept in ten-thousandths.
import type { Currency } from '../../../schema/vocabulary.ts'
import { applyRate, roundToMinor, type Amount } from '../../base/money.ts'
import type { Link } from './link.ts'

/** All that buyers pay, as a rate. */
export const rateOne = 10_000

/** What a link owes its host; both null: nothing. */
export type Commission = Pick<Link, 'commissionRate' | 'commissionAmount'>

/** What is owed for a purchase of so many pieces at this total: rounded once, half up, to the currency's minor unit. */
export function commissionOf (
  { commissionRate, commissionAmount }: Commission, total: Amount, quantity: number, currency: Currency
): Amount {
  if (commissionAmount !== null) return roundToMinor(commissionAmount * BigInt(quantity), currency)
  return commissionRate === null ? 0n : roundToMinor(applyRate(total, commissionRate), currency)
}

/** "0.10" as ten-thousandths. */
export function readRate (text: string): number {
  return Math.round(Number(text) * rateOne)
}

/** Ten-thousandths as the contract writes them: "0.1". */
export function rateText (rate: number): string {
  return String(rate / rateOne)
}
