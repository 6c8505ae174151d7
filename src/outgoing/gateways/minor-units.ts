// Amounts as gateways count them: in whole minor units of the currency, or as decimals with as many digits as the currency has.
import type { Currency } from '../../../schema/vocabulary.ts'
import { GatewayFailure } from '../../base/gateway.ts'
import { formatAmount, minorUnit, parseAmount, type Amount } from '../../base/money.ts'

/** The amount in minor units (fen, cents, yen, fils); an amount that is no whole number of them is refused. */
export function minorUnits (amount: Amount, currency: Currency): number {
  const size = minorUnit(currency)
  if (amount <= 0n || amount % size !== 0n) throw new GatewayFailure('refused', 'the amount is not a whole number of minor units')
  const units = amount / size
  if (units > BigInt(Number.MAX_SAFE_INTEGER)) throw new GatewayFailure('refused', 'the amount is beyond what can be paid at once')
  return Number(units)
}

/** The amount of so many minor units, as a gateway told them; undefined when that is no whole positive number. */
export function amountOfMinorUnits (units: unknown, currency: Currency): Amount | undefined {
  return typeof units === 'number' && Number.isSafeInteger(units) && units > 0 ? BigInt(units) * minorUnit(currency) : undefined
}

/** The amount as a decimal with exactly the digits of its currency ("9.90"). */
export function exactDecimal (amount: Amount, currency: Currency): string {
  minorUnits(amount, currency)
  return formatAmount(amount, currency)
}

/** The amount of a decimal, as a gateway told it; undefined when it is none, or has more digits than the currency. */
export function amountOfDecimal (text: unknown, currency: Currency): Amount | undefined {
  const amount = typeof text === 'string' ? parseAmount(text) : undefined
  return amount !== undefined && amount > 0n && amount % minorUnit(currency) === 0n ? amount : undefined
}
