// What the sandbox makes go wrong, and how it is asked for: the header Kahub-Sandbox, or goods whose product has the tag fault:<name>.
// openapi.yaml, the routes and docs/sandbox.md are held to this table.
import { answerFaults, callbackFaults, orderFaults, sandboxFaults, type SandboxFault } from './vocabulary.ts'

/** The header that asks for faults: `<fault>[; parameter=value…]`, several divided by commas. */
export const sandboxHeader = 'kahub-sandbox'
/** The header of an answer that names the faults that struck its request. */
export const sandboxFaultHeader = 'kahub-sandbox-fault'
/** The tag of a product whose orders meet a fault: fault:<name>. */
export const sandboxTagPrefix = 'fault:'
export const sandboxHeaderLengthMax = 500
export const sandboxFaultsPerRequestMax = 4

/** A parameter that is a whole number, or one of a few words. */
export type FaultParameter =
  | { readonly says: string, readonly default: number, readonly min: number, readonly max: number }
  | { readonly says: string, readonly default: string, readonly words: readonly string[] }

export interface SandboxFaultKind {
  readonly says: string
  readonly parameters: Readonly<Record<string, FaultParameter>>
}

/** Taken by every fault. `repeat`, without a value, is the other one: the fault strikes however often the call is made. */
export const timesParameter = {
  says: 'How many calls it strikes. A call with a reference is told apart by that, for ever; any other by its address and body, and ' +
    'after so many strikes one passes and the count begins anew.',
  default: 1,
  min: 1,
  max: 100
} as const satisfies FaultParameter

const silenceMs = { says: 'How long the connection is silent before it is closed, in milliseconds.', default: 60_000, min: 1, max: 120_000 }
const retryAfter = { says: 'Retry-After, in seconds.', default: 1, min: 0, max: 60 }

export const sandboxFaultKinds: Readonly<Record<SandboxFault, SandboxFaultKind>> = {
  timeout_before_commit: { says: 'Nothing is done, and no answer comes.', parameters: { ms: silenceMs } },
  timeout_after_commit: { says: 'It is done (the order is made and paid), and no answer comes.', parameters: { ms: silenceMs } },
  reset_before_commit: { says: 'Nothing is done, and the connection is reset.', parameters: {} },
  reset_after_commit: { says: 'It is done, and the connection is reset instead of an answer.', parameters: {} },
  error_before_commit: { says: 'Nothing is done, and the answer is 500 internal_error.', parameters: {} },
  error_after_commit: { says: 'It is done, and the answer is 500 internal_error.', parameters: {} },
  unavailable: { says: 'Nothing is done, and the answer is 503 overloaded with Retry-After.', parameters: { retry_after: retryAfter } },
  rate_limited: { says: 'Nothing is done, and the answer is 429 rate_limited with Retry-After.', parameters: { retry_after: retryAfter } },
  slow_answer: {
    says: 'It is done, and the true answer comes late.',
    parameters: { ms: { says: 'How late, in milliseconds.', default: 5_000, min: 1, max: 60_000 } }
  },
  out_of_stock: {
    says: 'Whatever the stock query said, others have bought the goods meanwhile: the order finds none left.',
    parameters: {}
  },
  partial_stock: {
    says: 'Others have bought most of the goods meanwhile: fill: partial gets what is left, all_or_nothing is refused.',
    parameters: { available: { says: 'How many of each SKU the order finds.', default: 1, min: 0, max: 1_000_000 } }
  },
  price_change: {
    says: 'The reseller’s price of every SKU of the order rises before it is decided, and stays so until a reset: max_total refuses it ' +
      'with price_above_max, a quote still binds, and an order with neither pays the new price.',
    parameters: { percent: { says: 'By how much, in percent.', default: 10, min: 1, max: 900 } }
  },
  quote_expiry: { says: 'The quote that the order names expires just before it: quote_expired.', parameters: {} },
  supplier_unknown: {
    says: 'Nobody knows yet whether the goods were had: 202 with state reserved, stock and money set aside, no codes. It is settled ' +
      'later, with the event of what it became; until then the same reference gives the same undecided order.',
    parameters: {
      seconds: { says: 'How long it stays undecided.', default: 5, min: 0, max: 3_600 },
      outcome: { says: 'What becomes of it.', default: 'completed', words: ['completed', 'cancelled'] }
    }
  },
  callback_duplicate: {
    says: 'The callback is sent several times at once, under the same webhook-id.',
    parameters: { copies: { says: 'How many copies more than one.', default: 1, min: 1, max: 10 } }
  },
  callback_late: {
    says: 'The callback is sent late.',
    parameters: { seconds: { says: 'How late.', default: 10, min: 1, max: 86_400 } }
  },
  callback_out_of_order: {
    says: 'The callback is held back until a later one of the same endpoint was sent.',
    parameters: { seconds: { says: 'How long it waits for a later one at most.', default: 10, min: 1, max: 600 } }
  },
  callback_forged: {
    says: 'Before the true callback comes another that kahub did not sign: an order.cancelled for the same order, under an id of its ' +
      'own, with a signature that is well-formed and wrong. Nothing in its body tells; verifying does.',
    parameters: {}
  }
}

/** Where a fault can be asked for. */
export const faultPlaces = [
  { faults: answerFaults, says: 'Any signed call.' },
  { faults: orderFaults, says: 'POST /v1/orders.' },
  { faults: callbackFaults, says: 'POST /v1/orders (of the order’s first event), POST /v1/endpoints/{id}/test and /simulate.' }
] as const

/** The table as openapi.yaml prints it, under x-sandbox-faults. */
export function printedFaults (): Readonly<Record<string, object>> {
  return Object.fromEntries(sandboxFaults.map(fault => {
    const { says, parameters } = sandboxFaultKinds[fault]
    const where = faultPlaces.find(({ faults }) => (faults as readonly SandboxFault[]).includes(fault))!.says
    return [fault, { says, where, parameters: { ...parameters, times: timesParameter, repeat: { says: 'It strikes every time.' } } }]
  }))
}
