// What the certifier says to the shop, and hears of it: two addresses, every answer bounded, no redirect followed.
import { createHash } from 'node:crypto'

/** One answer of the shop may take so long: it may wait until it knows. */
export const shopAnswerMsMax = 120_000
/** A look at a purchase may take so long. */
const lookMsMax = 10_000
const answerBytesMax = 1024 * 1024

export const shopStates = ['pending', 'delivered', 'partial', 'failed'] as const
export type ShopState = typeof shopStates[number]

export interface Purchase {
  readonly number: string
  readonly sku: string
  readonly quantity: number
  readonly max_total: { readonly amount: string, readonly currency: string }
}

/** What the shop says of a purchase. */
export interface ShopWord {
  readonly state: ShopState
  /** SHA-256 in hex, one for each code. */
  readonly digests: readonly string[]
  /** A decimal number; null when the shop does not say. */
  readonly paid: string | null
}

/** An answer that is not what the guide says. */
export class ShopFault extends Error {}

export interface Shop {
  /** Asks it to buy; gives what it said at once, if it did. */
  ask (purchase: Purchase): Promise<ShopWord | undefined>
  /** Looks at a purchase; undefined when the shop does not know it. */
  look (number: string): Promise<ShopWord | undefined>
}

/** The shop at an address. */
export function shopAt (url: string, stop: AbortSignal): Shop {
  const place = `${url.replace(/\/+$/, '')}/certify/purchases`
  const send = async (target: string, init: RequestInit, msMax: number): Promise<{ status: number, text: string }> => {
    try {
      const answer = await fetch(target, { ...init, redirect: 'manual', signal: AbortSignal.any([stop, AbortSignal.timeout(msMax)]) })
      return { status: answer.status, text: await readText(answer) }
    } catch (error) {
      stop.throwIfAborted()
      const { message, name, cause } = error as Error & { cause?: { code?: string } }
      throw new ShopFault(name === 'TimeoutError' ? `no answer in ${msMax / 1000} s` : cause?.code ?? message)
    }
  }
  return {
    async ask (purchase) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(purchase) }
      const { status, text } = await send(place, init, shopAnswerMsMax)
      if (status < 200 || status > 299) throw new ShopFault(`POST /certify/purchases was answered ${status}`)
      return status === 202 || text === '' ? undefined : readWord(text)
    },
    async look (number) {
      const { status, text } = await send(`${place}/${encodeURIComponent(number)}`, {}, lookMsMax)
      if (status === 404) return undefined
      if (status !== 200) throw new ShopFault(`GET /certify/purchases/{number} was answered ${status}`)
      return readWord(text)
    }
  }
}

async function readText (answer: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > answerBytesMax) throw new ShopFault(`an answer is longer than ${answerBytesMax} bytes`)
  }
  return text
}

function readWord (text: string): ShopWord {
  let read: Partial<Record<'state' | 'codes' | 'codes_sha256' | 'paid', unknown>>
  try {
    read = JSON.parse(text) ?? {}
  } catch {
    throw new ShopFault('the answer is not JSON')
  }
  const state = shopStates.find(state => state === read.state)
  if (state === undefined) {
    throw new ShopFault(`state is ${JSON.stringify(read.state)?.slice(0, 40)}, and not one of ${shopStates.join(', ')}`)
  }
  const listed = read.codes_sha256 ?? read.codes ?? []
  if (!Array.isArray(listed) || !listed.every(one => typeof one === 'string')) throw new ShopFault('codes_sha256 is a list of texts')
  const digests = read.codes_sha256 === undefined ? listed.map(digestOf) : listed.map(digest => digest.toLowerCase())
  const paid = (typeof read.paid === 'object' ? (read.paid as { amount?: unknown } | null)?.amount : read.paid) ?? null
  if (paid !== null && !/^\d+(\.\d+)?$/.test(String(paid))) throw new ShopFault('paid is {"amount": "9.90", "currency": "CNY"}')
  return { state, digests, paid: paid === null ? null : String(paid) }
}

/** A code as the shop tells of it. */
export function digestOf (code: string): string {
  return createHash('sha256').update(code).digest('hex')
}
