// The figures of a run: what was measured put beside what was aimed at.
import { aimsBesideOrders } from './aims-beside-orders.ts'
import { aimsOfOrders } from './aims-of-orders.ts'
import type { Aim, Figure, Measured, Reached } from './figure.ts'

/** Every figure of a run with its aim. */
export function figuresOf (measured: Measured): readonly Figure[] {
  return [...aimsOfOrders, ...aimsBesideOrders].map(({ says, unit, aim, ...found }) => {
    const rounds = found.rounds?.(measured)
    const value = rounds ? median(rounds) : found.value?.(measured)
    return { says, unit, aim, value, rounds, reached: value === undefined ? undefined : judge(value, aim) }
  })
}

function judge (value: number, { atLeast, atMost, hoped }: Aim): Reached {
  if (atLeast === undefined && atMost === undefined) return 'told'
  if (value < (atLeast ?? -Infinity) || value > (atMost ?? Infinity)) return 'NO'
  return hoped === undefined || value >= hoped ? 'yes' : 'required, not hoped'
}

function median (values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** The aim as it is printed. */
export function showAim ({ atLeast, atMost, hoped }: Aim, unit: string): string {
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost} ${unit}`
  if (atMost !== undefined) return `≤ ${atMost.toLocaleString('en')} ${unit}`
  if (atLeast === undefined) return '–'
  return `≥ ${atLeast.toLocaleString('en')} ${unit}${hoped === undefined ? '' : `, better ${hoped}`}`
}
