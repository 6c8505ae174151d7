import type { Money } from '../../schema/rest/common.ts'
import { parseAmount, type Amount } from '../base/money.ts'
import { Problem } from '../base/problem.ts'

/** The amount of money in a body, in ten-thousandths of a major unit; one that is too large is refused at its pointer. */
export function amountOf ({ amount }: Money, pointer: string): Amount {
  const parsed = parseAmount(amount)
  if (parsed !== undefined) return parsed
  throw new Problem('invalid_request', 'An amount is too large.', { errors: [{ pointer, detail: 'is too large' }] })
}
