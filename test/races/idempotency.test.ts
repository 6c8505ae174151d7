// Idempotency storms: copies of one purchase at two processes, signed anew or the very same bytes; and one reference for two purposes.
import { setTimeout as pause } from 'node:timers/promises'
import { readId } from '../../src/base/ids.ts'
import { secretsOf } from './client-journal.ts'
import { accepted, balanceOf, fenOf, openCourse, tally } from './course.ts'
import { atOnce, ready, readyOrder, storm, type Ready } from './requests.ts'
import { race, times } from './seeds.ts'

const references = 200
const copies = 50
/** Of the copies of a reference so many are the very same bytes; the others are signed anew, each with its own nonce. */
const sameBytes = 20
const wiresPerDoor = 32

const { house, journal, doors, reference, buys, isJudged } = await openCourse()
const resellers = await Promise.all(times(10, () => house.reseller({ balance: '100000' })))

race(`${references} references in ${copies} copies each are ${references} orders`, async (t, draw) => {
  const skus = await Promise.all(times(5, () => house.sku({ price: `${draw.between(1, 20)}.${draw.between(10, 99)}`, codes: 600 })))
  const before = await Promise.all(resellers.map(balanceOf))
  const groups = times(references, n => {
    const [buyer, name] = [draw.one(resellers), `copies ${draw.seed} ${n}`]
    const body = { reference: name, lines: [{ sku: draw.one(skus), quantity: draw.between(1, 3) }] }
    const same = readyOrder(buyer, draw.one(doors), body)
    const fresh = times(copies - sameBytes, () => readyOrder(buyer, draw.one(doors), body))
    return { buyer, name, fresh, same: times(sameBytes, (): Ready => ({ ...same, door: draw.one(doors) })) }
  })
  const requests = draw.shuffled(groups.flatMap(({ fresh, same }) => [...fresh, ...same]))
  const answers = new Map((await storm(journal, requests, wiresPerDoor)).map((answer, i) => [requests[i]!, answer]))

  const firsts = groups.flatMap(({ name, fresh, same }) => {
    const twins = same.map(request => answers.get(request)!)
    const all = [...fresh.map(request => answers.get(request)!), ...twins]
    const answered = all.filter(({ status }) => status < 300)
    // Whichever of the same bytes came first spent the nonce that all of them have; none was taken twice.
    t.ok(accepted(all).length <= 1 && answered.length + (tally(twins).nonce_reused ?? 0) === copies, `${name} ${JSON.stringify(tally(all))}`)
    t.ok(answered.length > copies - sameBytes, `those of ${name} that were signed anew are taken, and one of the same bytes`)
    t.equal(new Set(answered.map(({ text }) => text)).size, 1, `all of ${name} are told the same, byte for byte`)
    return answered.slice(0, 1)
  })
  t.equal(firsts.length, references)
  t.equal(new Set(firsts.map(({ json }) => json.id)).size, references, 'as many orders')
  const delivered = firsts.reduce((sum, { json }) => sum + json.delivered, 0)
  t.equal(new Set(secretsOf(firsts)).size, delivered, 'no code twice')
  const paid = firsts.reduce((sum, { json }) => sum + fenOf(json.total), 0)
  const after = await Promise.all(resellers.map(balanceOf))
  const total = (sums: readonly number[]) => sums.reduce((sum, one) => sum + one, 0)
  t.equal(total(after), total(before) - paid, 'paid once each')
  const [rows] = await house.db`
    select count(*)::int as orders, coalesce(sum(delivered), 0)::int as codes from orders where reference like ${`copies ${draw.seed} %`}`
  t.same({ ...rows }, { orders: references, codes: delivered }, 'and the rows say the same')
  await isJudged(t)
})

race('of purchases that differ under one reference the first is the order, and stays it; the others hear reference_reused', async (t, draw) => {
  const skus = await Promise.all(times(3, () => house.sku({ codes: 200, price: String(draw.between(1, 9)) })))
  for (let round = 0; round < 6; round++) {
    const [buyer, name] = [draw.one(resellers), reference()]
    const meanings = draw.shuffled(skus.flatMap(sku => [1, 2].map(quantity => ({ reference: name, lines: [{ sku, quantity }] }))))
    const meant = times(48, () => draw.below(meanings.length))
    const asks = (of: readonly number[]) => of.map(meaning =>
      readyOrder(buyer, draw.one(doors), meanings[meaning]!, meaning === 0 ? {} : { differs: true }))
    const answers = await atOnce(journal, asks(meant))
    t.equal(accepted(answers).length, 1)
    const winner = meant[answers.findIndex(({ status }) => status === 201)]!
    const holds = (of: readonly number[], answers: readonly { readonly status: number, readonly code: string | undefined }[]) =>
      t.same(answers.map(({ status, code }) => code ?? (status < 300 ? 'the order' : status)),
        of.map(meaning => meaning === winner ? 'the order' : 'reference_reused'))
    holds(meant, answers)
    const told = answers.filter(({ status }) => status < 300)
    t.equal(new Set(told.map(({ text }) => text)).size, 1)
    // Asked again, one after another and at once, it is the same that won.
    const again = await atOnce(journal, asks(meanings.map((_, meaning) => meaning)))
    holds(meanings.map((_, meaning) => meaning), again)
    t.equal(again.find(({ status }) => status < 300)?.text, told[0]!.text)
  }
  await isJudged(t)
})

race('an order and the reversal of its reference at once are an order given back, or no order for ever', async (t, draw) => {
  const sku = await house.sku({ price: '7', codes: 100 })
  const buyer = await house.reseller({ balance: '1000' })
  const ends: Record<string, number> = {}
  for (let round = 0; round < 12; round++) {
    const body = { reference: reference(), lines: [{ sku, quantity: draw.between(1, 3) }], deliver: 'fetch' }
    const own = reference()
    const orders = times(10, () => readyOrder(buyer, draw.one(doors), body))
    const reversals = times(10, n => ready(buyer, draw.one(doors), {
      method: 'POST', target: '/v1/reversals', body: { reference: n % 2 ? own : reference(), order_reference: body.reference }
    }))
    // In every other round the orders are late, as when their first sending was lost.
    const answers = round % 2
      ? await atOnce(journal, draw.shuffled([...orders, ...reversals]))
      : (await Promise.all([atOnce(journal, reversals), pause(draw.below(60)).then(() => atOnce(journal, orders))])).flat()
    const { state } = (await house.db<{ state: string }[]>`
      select state from orders where reference = ${body.reference} and reseller_id = ${readId('reseller', buyer.id)!}`)[0]!
    ends[state] = (ends[state] ?? 0) + 1
    const outcomes = new Set(answers.flatMap(({ json }) => json.outcome ?? []))
    t.same(outcomes, new Set([state === 'void' ? 'voided' : 'reversed']), 'all reversals tell the same')
    const refused = answers.filter(({ status }) => status >= 300)
    t.ok(refused.every(({ code }) => code === 'reference_void'), Object.keys(tally(answers)).join(' '))
    t.equal(refused.length, state === 'void' ? 10 : 0)
    t.equal(await balanceOf(buyer), 100_000, 'and its money is where it was')
    const late = await buys(buyer, body)
    t.equal(late.code ?? late.json.state, state === 'void' ? 'reference_void' : 'reversed')
  }
  t.comment(`seed ${draw.seed}: ${JSON.stringify(ends)}`)
  await isJudged(t)
})

race('a nonce used at once for a change and an order, at two processes, is good for one of them and holds nobody up', async (t, draw) => {
  const sku = await house.sku({ codes: 100, price: '1' })
  const [buyer, neighbour] = await Promise.all([house.reseller(), house.reseller()])
  const body = { reference: 'rotation', overlap_seconds: 3600 }
  for (let n = 0; n < 10; n++) {
    const [left, right] = draw.shuffled(doors)
    const tamper = { nonce: `one-nonce-${draw.seed}-${n}`, created: Math.floor(Date.now() / 1000) }
    const [order, change, beside] = await Promise.all([
      buyer.at(left!).send('POST', '/v1/orders', { body: { reference: `nonce ${n}`, lines: [{ sku, quantity: 1 }] }, tamper }),
      buyer.at(right!).send('POST', `/v1/keys/${buyer.credentials.keyId}/rotate`, { body, tamper }),
      buys(neighbour.at(left!), { reference: reference(), lines: [{ sku, quantity: 1 }] })
    ])
    t.equal([order, change].filter(({ code }) => code === 'nonce_reused').length, 1, `${order.text} ${change.text}`)
    t.equal(beside.status, 201)
  }
  await isJudged(t)
})
