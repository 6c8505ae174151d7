// A flash sale: a link sells what there is while a crowd ten times as large presses the button, each buyer a person who opens the page,
// begins to pay, pays at the sandbox gateway and opens the receipt. How fast the page is with and without that rush, and whether
// exactly as many got a code as there were.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, fetch, type Response } from 'undici'
import { showId } from '../../src/base/ids.ts'
import { measureLoad, type Bench, type Scenario } from '../bench.ts'
import { drawAddress, drawer } from '../prepare-requests.ts'
import { currency } from '../shop.ts'
import { callJson } from '../signed-call.ts'

export const pageLoad = 'buyers’ page'
export const pageAlone = 'p99 of the page when nothing else goes on'
export const pageInRush = 'p99 of the page in the rush'
export const soldInRush = 'pieces sold in the rush ÷ in stock'
export const answeredInRush = 'buyers with a clear answer ÷ all'

const buyersPerPiece = 10
const rushSeconds = 60
const connectionsMax = 512
const idleProbes = 600
const idleEveryMs = 10
/** The receipt is opened again until the codes are there. */
const receiptEveryMs = 250
const receiptMsMax = 30_000
const retailPrice = '120.00'

export const flashSale: Scenario = {
  name: 'flash-sale',
  says: `${buyersPerPiece} buyers for each piece in stock, all within a minute, through page, gateway and receipt`,
  async run (bench) {
    const { measures, say, shop, size, tally } = bench
    const sku = await shop.newSku(size.flashCodes)
    const link = await openLink(bench, showId('sku', sku))
    const crowd = openCrowd(bench, link, showId('sku', sku))
    await measureLoad(bench, pageLoad, { connections: 64, load: { kind: 'pages', target: `/l/${link.slug}`, headers: { 'accept-language': 'zh-CN' } } })

    const alone: number[] = []
    for (let i = 0; i < idleProbes; i++) {
      alone.push((await crowd.openPage(i)).ms)
      await pause(idleEveryMs)
    }
    measures.set(pageAlone, percentile99(alone))

    const buyers = size.flashCodes * buyersPerPiece
    const startedMs = performance.now()
    const ends = await Promise.all(Array.from({ length: buyers }, async (_, i) => {
      await pause(i * rushSeconds * 1_000 / buyers)
      return await crowd.buy(i)
    }))
    const seconds = (performance.now() - startedMs) / 1_000
    crowd.close()
    const counts: Record<string, number> = {}
    for (const { said } of ends) counts[said] = (counts[said] ?? 0) + 1
    const told = (counts.codes ?? 0)
    const [row] = await shop.db<{ sold: number, quantity: number }[]>`
      select count(*)::int as sold, coalesce(sum(quantity), 0)::int as quantity from checkouts where state = 'completed'`
    if (row!.sold !== told || row!.quantity !== told) throw new Error(`${told} buyers have codes, ${row!.sold} purchases are completed`)
    tally.ordersAcknowledged += told
    measures.set(pageInRush, percentile99(ends.map(({ pageMs }) => pageMs)))
    measures.set(soldInRush, told / size.flashCodes)
    measures.set(answeredInRush, ends.filter(({ said }) => clearAnswers.includes(said)).length / buyers)
    say(`  ${buyers} buyers in ${seconds.toFixed(1)} s: ${Object.entries(counts).map(([said, count]) => `${count} ${said}`).join(', ')}`)
    say(`  page p99 ${measures.get(pageAlone)!.toFixed(1)} ms alone, ${measures.get(pageInRush)!.toFixed(1)} ms in the rush; ` +
      `${percentile99(ends.flatMap(({ startMs }) => startMs ?? [])).toFixed(1)} ms from the button to its answer`)
  }
}

/** What a buyer may be told: the codes, or that there are none left. */
const clearAnswers = ['codes', 'link_sold_out', 'out_of_stock']

interface Link { readonly slug: string }

async function openLink ({ server, shop }: Bench, sku: string): Promise<Link> {
  const body = JSON.stringify({
    reference: randomUUID(), title: '整点秒杀', skus: [{ sku, retail_price: { amount: retailPrice, currency } }]
  })
  return await callJson<Link>(server, shop.buyers[0]!, { method: 'POST', target: '/v1/links', body })
}

interface Opened { readonly ms: number, readonly text: string }

/** What became of a buyer, and how long page and button took. */
interface End { readonly said: string, readonly pageMs: number, readonly startMs?: number }

interface Crowd {
  openPage (buyer: number): Promise<Opened>
  buy (buyer: number): Promise<End>
  close (): void
}

function openCrowd ({ server }: Bench, { slug }: Link, sku: string): Crowd {
  const dispatcher = new Agent({ connections: connectionsMax, pipelining: 1 })
  const origins = server.ports.map(port => `http://${server.host}:${port}`)
  const ask = async (url: string, buyer: number, form?: Readonly<Record<string, string>>, cookies = ''): Promise<Response> => {
    const headers: Record<string, string> = { 'x-forwarded-for': drawAddress(drawer(buyer)), 'accept-language': 'zh-CN' }
    if (cookies !== '') headers.cookie = cookies
    if (form) headers['content-type'] = 'application/x-www-form-urlencoded'
    const options = { method: form ? 'POST' : 'GET', headers, redirect: 'manual' as const, dispatcher, ...(form && { body: new URLSearchParams(form).toString() }) }
    return await fetch(url, options)
  }
  const openPage = async (buyer: number): Promise<Opened> => {
    const startedMs = performance.now()
    const answer = await ask(`${origins[buyer % origins.length]}/l/${slug}`, buyer)
    return { text: await answer.text(), ms: performance.now() - startedMs }
  }
  return {
    openPage,
    async buy (buyer) {
      const origin = origins[buyer % origins.length]!
      const { ms: pageMs } = await openPage(buyer)
      const startedMs = performance.now()
      const answer = await ask(`${origin}/l/${slug}/checkouts`, buyer, {
        lang: 'zh-CN',
        attempt: randomUUID(),
        sku,
        quantity: '1',
        seen_price: retailPrice,
        contact: `buyer${buyer}@example.com`,
        gateway: 'sandbox',
        buy: '1'
      })
      const text = await answer.text()
      const startMs = performance.now() - startedMs
      if (answer.status !== 303) return { said: /data-problem="([a-z_]+)"/.exec(text)?.[1] ?? `status ${answer.status}`, pageMs, startMs }
      const cookies = answer.headers.getSetCookie().map(cookie => cookie.split(';')[0]!).join('; ')
      const gateway = await reachGateway(new URL(answer.headers.get('location')!, origin), buyer, cookies)
      if (gateway === undefined) return { said: 'no gateway', pageMs, startMs }
      const paid = await ask(gateway, buyer, { action: 'pay' })
      await paid.arrayBuffer()
      const back = await ask(paid.headers.get('location')!, buyer, undefined, cookies)
      await back.arrayBuffer()
      return { said: await readReceipt(new URL(back.headers.get('location')!, origin).href, buyer, cookies), pageMs, startMs }
    },
    close () { void dispatcher.destroy() }
  }

  /** When the gateway did not answer in time, the receipt tries again. */
  async function reachGateway (location: URL, buyer: number, cookies: string): Promise<string | undefined> {
    let at = location
    for (const untilMs = performance.now() + receiptMsMax; performance.now() < untilMs; await pause(receiptEveryMs)) {
      if (!at.pathname.startsWith('/r/')) return at.href
      const page = await (await ask(at.href, buyer, undefined, cookies)).text()
      const href = /data-pay[^>]* href="([^"]+)"/.exec(page)?.[1]
      if (href !== undefined) return href.replaceAll('&amp;', '&')
      const again = await ask(`${at.origin}${at.pathname}/pay`, buyer, { gateway: 'sandbox', lang: 'zh-CN' }, cookies)
      await again.arrayBuffer()
      at = new URL(again.headers.get('location') ?? at.href, at)
    }
    return undefined
  }

  async function readReceipt (url: string, buyer: number, cookies: string): Promise<string> {
    const untilMs = performance.now() + receiptMsMax
    while (performance.now() < untilMs) {
      const state = /data-state="([a-z_]+)"/.exec(await (await ask(url, buyer, undefined, cookies)).text())?.[1]
      if (state === 'completed') return 'codes'
      if (state !== 'open') return `receipt ${state}`
      await pause(receiptEveryMs)
    }
    return 'receipt open'
  }
}

function percentile99 (values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]!
}
