// Everything a shop is put through, once: what is done to it, what is expected of it, and how that is found out.
import { setTimeout as sleep } from 'node:timers/promises'
import { sandboxFaultKinds } from '../../../schema/sandbox-faults.ts'
import type { AnswerFault, SandboxFault } from '../../../schema/vocabulary.ts'
import { KahubError, webhooks } from '../../../sdk/src/index.ts'
import type { Finding } from './findings.ts'
import {
  judgeCallbacks, judgeForged, judgePauses, judgePrice, judgePurchase, judgeUndecided, type Ending
} from './judge.ts'
import { until } from './ledger.ts'
import { NotTried, type Play, type Stage } from './play.ts'

export interface Scenario {
  readonly id: string
  readonly title: string
  readonly done: string
  readonly expected: string
  /** The goods it buys: those whose product has the tag of this fault, or any without one. */
  readonly fault: SandboxFault | null
  readonly quantity: number
  readonly needs: 'nothing' | 'endpoint' | 'secret'
  /** Whether it moves what all purchases share, and so runs after all others. */
  readonly alone: boolean
  perform (scene: Scene): Promise<readonly Finding[]>
}

/** The stage with the goods of a scenario. */
export interface Scene extends Stage {
  /** Opens a purchase of the scenario’s goods; its number is the run’s own. */
  play (): Promise<Play>
}

const paidBack = 'One order, delivered to the customer once, at its price, under one reference.'
/** An order that was settled before it could be cancelled: tried so often. */
const cancelTriesMax = 3
const beforeCancelMs = 1_000
const staleSeconds = 600
const callbackAnswerMsMax = 15_000
/** How long a shop may take to be refused for lack of money. */
const refusalMsMax = 5_000

export const scenarios: readonly Scenario[] = [
  scenario('purchase', 'A plain purchase', {
    done: 'The shop was asked to buy two codes, and nothing went wrong.',
    expected: 'One order; the shop has its codes and says its price.',
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      await play.untilTold()
      const evidence = await play.end()
      const findings = judgePurchase(evidence, 'delivered')
      // Whatever the shop says, it bought nothing here.
      if (evidence.orders.length > 0 || findings.some(({ code }) => code === 'shop_unreadable')) return findings
      return [{ code: 'order_missing', seen: `the shop says ${evidence.words.at(-1)?.state ?? 'nothing'}; kahub has no order` }]
    }
  }),
  scenario('purchase_repeated', 'The customer presses the button three times', {
    done: 'The shop was asked to buy the same purchase twice at once, and once more after its end.',
    expected: paidBack,
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      play.ask()
      await play.untilTold()
      play.ask()
      return judgePurchase(await play.end(), 'delivered')
    }
  }),
  healing('timeout_before_commit', 'No answer comes, and nothing was done'),
  healing('timeout_after_commit', 'No answer comes, and the order was made'),
  healing('reset_before_commit', 'The connection is reset, and nothing was done'),
  healing('reset_after_commit', 'The connection is reset, and the order was made'),
  healing('error_before_commit', '500, and nothing was done'),
  healing('error_after_commit', '500, and the order was made'),
  healing('unavailable', '503 with Retry-After'),
  healing('rate_limited', '429 with Retry-After'),
  healing('slow_answer', 'The answer is slow'),
  scenario('out_of_stock', 'Others have bought the goods meanwhile', {
    fault: 'out_of_stock',
    done: 'The order was refused with 409 out_of_stock.',
    expected: 'The customer is told that it failed, or gets the goods of one later order; the shop says what is true.',
    perform: scene => buyOnce(scene, 'as_ordered')
  }),
  scenario('insufficient_balance', 'The wallet is empty', {
    alone: true,
    done: 'The wallet was emptied before the purchase, and filled again behind it.',
    expected: 'The order is refused, and the customer is not told that there are goods.',
    perform: buyWithoutMoney
  }),
  scenario('partial_stock', 'Only part of the goods is left', {
    fault: 'partial_stock',
    quantity: 3,
    done: 'The shop was asked for three codes, and one was left.',
    expected: 'Nothing is bought and the purchase failed; or, with fill: partial, the shop says partial, with what there was.',
    perform: scene => buyOnce(scene, 'as_ordered')
  }),
  scenario('price_change', 'The price rises before the order', {
    fault: 'price_change',
    done: 'The price rose by a tenth between the purchase, which says max_total, and the order.',
    expected: 'No order above max_total; the purchase failed, or was had at the old price.',
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      await play.untilTold()
      const evidence = await play.end()
      return [...judgePrice(evidence), ...judgePurchase(evidence, 'as_ordered')]
    }
  }),
  scenario('quote_expiry', 'The quote expires before the order', {
    fault: 'quote_expiry',
    done: 'A quote that the order named had expired: 409 quote_expired. (An order without a quote is not touched.)',
    expected: `A new quote at the same price, and the same purchase again. ${paidBack}`,
    perform: scene => buyOnce(scene, 'delivered')
  }),
  scenario('supplier_unknown', 'Nobody knows yet what became of the order', {
    fault: 'supplier_unknown',
    done: 'The order was answered 202 reserved, without codes, and completed some seconds later.',
    expected: `The purchase is pending until kahub knows. ${paidBack}`,
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      await play.untilTold()
      const evidence = await play.end()
      const [strike] = evidence.strikes
      const seconds = Number(sandboxFaultKinds.supplier_unknown.parameters.seconds!.default)
      const undecided = strike ? judgeUndecided(evidence, strike.struckMs + seconds * 1_000 - undecidedSlackMs) : []
      return [...undecided, ...judgePurchase(evidence, 'delivered')]
    }
  }),
  scenario('order_cancelled', 'An undecided order is cancelled', {
    fault: 'supplier_unknown',
    done: 'The order was answered 202 reserved, and cancelled before it was delivered.',
    expected: 'The purchase is pending until then, and failed from then on; nothing is ordered in its place.',
    perform: cancelUndecided
  }),
  scenario('callback', 'A callback of a plain purchase', {
    needs: 'endpoint',
    done: 'The callback of an order was sent.',
    expected: 'The endpoint answers 2xx, and the purchase stays as it is.',
    perform: scene => buyAndBeTold(scene)
  }),
  scenario('callback_duplicate', 'The same callback comes twice at once', {
    fault: 'callback_duplicate',
    needs: 'endpoint',
    done: 'The callback of the order was sent twice at the same moment, with the same webhook-id.',
    expected: 'Each is answered 2xx; codes and price count once.',
    perform: scene => buyAndBeTold(scene)
  }),
  scenario('callback_replayed', 'An old callback comes again', {
    needs: 'endpoint',
    done: 'The callback of the order was sent again after it had been taken.',
    expected: 'It is answered 2xx; codes and price count once.',
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      await play.untilTold()
      const [first] = await play.untilCalledBack()
      if (first) await scene.kahub.deliveries.replay(first.id)
      const callbacks = await play.untilCalledBack(first ? first.attempts + 1 : 1)
      return [...judgePurchase(await play.end(), 'delivered'), ...judgeCallbacks(callbacks)]
    }
  }),
  scenario('callback_late', 'A callback comes late', {
    fault: 'callback_late',
    needs: 'endpoint',
    done: 'The callback of the order was sent ten seconds late.',
    expected: 'The customer has the goods by the answer, or waits; nothing is given up, ordered again or counted twice.',
    perform: scene => buyAndBeTold(scene)
  }),
  scenario('callback_out_of_order', 'A later callback overtakes', {
    fault: 'callback_out_of_order',
    needs: 'endpoint',
    done: 'The callback of the order was held back until a later one (endpoint.test) had been sent.',
    expected: 'Both are answered 2xx, and the earlier one still counts.',
    perform: scene => buyAndBeTold(scene, async play => {
      const { endpoint, kahub, ledger, limits, stop } = scene
      const sent = async () => await ledger.callbacksOf(endpoint!.id, await play.orders())
      await until(sent, callbacks => callbacks.length > 0, { msMax: limits.callbackMsMax, everyMs: limits.lookEveryMs, stop })
      await kahub.endpoints.test(endpoint!.id)
    })
  }),
  scenario('callback_forged', 'A forged callback says that the order is cancelled', {
    fault: 'callback_forged',
    needs: 'endpoint',
    done: 'Before the true callback came one that kahub did not sign: order.cancelled for the same order.',
    expected: 'It is answered 401 (anything but 2xx) and changes nothing; the true one is answered 2xx.',
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      await play.untilTold()
      const callbacks = await play.untilCalledBack()
      const evidence = await play.end()
      const own = evidence.strikes.filter(({ endpoint }) => endpoint === scene.endpoint!.id)
      return [...judgeForged(own), ...judgePurchase(evidence, 'delivered'), ...judgeCallbacks(callbacks)]
    }
  }),
  scenario('callback_stale', 'A callback of ten minutes ago is sent again', {
    needs: 'secret',
    done: 'An order.cancelled for the order was sent to the endpoint, rightly signed ten minutes ago.',
    expected: 'It is answered 401 (anything but 2xx) and changes nothing.',
    perform: sendStale
  })
]

/** Clocks of two machines, and the time from a strike to its order. */
const undecidedSlackMs = 500

type Part = Pick<Scenario, 'done' | 'expected' | 'perform'> & Partial<Pick<Scenario, 'fault' | 'quantity' | 'needs' | 'alone'>>

function scenario (id: string, title: string, part: Part): Scenario {
  return { id, title, fault: null, quantity: 2, needs: 'nothing', alone: false, ...part }
}

/** A fault that the same request again heals. */
function healing (fault: AnswerFault, title: string): Scenario {
  const when = sandboxFaultKinds[fault].parameters.retry_after === undefined ? '' : ', when Retry-After is over'
  return scenario(fault, title, {
    fault,
    done: sandboxFaultKinds[fault].says,
    expected: `The same again with the same reference${when}. ${paidBack}`,
    perform: async scene => {
      const play = await scene.play()
      play.ask()
      await play.untilTold()
      const evidence = await play.end()
      return [...judgePurchase(evidence, 'delivered'), ...judgePauses(evidence, fault)]
    }
  })
}

async function buyOnce (scene: Scene, ending: Ending): Promise<readonly Finding[]> {
  const play = await scene.play()
  play.ask()
  await play.untilTold()
  return judgePurchase(await play.end(), ending)
}

async function buyAndBeTold (scene: Scene, meanwhile = async (_: Play): Promise<void> => {}): Promise<readonly Finding[]> {
  const play = await scene.play()
  play.ask()
  const told = play.untilTold()
  await meanwhile(play)
  await told
  const callbacks = await play.untilCalledBack()
  return [...judgePurchase(await play.end(), 'delivered'), ...judgeCallbacks(callbacks)]
}

async function buyWithoutMoney (scene: Scene): Promise<readonly Finding[]> {
  const { kahub } = scene
  const play = await scene.play()
  const { currency, amount } = play.purchase.max_total
  const before = (await kahub.wallets.list()).data.find(wallet => wallet.currency === currency)
  if (before === undefined) throw new NotTried(`there is no wallet in ${currency}`)
  if (Number(before.credit_limit.amount) >= Number(amount)) throw new NotTried('the reseller has credit besides its wallet')
  try {
    await kahub.sandbox.setBalance({ amount: { amount: '0', currency: before.currency } })
    play.ask()
    await play.untilTold(refusalMsMax)
  } finally {
    await kahub.sandbox.setBalance({ amount: before.balance })
  }
  // A shop that waits for money goes on now.
  await play.untilTold()
  return judgePurchase(await play.end(), 'as_ordered')
}

async function cancelUndecided (scene: Scene): Promise<readonly Finding[]> {
  const { kahub, limits, stop } = scene
  for (let tries = 1; ; tries++) {
    const play = await scene.play()
    play.ask()
    const patience = { msMax: limits.toldMsMax, everyMs: limits.lookEveryMs, stop }
    const orders = await until(() => play.orders(), orders => orders.length > 0, patience)
    const order = orders.find(({ state }) => state === 'reserved')
    // Time to say too much.
    await sleep(beforeCancelMs, undefined, { signal: stop })
    const cancelledMs = Date.now()
    const cancelled = order !== undefined && await kahub.orders.cancel(order.id).then(() => true, (error: unknown) => {
      if (error instanceof KahubError && error.status === 409) return false
      throw error
    })
    await play.untilTold()
    const evidence = await play.end()
    if (cancelled) return [...judgeUndecided(evidence, cancelledMs), ...judgePurchase(evidence, 'as_ordered')]
    if (orders.length === 0) return judgePurchase(evidence, 'delivered')
    if (tries === cancelTriesMax) throw new NotTried('the order was settled before it could be cancelled')
  }
}

/** Signs with the endpoint's secret what kahub has signed, and what it would have signed ten minutes ago. */
async function sendStale (scene: Scene): Promise<readonly Finding[]> {
  const { kahub, endpoint, secret } = scene
  const play = await scene.play()
  play.ask()
  await play.untilTold()
  const [callback] = await play.untilCalledBack()
  if (callback === undefined) return [...judgePurchase(await play.end(), 'delivered'), ...judgeCallbacks([])]
  const { request } = await kahub.deliveries.get(callback.id)
  const genuine = JSON.parse(request?.body ?? '{}') as { data: { order: object } }
  const control = await post(endpoint!.url, await webhooks.signForTest(request?.body ?? '', { secret: secret!, id: callback.id }))
  if (control < 200 || control > 299) {
    throw new NotTried(`the endpoint answered ${control} to what was signed now: is --secret that of ${endpoint!.id}?`)
  }
  const cancelled = { ...genuine, type: 'order.cancelled', data: { order: { ...genuine.data.order, state: 'cancelled', delivered: 0 } } }
  const timestamp = Math.floor(Date.now() / 1000) - staleSeconds
  const status = await post(endpoint!.url, await webhooks.signForTest(cancelled, { secret: secret!, timestamp }))
  const findings = judgePurchase(await play.end(), 'delivered')
  if (status < 200 || status > 299) return findings
  return [{ code: 'stale_accepted', seen: `it was answered ${status}` }, ...findings]
}

async function post (url: string, { body, headers }: { readonly body: string, readonly headers: Record<string, string> }): Promise<number> {
  try {
    const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal: AbortSignal.timeout(callbackAnswerMsMax) })
    await answer.body?.cancel()
    return answer.status
  } catch (error) {
    throw new NotTried(`${url} cannot be reached from here: ${(error as Error).message}`)
  }
}
