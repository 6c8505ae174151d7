import type { Taking } from './contract-schemas.ts'

export interface Coverage {
  count (operationId: string, status: number, code: string | undefined, origin: 'sample' | 'made'): void
  /** How many answers were heard, by status. */
  readonly statuses: ReadonlyMap<number, number>
  /** Operations that never answered with a success. */
  neverFulfilled (): string[]
  /** Operations that only a prepared sample reached. */
  fulfilledBySampleOnly (): string[]
  table (): string
}

/** What was reached of the contract. */
export function openCoverage (operations: readonly Taking[]): Coverage {
  const statuses = new Map<number, number>()
  const codes = new Set<string>()
  const reached = new Map<string, Map<number, number>>()
  const fulfilled = { sample: new Set<string>(), made: new Set<string>() }
  const ids = operations.map(({ operationId }) => operationId)
  const isOf = (from: number, status: number): boolean => status >= from && status < from + 100
  const sum = (from: number): number => [...statuses].reduce((all, [status, count]) => isOf(from, status) ? all + count : all, 0)
  return {
    statuses,
    count (operationId, status, code, origin) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (code !== undefined) codes.add(code)
      const of = reached.get(operationId) ?? new Map<number, number>()
      reached.set(operationId, of.set(status, (of.get(status) ?? 0) + 1))
      if (status < 400) fulfilled[origin].add(operationId)
    },
    neverFulfilled: () => ids.filter(id => !fulfilled.sample.has(id) && !fulfilled.made.has(id)),
    fulfilledBySampleOnly: () => ids.filter(id => fulfilled.sample.has(id) && !fulfilled.made.has(id)),
    table () {
      const pairs = [...reached.values()].reduce((all, of) => all + of.size, 0)
      const rows: [string, string | number][] = [
        ['operations reached', `${reached.size} of ${ids.length}`],
        ['operations fulfilled (2xx)', `${ids.length - this.neverFulfilled().length}`],
        ['… by generated requests alone', `${fulfilled.made.size}`],
        ['pairs of operation and status', pairs],
        ['different problem codes heard', codes.size],
        ['answers 2xx / 3xx / 4xx / 5xx', [200, 300, 400, 500].map(sum).join(' / ')]
      ]
      return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n')
    }
  }
}
