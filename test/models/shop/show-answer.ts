// What the product answers, in the words of the model.
import type { Order } from '../../../sdk/src/index.ts'
import type { IncomingHttpHeaders } from 'node:http'
import type { Act } from './act.ts'
import { readAmount } from './decimals.ts'
import type { Told } from './shop.ts'

export interface Answered {
  readonly status: number,
  readonly code: string | undefined,
  readonly json: any,
  readonly headers: IncomingHttpHeaders
}

/** An answer as the model would tell it; codes lose the shop's tag. */
export function showAnswer (tag: string, act: Act, { status, code, json, headers }: Answered): Told {
  if (code !== undefined) return { outcome: code }
  const repeated = headers['idempotent-replayed'] === 'true'
  const secrets = (codes: readonly { readonly secret: string }[]) => codes.map(({ secret }) => secret.replace(tag, ''))
  switch (act.do) {
    case 'order': {
      const outcome = repeated ? 'repeated' : json.dry_run === true ? 'tried' : status === 202 ? 'waits' : 'placed'
      return { outcome, ...showOrderOf(json, secrets) }
    }
    case 'hold': return { outcome: json.state, repeated }
    case 'quote': {
      const lines = json.lines.map((line: { unit_price: string, total: string }) =>
        ({ unit: readAmount(line.unit_price), total: readAmount(line.total) }))
      return { outcome: 'quoted', repeated, state: json.state, lines }
    }
    case 'cancel hold': return { outcome: 'ended', state: json.state }
    case 'cancel': return { outcome: 'cancelled', ...showOrderOf(json) }
    case 'reverse': return { outcome: json.outcome, repeated }
    case 'reveal': return { outcome: 'shown', codes: secrets(json.data), next: json.next_offset, count: json.count }
    case 'deposit':
    case 'adjust': return { outcome: 'moved', repeated }
    default: throw new Error(`no answer is expected to: ${act.do}`)
  }
}

type Shown = Pick<Order, 'state' | 'total' | 'refunded'> & { readonly lines: readonly any[] }

/** An order as the model shows it. */
export function showOrderOf ({ state, total, refunded, lines }: Shown,
  secrets: (codes: readonly any[]) => readonly string[] = () => []): Told {
  return {
    state,
    total: readAmount(total),
    refunded: readAmount(refunded),
    lines: lines.map(line => ({
      delivered: line.delivered,
      held: line.held,
      returned: line.returned,
      unit: readAmount(line.unit_price),
      total: readAmount(line.total),
      refunded: readAmount(line.refunded),
      state: line.state,
      reason: line.reason,
      codes: line.codes === undefined ? null : secrets(line.codes)
    }))
  }
}
