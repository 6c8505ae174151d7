// Amounts are bigint in ten-thousandths of a currency's major unit; on the wire they are decimal strings in major units.
import { currencies, type Currency } from '../../schema/vocabulary.ts'

declare const unit: unique symbol
/** Ten-thousandths of a currency's major unit. */
export type Amount = bigint & { readonly [unit]?: 'amount' }

/** What REST and events show: `{"amount": "98.25", "currency": "CNY"}`. */
export interface MoneyView { amount: string, currency: Currency }

export const amountScale = 10_000n
/** Larger amounts are refused at the door: 100 billion major units. */
export const amountMax: Amount = 100_000_000_000n * amountScale

/** Reads a decimal string of major units ("98.25"); undefined when it is no such string, too long, or beyond amountMax. */
export function parseAmount (text: string): Amount | undefined {
  const match = /^(-?)(0|[1-9]\d{0,14})(?:\.(\d{1,4}))?$/.exec(text)
  if (!match) return undefined
  const size = BigInt(match[2]!) * amountScale + BigInt((match[3] ?? '').padEnd(4, '0'))
  if (size > amountMax) return undefined
  return match[1] === '-' ? -size : size
}

/** Writes an amount in major units: as many digits as needed, never fewer than the currency has. */
export function formatAmount (amount: Amount, currency: Currency): string {
  const negative = amount < 0n
  const digits = (negative ? -amount : amount).toString().padStart(5, '0')
  const whole = digits.slice(0, -4)
  let fraction = digits.slice(-4)
  let keep = 4
  while (keep > currencies[currency] && fraction[keep - 1] === '0') keep--
  fraction = fraction.slice(0, keep)
  return (negative ? '-' : '') + whole + (fraction === '' ? '' : '.' + fraction)
}

/** An amount and its currency as the wire shows them. */
export function moneyView (amount: Amount, currency: Currency): MoneyView {
  return { amount: formatAmount(amount, currency), currency }
}

/** unitPrice × quantity, rounded once, half up, to the currency's own minor unit. */
export function lineTotal (unitPrice: Amount, quantity: number, currency: Currency): Amount {
  return roundToMinor(unitPrice * BigInt(quantity), currency)
}

/** One of the currency's minor units: a fen, a cent, a yen, a fils. */
export function minorUnit (currency: Currency): Amount {
  return 10n ** BigInt(4 - currencies[currency])
}

/** Rounds half up (away from zero) to the currency's minor unit. */
export function roundToMinor (amount: Amount, currency: Currency): Amount {
  const minor = minorUnit(currency)
  if (minor === 1n) return amount
  const negative = amount < 0n
  const size = negative ? -amount : amount
  const rounded = (size + minor / 2n) / minor * minor
  return negative ? -rounded : rounded
}

/** total × part / whole, rounded once, half up, to the currency's own minor unit: what `part` of `whole` codes cost. */
export function roundShare (total: Amount, part: number, whole: number, currency: Currency): Amount {
  const minor = minorUnit(currency)
  const size = BigInt(whole) * minor
  return (2n * total * BigInt(part) + size) / (2n * size) * minor
}

/** amount × rate / 10,000, rounded half up to the ten-thousandth (a price keeps its digits; only line totals are rounded to minor units). */
export function applyRate (amount: Amount, rate: number): Amount {
  return (amount * BigInt(rate) + 5_000n) / 10_000n
}
