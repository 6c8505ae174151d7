// What is left is told in steps, so that nobody reads a rival's exact stock off a page.
import { quotaLeft, type LinkFacts, type ShownSku } from '../../domain/links/link.ts'

/** From much to nothing. */
export const leftSteps = ['plenty', 'below_50', 'below_10', 'last_few', 'none'] as const
export type LeftStep = typeof leftSteps[number]

/** The step of a number of pieces. */
export function stepOf (pieces: number): LeftStep {
  if (pieces <= 0) return 'none'
  if (pieces < 5) return 'last_few'
  if (pieces < 10) return 'below_10'
  return pieces < 50 ? 'below_50' : 'plenty'
}

/** What a link may still sell of one of its SKUs: no more than is on the shelf, and no more than its quota leaves. */
export function leftOf (link: LinkFacts, { available, status }: Pick<ShownSku, 'available' | 'status'>): LeftStep {
  return status === 'active' ? stepOf(Math.min(available, quotaLeft(link) ?? available)) : 'none'
}
