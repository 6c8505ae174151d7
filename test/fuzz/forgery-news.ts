// Messages that bear other signatures than requests do: callbacks, which the SDK's verifier judges, and what a payment gateway tells of
// money. Each bit of a genuine one is flipped; the verifier must refuse it, and nothing may be booked but what the gateway said.
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { unwrap, type Jwks, type UnwrapOptions } from '../../sdk/src/webhooks.ts'
import { signCallback } from '../../src/base/callback-signature.ts'
import { newId, showId } from '../../src/base/ids.ts'
import { begins, makeLink } from '../support/buyers.ts'
import { inParallel } from './forgery-bits.ts'
import { fromAddress, type Stage } from './forgery-stage.ts'
import { fromWish, hearOne, nowS, printCall } from './forgery-wire.ts'

const atOnce = 32
const price = 20

export interface NewsOutcome {
  readonly says: string
  readonly flipped: number
  readonly refused: number
  readonly same: number
  readonly faults: string[]
}

/** Flips each bit of the id, time, signature and body of a callback, signed by secret and by public key, and asks the SDK. */
export async function forgeCallbacks (): Promise<NewsOutcome[]> {
  const bytes = randomBytes(32)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const publicKeys = { keys: [publicKey.export({ format: 'jwk' })] } as Jwks
  const event = {
    id: 'evt_1', type: 'order.completed', timestamp: '2026-11-21T00:00:00.000Z', endpoint: 'ep_1', sequence: 7, data: { order: 'ord_1' }
  }
  const callback = { id: 'dlv_1', timestamp: nowS(), body: JSON.stringify(event) }
  return [
    await forge('callback, v1', signCallback(callback, { secrets: [bytes] }), { secrets: `whsec_${bytes.toString('base64')}` }),
    await forge('callback, v1a', signCallback(callback, { secrets: [], privateKey }), { publicKeys, endpoints: 'ep_1' })
  ]

  async function forge (says: string, signature: string, options: UnwrapOptions): Promise<NewsOutcome> {
    const parts = { id: callback.id, timestamp: String(callback.timestamp), signature, body: callback.body }
    const outcome = { says, flipped: 0, refused: 0, same: 0, faults: [] as string[] }
    const isGenuine = (told: typeof parts): Promise<boolean> => unwrap(Buffer.from(told.body, 'latin1'), {
      'webhook-id': told.id, 'webhook-timestamp': told.timestamp, 'webhook-signature': told.signature
    }, options).then(() => true, () => false)
    if (!await isGenuine(parts)) outcome.faults.push(`${says}: the genuine one is refused`)
    for (const name of ['id', 'timestamp', 'signature', 'body'] as const) {
      for (let bit = 0; bit < parts[name].length * 8; bit++) {
        const forged = { ...parts, [name]: flipped(parts[name], bit) }
        outcome.flipped++
        if (!await isGenuine(forged)) outcome.refused++
        // The last character of base64 has bits that say nothing.
        else if (name === 'signature' && sameBytes(forged.signature, signature)) outcome.same++
        else outcome.faults.push(`${says}: bit ${bit} of ${name} makes no difference to the SDK`)
      }
    }
    return outcome
  }
}

/** Flips each bit of the sandbox gateway's news that a payment was made; then the news itself comes, and is booked once. */
export async function forgePaymentNews (stage: Stage): Promise<NewsOutcome> {
  const { house, sku, stranger, urls } = stage
  const link = await makeLink(house.db, { reseller: stranger.id, skus: { [sku]: price } })
  const { payment } = await begins(house.worlds.live, { link, sku, seen: price })
  const secret = house.worlds.live.sandboxGateway!.secret.reveal()
  const receipt = { transaction: newId(), amount: `${price}.00`, currency: 'CNY', paid_at: new Date().toISOString() }
  const body = JSON.stringify({ id: newId(), type: 'payment.paid', merchant_payment: showId('payment', payment.id), receipt })
  const time = String(nowS())
  const parts = { time, signature: createHmac('sha256', secret).update(`notice\n\n${time}\n${body}`).digest('hex'), body }
  const outcome = { says: 'news of the sandbox gateway', flipped: 0, refused: 0, same: 0, faults: [] as string[] }
  let sent = 0
  const tells = async (told: typeof parts, process: number): Promise<number | undefined> => {
    const call = fromWish({
      method: 'POST',
      target: '/pay/live/sandbox/news',
      fields: [['content-type', 'application/json'], ['sandbox-timestamp', told.time], ['sandbox-signature', told.signature]],
      body: told.body
    })
    return (await hearOne(urls[process % 2]!, printCall(fromAddress(call, ++sent))))?.status
  }
  const isSame = (name: string, forged: string): boolean => name === 'signature' && forged.toLowerCase() === parts.signature
  const flips = (['time', 'signature', 'body'] as const).flatMap(name => Array.from({ length: parts[name].length * 8 }, (_, bit) => {
    return { name, bit, forged: flipped(parts[name], bit) }
  }))
  await inParallel(flips.filter(({ name, forged }) => !isSame(name, forged)), atOnce, async ({ name, bit, forged }) => {
    outcome.flipped++
    const status = await tells({ ...parts, [name]: forged }, bit)
    if (status === 400) outcome.refused++
    else outcome.faults.push(`news with bit ${bit} of its ${name} flipped is answered ${status}`)
  })
  const booked = async () => (await house.db`select 1 from receipts where payment_id = ${payment.id}`).length
  if (await booked() > 0) outcome.faults.push('a forged message was booked')
  for (const { name, bit, forged } of flips.filter(({ name, forged }) => isSame(name, forged))) {
    outcome.flipped++
    if (await tells({ ...parts, [name]: forged }, bit) === 200) outcome.same++
    else outcome.faults.push('another case of hexadecimal digits is refused')
  }
  if (await booked() !== 1) outcome.faults.push('what the gateway said was not booked once')
  const [sold] = await house.db<{ reference: string }[]>`
    select orders.reference from orders join checkouts on checkouts.order_id = orders.id where checkouts.link_id = ${link}`
  if (sold) stage.ordered.add(sold.reference)
  return outcome
}

function flipped (text: string, bit: number): string {
  const bytes = Buffer.from(text, 'latin1')
  bytes[bit >> 3]! ^= 1 << (bit & 7)
  return bytes.toString('latin1')
}

function sameBytes (one: string, other: string): boolean {
  const [[version, text], [otherVersion, otherText]] = [one.split(','), other.split(',')]
  return version === otherVersion && Buffer.from(text!, 'base64').equals(Buffer.from(otherText!, 'base64'))
}
