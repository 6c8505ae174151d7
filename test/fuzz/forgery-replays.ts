// What was signed once is carried out once: the same bytes again, at the same process and at another, many at once, after a restart,
// and when the window of the signature has closed.
import { setTimeout as pause } from 'node:timers/promises'
import { signatureAgeMaxS } from '../../src/base/signature.ts'
import type { Stage } from './forgery-stage.ts'
import { hearOne, nowS, printCall, signedCall } from './forgery-wire.ts'

const copies = 40
/** How long a signature of the last moment is still good when it is first sent, and how long is waited for it to be no more. */
const lastSeconds = 4
const json = ['content-type', 'application/json'] as const

/** Replays an order, a deposit and a fetch of codes; gives how many copies were sent and what does not hold. */
export async function replay (stage: Stage, order: string): Promise<{ readonly tried: number, readonly faults: readonly string[] }> {
  const { keys, sku, buyer, ordered, deposited } = stage
  const faults: string[] = []
  let tried = 0
  const body = (reference: string): string => JSON.stringify({ reference, lines: [{ sku, quantity: 1 }] })
  const orderBytes = (reference: string, created = nowS(), key = keys.hmac): Buffer =>
    printCall(signedCall(key, { method: 'POST', target: '/v1/orders', fields: [json], body: body(reference) }, { created }))
  const deposit = JSON.stringify({ reference: 'replayed', amount: { amount: '1', currency: 'CNY' }, reason: 'replayed' })
  const depositBytes = printCall(signedCall(keys.operator, {
    method: 'POST', target: `/admin/v1/resellers/${buyer.id}/deposits`, fields: [json], body: deposit
  }))
  const codeBytes = printCall(signedCall(keys.ed25519, { method: 'GET', target: `/v1/orders/${order}/codes` }))

  const hears = async (says: string, process: 0 | 1, bytes: Buffer, wanted: RegExp): Promise<void> => {
    tried++
    const heard = await hearOne(stage.urls[process], bytes)
    const code = heard?.code ?? String(heard?.status)
    if (!wanted.test(code)) faults.push(`${says}: answered ${code}`)
  }
  const all = {
    order: orderBytes('replayed'),
    'order, Ed25519': orderBytes('replayed-ed', nowS(), keys.ed25519),
    deposit: depositBytes,
    codes: codeBytes
  }
  ordered.add('replayed').add('replayed-ed')
  deposited.add('replayed')
  for (const [name, bytes] of Object.entries(all)) {
    await hears(`${name}, first`, 0, bytes, /^20[01]$/)
    await hears(`${name}, again`, 0, bytes, /^nonce_reused$/)
    await hears(`${name}, at another process`, 1, bytes, /^nonce_reused$/)
  }
  await stage.restart()
  for (const [name, bytes] of Object.entries(all)) await hears(`${name}, at a process begun since`, 1, bytes, /^nonce_reused$/)

  ordered.add('stampede')
  const stampede = orderBytes('stampede')
  const heard = await Promise.all(Array.from({ length: copies }, (_, n) => hearOne(stage.urls[n % 2]!, stampede)))
  tried += copies
  const taken = heard.filter(answer => answer?.status === 201).length
  const known = heard.filter(answer => answer?.code === 'nonce_reused').length
  if (taken !== 1 || known !== copies - 1) faults.push(`of ${copies} copies at once ${taken} were carried out and ${known} refused`)

  ordered.add('late')
  const late = orderBytes('late', nowS() - signatureAgeMaxS + lastSeconds)
  await hears('in the last moment', 0, late, /^201$/)
  await pause((lastSeconds + 2) * 1_000)
  for (const process of [0, 1] as const) await hears('after its window', process, late, /^signature_expired$/)
  return { tried, faults }
}
